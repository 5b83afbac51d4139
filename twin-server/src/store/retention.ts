import type { Sql } from './connection.ts'
import { DAY, type Partitions } from './partitions.ts'

export interface RetentionOptions {
  readonly rawDays: number
  readonly minuteDays: number
  /** Hours stay this long; days stay for ever. */
  readonly hourDays: number
  readonly journalDays: number
  readonly snapshotDays: number
  readonly deadLetterDays: number
}
export const defaultRetention: RetentionOptions = {
  rawDays: 90,
  minuteDays: 730,
  hourDays: 3650,
  journalDays: 3650,
  snapshotDays: 730,
  deadLetterDays: 30,
}

/**
 * Drops what is older than its tier allows. Raw days go whole and only when nothing in them waits for its rollup. Age counts by when a
 * partition was last written and by its day, so that a replay of an old year just done is not swept away the same night.
 */
export async function applyRetention(
  sql: Sql,
  partitions: Partitions,
  keep: RetentionOptions,
  now = Date.now(),
): Promise<readonly string[]> {
  const dropped: string[] = []
  for (const [table, days] of [
    ['sample', keep.rawDays],
    ['journal', keep.journalDays],
    ['rollup_1m', keep.minuteDays],
  ] as const) {
    const limit = now - days * DAY
    const span = table === 'rollup_1m' ? 31 * DAY : DAY
    const old = await sql<{ name: string; day: number }[]>`
      select name, day from tw_partition where parent = ${table} and day < ${limit - span} and last_write < ${limit} order by day`
    for (const { name, day } of old) {
      if (table === 'sample' && (await waiting(sql, day))) continue
      await sql.begin(async (tx) => {
        await tx`select pg_advisory_xact_lock(7201, hashtext(${table}))`
        await tx.unsafe(`drop table if exists ${name}`)
        await tx`delete from tw_partition where parent = ${table} and day = ${day}`
      })
      dropped.push(name)
    }
  }
  if (dropped.length > 0) partitions.forget()
  await sql`delete from rollup_1h where bucket < ${now - keep.hourDays * DAY}`
  await sql`delete from snapshot where keep and at < ${now - keep.snapshotDays * DAY} and saved < ${now - keep.snapshotDays * DAY}`
  await sql`delete from dead_letter where received < ${now - keep.deadLetterDays * DAY}`
  return dropped
}

async function waiting(sql: Sql, day: number): Promise<boolean> {
  const [row] = await sql`select 1 from rollup_dirty m, unnest(m.buckets) b where b >= ${day - DAY} and b < ${day + 2 * DAY} limit 1`
  return row !== undefined
}
