import { deviceLabel, type Label } from '@twin/models/kinds'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { i18n, type Language } from './setup.ts'
import { texts } from './texts/index.ts'

export type TextKey = keyof typeof texts
interface Named {
  readonly name: string
  readonly nameEn?: string
  readonly kind?: string
  readonly code?: string
}
export interface Text {
  readonly lang: Language
  /** A text of the portal. */
  readonly t: (key: TextKey, values?: Readonly<Record<string, string | number>>) => string
  /** A text that comes with the data (kinds, errors). */
  readonly label: (label: Label) => string
  /** Name of a thing; in English a device without an English name is called by its kind and code. */
  readonly name: (thing: Named) => string
}

/** A text in both languages, as declarations have theirs. */
export const labelOf = (key: TextKey): Label => ({ zh: texts[key][0], en: texts[key][1] })

export function translator(lang: Language): Text {
  return {
    lang,
    t: (key, values) => i18n.t(key, { lng: lang, ...values }),
    label: (label) => label[lang] || label.zh || label.en,
    name: (thing) => (lang === 'en' ? (thing.nameEn ?? deviceLabel({ kind: '', code: '', ...thing }).en) : thing.name),
  }
}

export function useText(): Text {
  const { i18n: instance } = useTranslation()
  const lang: Language = instance.language === 'en' ? 'en' : 'zh'
  return useMemo(() => translator(lang), [lang])
}
