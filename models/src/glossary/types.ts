import type { Label } from '../kinds/types.ts'

/** One word of the product with its one explanation. */
export interface GlossaryTerm {
  readonly term: Label
  readonly meaning: Label
  /** How it is computed, in the words and units of the page. */
  readonly formula?: string
  /** As printed, where the word is a quantity. */
  readonly unit?: string
  /** Standard or practice the meaning comes from. */
  readonly source?: string
}
export interface TermExtras {
  readonly formula?: string
  readonly unit?: string
  readonly source?: string
}

export const entry = (zh: string, en: string, zhText: string, enText: string, extras: TermExtras = {}): GlossaryTerm => ({
  term: { zh, en },
  meaning: { zh: zhText, en: enText },
  ...extras,
})
