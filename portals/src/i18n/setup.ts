import i18next, { type i18n as I18n } from 'i18next'
import { initReactI18next } from 'react-i18next'
import { texts } from './texts/index.ts'

export type Language = 'zh' | 'en'
export const i18n: I18n = i18next

/** Both languages stand side by side in `texts`, so that no text can exist in only one. */
export async function startI18n(language: Language): Promise<void> {
  const pick = (index: 0 | 1) => Object.fromEntries(Object.entries(texts).map(([key, pair]) => [key, pair[index]]))
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'zh',
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    resources: { zh: { translation: pick(0) }, en: { translation: pick(1) } },
  })
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
}

export function setLanguage(language: Language): void {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  void i18next.changeLanguage(language)
}
