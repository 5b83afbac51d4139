import type { Label } from '../kinds/types.ts'

/** internal: people with the record's view permission. personal: masked everywhere; who has `personal:view` asks for one value, and each display is logged. secret: never leaves the server. */
export type Sensitivity = 'internal' | 'personal' | 'secret'

export interface FieldOptions {
  readonly help?: Label
  /** Absent = may be empty. A list field that is required holds at least one. */
  readonly required?: true
  /** Found by full-text search. */
  readonly search?: true
  /** Given at creation, never edited. */
  readonly fixed?: true
  /** Written by services only; shown, never asked for. */
  readonly computed?: true
  readonly sensitivity?: Sensitivity
  /** Permission without which the field is not there at all: neither in answers, lists, exports nor histories. */
  readonly right?: string
  /** Asked for only while another field of the same row has one of these values, and `required` makes it needed then; else it stays empty. */
  readonly when?: { readonly field: string; readonly is: readonly string[]; readonly required?: true }
}
export interface TextOptions extends FieldOptions {
  /** A list of short texts. */
  readonly many?: true
  /** Characters; default 200, multiline 4000. */
  readonly max?: number
  readonly multiline?: true
  readonly pattern?: { readonly expression: string; readonly say: Label }
}
export interface NumberOptions extends FieldOptions {
  /** As in `units`; none = a bare number. */
  readonly unit?: string
  readonly min?: number
  readonly max?: number
  readonly integer?: true
  readonly default?: number
}
/** Integer fen. */
export interface MoneyOptions extends FieldOptions {
  readonly min?: number
}
export interface FlagOptions extends FieldOptions {
  readonly default?: boolean
}
export interface ChoiceOptions extends FieldOptions {
  readonly many?: true
  readonly default?: string
}
export interface ReferenceOptions extends FieldOptions {
  readonly many?: true
  /** The row is part of what it refers to, as a line of its history: it does not keep it from being removed. */
  readonly belongs?: true
  /**
   * Filter of what is offered to choose from, as in a list address; rules belong into guards. `{name}` stands for the value that another
   * field of the form has at the moment; without one the filter does not count.
   */
  readonly only?: { readonly [field: string]: string }
}
export interface FileOptions extends FieldOptions {
  readonly many?: true
  /** MIME types, `image/*` style wildcards allowed. */
  readonly accept?: readonly string[]
  /** Default 20 MB. */
  readonly maxBytes?: number
}
export interface RowsOptions extends FieldOptions {
  readonly max?: number
}

interface Base extends FieldOptions {
  readonly label: Label
}
export type TextField = Base & TextOptions & { readonly type: 'text' }
export type NumberField = Base & NumberOptions & { readonly type: 'number' }
export type MoneyField = Base & MoneyOptions & { readonly type: 'money' }
/** A calendar day `2026-01-31` without a zone. */
export type DateField = Base & { readonly type: 'date' }
/** An instant, epoch ms. */
export type TimeField = Base & { readonly type: 'time' }
export type FlagField = Base & FlagOptions & { readonly type: 'flag' }
export type ChoiceField = Base & ChoiceOptions & { readonly type: 'choice'; readonly options: Readonly<Record<string, Label>> }
/** Id of a row of another record, or of something kept elsewhere (`user`, `station`, `device`). */
export type ReferenceField = Base & ReferenceOptions & { readonly type: 'reference'; readonly to: string }
export type FileField = Base & FileOptions & { readonly type: 'file' | 'image' }
/** WGS-84 degrees. */
export type GeoField = Base & { readonly type: 'geo' }
/** Sub-rows that live and die with their record. */
export type RowsField = Base & RowsOptions & { readonly type: 'rows'; readonly fields: Fields }

export type Field =
  | TextField
  | NumberField
  | MoneyField
  | DateField
  | TimeField
  | FlagField
  | ChoiceField
  | ReferenceField
  | FileField
  | GeoField
  | RowsField
export type Fields = { readonly [name: string]: Field }

export interface GeoPoint {
  readonly lat: number
  readonly lng: number
}

type Single<F> = F extends { readonly type: 'choice'; readonly options: infer O }
  ? keyof O & string
  : F extends { readonly type: 'text' | 'date' | 'reference' | 'file' | 'image' }
    ? string
    : F extends { readonly type: 'number' | 'money' | 'time' }
      ? number
      : F extends { readonly type: 'flag' }
        ? boolean
        : F extends { readonly type: 'geo' }
          ? GeoPoint
          : never

/** Value of a field in a row: lists are never null, flags neither, other fields only where they may be empty. */
export type ValueOf<F> = F extends { readonly type: 'rows'; readonly fields: infer Sub }
  ? readonly ValuesOf<Sub>[]
  : F extends { readonly many: true }
    ? readonly Single<F>[]
    : F extends { readonly required: true } | { readonly type: 'flag' }
      ? Single<F>
      : Single<F> | null
export type ValuesOf<Fs> = { readonly [Name in keyof Fs]: ValueOf<Fs[Name]> }
