/** How many earlier boots of a device are remembered, to tell a late message of theirs from a new boot. */
const REMEMBERED = 4

/** What has been taken of a device on one channel. */
export interface Cursor {
  readonly boot: string
  readonly seq: number
  /** Boots before this one, newest first. */
  readonly older: readonly string[]
}

const NONE: readonly string[] = Object.freeze([])

/** The cursor after (boot, seq), or null when it was taken before: a sequence up to the cursor, or any of an older boot. */
export function advance(cursor: Cursor | undefined, boot: string, seq: number): Cursor | null {
  if (!cursor) return { boot, seq, older: NONE }
  if (cursor.boot === boot) return seq > cursor.seq ? { boot, seq, older: cursor.older } : null
  if (cursor.older.includes(boot)) return null
  return { boot, seq, older: [cursor.boot, ...cursor.older].slice(0, REMEMBERED) }
}
