import type { Label } from '../kinds/types.ts'
import type {
  ChoiceOptions,
  FieldOptions,
  Fields,
  FileOptions,
  FlagOptions,
  MoneyOptions,
  NumberOptions,
  ReferenceOptions,
  RowsOptions,
  TextOptions,
} from './field-types.ts'

type None = object
type Made<Type extends string, Options> = { readonly type: Type; readonly label: Label } & Options

// Options keep their literal types, so that `required` and `many` decide the type of a row's value.
function make<Type extends string, Options>(type: Type, zh: string, en: string, options: Options | undefined): Made<Type, Options> {
  return { type, label: { zh, en }, ...(options as Options) }
}

/** Builders of fields: Chinese name, English name, options. They only make literals. */
export const text = <const O extends TextOptions = None>(zh: string, en: string, options?: O) => make('text', zh, en, options)
export const number = <const O extends NumberOptions = None>(zh: string, en: string, options?: O) => make('number', zh, en, options)
export const money = <const O extends MoneyOptions = None>(zh: string, en: string, options?: O) => make('money', zh, en, options)
export const date = <const O extends FieldOptions = None>(zh: string, en: string, options?: O) => make('date', zh, en, options)
export const time = <const O extends FieldOptions = None>(zh: string, en: string, options?: O) => make('time', zh, en, options)
export const flag = <const O extends FlagOptions = None>(zh: string, en: string, options?: O) => make('flag', zh, en, options)
export const file = <const O extends FileOptions = None>(zh: string, en: string, options?: O) => make('file', zh, en, options)
export const image = <const O extends FileOptions = None>(zh: string, en: string, options?: O) => make('image', zh, en, options)
export const geo = <const O extends FieldOptions = None>(zh: string, en: string, options?: O) => make('geo', zh, en, options)

/** Words as `code: ['中文', 'English']`. */
export const choice = <const W extends Words, const O extends ChoiceOptions = None>(zh: string, en: string, words: W, options?: O) => ({
  ...make('choice', zh, en, options),
  options: labels(words),
})
export const reference = <const To extends string, const O extends ReferenceOptions = None>(
  zh: string,
  en: string,
  to: To,
  options?: O,
) => ({
  ...make('reference', zh, en, options),
  to,
})
export const rows = <const F extends Fields, const O extends RowsOptions = None>(zh: string, en: string, fields: F, options?: O) => ({
  ...make('rows', zh, en, options),
  fields,
})

export type Words = { readonly [code: string]: readonly [zh: string, en: string] }
export function labels<W extends Words>(words: W): { readonly [Code in keyof W]: Label } {
  return Object.fromEntries(Object.entries(words).map(([code, [zh, en]]) => [code, { zh, en }])) as { [Code in keyof W]: Label }
}
