import type { Sql } from './connection.ts'
import { iso, textArray } from './text.ts'

/** What a device measured at one moment, by slot of its kind; no values = any. */
export interface SoughtSample {
  readonly device: string
  readonly at: number
  readonly values: ReadonlyMap<number, number>
}

/**
 * Which of these are on record as measured. A row with the same moment is the one sought when it has one of the values and contradicts none:
 * values that were refused are not in it.
 */
export async function recorded(sql: Sql, sought: readonly SoughtSample[]): Promise<readonly boolean[]> {
  const rows = await sql<{ device: string; at: number; values: readonly (number | null)[] }[]>`
    select s.device, s.at, s."values" from unnest(${textArray(sought.map(({ device }) => device))}::text[],
      ${sought.map(({ at }) => iso(at))}::timestamptz[]) as x(device, at) join sample s on s.device = x.device and s.at = x.at and s.origin = 0`
  const found = new Map<string, (readonly (number | null)[])[]>()
  for (const { device, at, values } of rows) {
    const key = `${device} ${at}`
    found.set(key, [...(found.get(key) ?? []), values])
  }
  return sought.map(({ device, at, values }) => (found.get(`${device} ${at}`) ?? []).some((row) => values.size === 0 || alike(row, values)))
}

function alike(row: readonly (number | null)[], values: ReadonlyMap<number, number>): boolean {
  let same = false
  for (const [slot, value] of values) {
    const stored = row[slot] ?? null
    if (stored === null) continue
    if (stored !== value) return false
    same = true
  }
  return same
}
