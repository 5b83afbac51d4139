/** A sentence in both languages. */
export interface Words {
  readonly zh: string
  readonly en: string
}
/** A line of the log of a run. `ok` null: told for its own sake; false: what the run found wrong. */
export interface Step extends Words {
  readonly at: number
  readonly ok: boolean | null
}

/** Ends a run; both languages reach the page. */
export class RunError extends Error {
  override readonly name = 'RunError'
  readonly words: Words
  constructor(zh: string, en: string, cause?: unknown) {
    super(`${zh} ${en}`, { cause })
    this.words = { zh, en }
  }
}

export function wordsOf(error: unknown): Words {
  if (error instanceof RunError) return error.words
  const text = error instanceof Error ? error.message : String(error)
  return { zh: text, en: text }
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
export const seconds = (ms: number): string => (ms / 1000).toFixed(1)
/** Local to Beijing, as people read it. */
export function moment(at: number): string {
  return new Date(at + 8 * 3_600_000).toISOString().slice(0, 23).replace('T', ' ')
}

/** What a check says. `ok` null: worth knowing, and no fault of the copy. */
export type Verdict = Words & { readonly ok: boolean | null }
