const unstorable = /\\u(?:0000|d[89a-f])/i

/** Text that Postgres takes: no NUL, no lone surrogate. Devices and people may send both. */
export function clean(text: string): string {
  return text.includes('\0') || !text.isWellFormed() ? text.replaceAll('\0', '\ufffd').toWellFormed() : text
}

/** JSON text that jsonb takes. */
export function json(value: unknown): string {
  const plain = JSON.stringify(value) ?? 'null'
  return unstorable.test(plain) ? JSON.stringify(cleaned(value)) : plain
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return clean(value)
  if (Array.isArray(value)) return value.map(cleaned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [clean(key), cleaned(inner)]))
}

/** Epoch ms as Postgres reads it in text and JSON; null stays null. */
export function iso(ms: number): string
export function iso(ms: number | null): string | null
export function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}

const plain = /^[\w.:/-]+$/

/**
 * Array literal for a `text[]` parameter. The client's own writing of arrays escapes every element in two passes, which for the ids of a
 * commit costs more than the rows themselves.
 */
export function textArray(values: readonly (string | null)[]): string {
  let text = '{'
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? null
    if (i > 0) text += ','
    if (value === null) text += 'NULL'
    else if (plain.test(value) && (value.length !== 4 || value.toUpperCase() !== 'NULL')) text += value
    else text += `"${value.replaceAll(/["\\]/g, '\\$&')}"`
  }
  return `${text}}`
}

/** Array literal for an `int[]` or `bigint[]` parameter. */
export const numberArray = (values: readonly number[]): string => `{${values.join(',')}}`
