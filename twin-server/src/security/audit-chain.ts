import { createHash } from 'node:crypto'

/** What happened, as callers tell it. `before` and `after` are plain JSON. */
export interface AuditEntry {
  readonly user: string | null
  readonly userName: string | null
  /** Address the request came from. */
  readonly from: string | null
  /** `sign-in`, `alarm.ack`, `command.issue`, `user.update` … */
  readonly kind: string
  readonly target: string | null
  /** Number or name of the target at this moment. */
  readonly title?: string
  /** `ok` or the reason of the refusal. */
  readonly result: string
  readonly before?: unknown
  readonly after?: unknown
}

export const chainStart = '0'.repeat(64)

/** Keys sorted, nothing else changed: the same content gives the same text, also after a round trip through jsonb. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(tidy(value))
}

/**
 * Plain JSON that Postgres can keep: keys sorted, no NUL, no lone surrogate. Entries pass through here before they are hashed and stored.
 */
export function storable(value: unknown): unknown {
  return value === undefined || value === null ? null : tidy(JSON.parse(JSON.stringify(value)))
}
export function storableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed()
}

function tidy(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value)
  if (Array.isArray(value)) return value.map(tidy)
  if (value === null || typeof value !== 'object') return value
  const from = value as Readonly<Record<string, unknown>>
  // A null prototype, so that a key `__proto__` stays a key.
  const to = Object.create(null) as Record<string, unknown>
  for (const key of Object.keys(from).toSorted()) to[storableText(key)] = tidy(from[key])
  return to
}

/** Everything of a row but its id, in the order that is hashed. */
export interface AuditContent {
  readonly org: string
  readonly at: number
  readonly user_id: string | null
  readonly user_name: string | null
  readonly from_addr: string | null
  readonly kind: string
  readonly target: string | null
  readonly title: string | null
  readonly result: string
  readonly before: unknown
  readonly after: unknown
}

export function contentOf(org: string, at: number, entry: AuditEntry): AuditContent {
  const text = (value: string | null): string | null => (value === null ? null : storableText(value))
  return {
    org,
    at,
    user_id: text(entry.user),
    user_name: text(entry.userName),
    from_addr: text(entry.from),
    kind: storableText(entry.kind),
    target: text(entry.target),
    title: text(entry.title ?? null),
    result: storableText(entry.result),
    before: storable(entry.before),
    after: storable(entry.after),
  }
}

/** Hash of a row given its predecessor's. */
export function linkHash(previous: string, row: AuditContent): string {
  const fields = [
    previous,
    row.org,
    row.at,
    row.user_id,
    row.user_name,
    row.from_addr,
    row.kind,
    row.target,
    row.result,
    row.before ?? null,
    row.after ?? null,
    // Lines from before titles were kept have none: their hashes stay what they were.
    ...(row.title === null ? [] : [row.title]),
  ]
  return createHash('sha256').update(canonicalJson(fields)).digest('hex')
}
