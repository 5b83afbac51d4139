import { createHash } from 'node:crypto'
import type { Cell } from './cell.ts'

/** SHA-256 over logical state, slabs and cursors. Not over what only time moves: when a device was last heard, windows, scratch. */
export function hashCell(cell: Cell): string {
  const hash = createHash('sha256')
  hash.update(canonical({ state: cell.state, historical: Object.fromEntries(cell.historical) }))
  for (const core of [...cell.order].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const cursors = (['t', 'e'] as const).map((channel) => {
      const cursor = core.cursors[channel]
      return cursor ? [cursor.boot, cursor.seq] : null
    })
    hash.update(canonical([core.id, cursors]))
    hash.update(numbers(core.slab.val))
    hash.update(numbers(core.slab.ts))
    hash.update(numbers(core.slab.changed))
    hash.update(core.slab.q)
  }
  return hash.digest('hex')
}

/** There are many NaNs; databases and processors do not keep them apart. */
function numbers(array: Float64Array): Uint8Array {
  const copy = Float64Array.from(array)
  const bytes = new Uint8Array(copy.buffer)
  for (const [i, value] of copy.entries()) if (value !== value) bytes.fill(0xff, i * 8, i * 8 + 8)
  return bytes
}

/** JSON with sorted keys, so that a state that went through a database hashes alike. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const record = value as Readonly<Record<string, unknown>>
  const keys = Object.keys(record)
    .filter((key) => record[key] !== undefined)
    .toSorted()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(record[key])}`).join(',')}}`
}
