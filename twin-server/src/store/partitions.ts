import type { Sql, Tx } from './connection.ts'

export type PartitionedTable = 'sample' | 'journal' | 'rollup_1m'
export const DAY = 86_400_000

/** Times outside are mistakes of a program, not of a clock: ingest refuses them long before. */
const EARLIEST = Date.UTC(1970, 0, 1)
const LATEST = Date.UTC(2200, 0, 1)
/** `last_write` of a partition is moved at most this often; recovery allows for it. */
export const MARK_EVERY = 60_000
const FIRST_LAG = 5_000

interface Known {
  marked: number
  lag: number
}

/** Start of the partition that a time falls into: UTC days, and UTC months for minute rollups. */
export function partitionStart(table: PartitionedTable, at: number): number {
  if (!(at >= EARLIEST && at < LATEST)) throw new RangeError(`no partition for time ${at}`)
  if (table !== 'rollup_1m') return at - (at % DAY)
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth())
}

function partitionEnd(table: PartitionedTable, start: number): number {
  if (table !== 'rollup_1m') return start + DAY
  const date = new Date(start)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)
}

export function partitionName(table: PartitionedTable, start: number): string {
  const day = new Date(start).toISOString().slice(0, 10).replaceAll('-', '')
  return table === 'rollup_1m' ? `${table}_${day.slice(0, 6)}` : `${table}_${day}`
}

/**
 * Makes a partition if it is missing. Built beside and attached, because `create table … partition of` would lock the parent against its
 * readers. The lock is only taken by makers of partitions.
 */
export async function createPartition(tx: Tx, table: PartitionedTable, start: number): Promise<void> {
  const name = partitionName(table, start)
  const from = new Date(start).toISOString()
  const to = new Date(partitionEnd(table, start)).toISOString()
  await tx`select pg_advisory_xact_lock(7201, hashtext(${table}))`
  const [found] = await tx`select 1 from pg_inherits where inhparent = ${table}::regclass and inhrelid = to_regclass(${name})`
  if (!found) {
    await tx.unsafe(`create table ${name} (like ${table} including defaults including constraints including storage)`)
    await tx.unsafe(`alter table ${table} attach partition ${name} for values from ('${from}') to ('${to}')`)
  }
  await tx`insert into tw_partition (parent, day, name, last_write, max_lag_ms) values (${table}, ${start}, ${name}, now(), ${FIRST_LAG})
    on conflict (parent, day) do nothing`
}

/** Knows which partitions exist and makes the missing ones: any day may come with a backlog or a replay. */
export class Partitions {
  readonly #sql: Sql
  readonly #known = new Map<string, Known>()

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /** Forgets what it knew, e.g. after another process dropped old days. */
  forget(): void {
    this.#known.clear()
  }

  /** Makes the partitions for these times; returns their starts. */
  async ensure(table: PartitionedTable, times: Iterable<number>): Promise<ReadonlySet<number>> {
    const starts = new Set<number>()
    let last = Number.NaN
    for (const at of times) {
      const start = at - (at % DAY)
      if (start === last) continue
      last = start
      starts.add(partitionStart(table, at))
    }
    for (const start of starts) {
      const key = `${table} ${start}`
      if (this.#known.has(key)) continue
      await this.#sql.begin((tx) => createPartition(tx, table, start))
      this.#known.set(key, { marked: 0, lag: 0 })
    }
    return starts
  }

  /**
   * What a commit has to note about the partitions it writes: that they were written, and how late its rows came (ms between arrival and
   * now). Give `noted` the answer after the commit.
   */
  marks(table: PartitionedTable, starts: Iterable<number>, now: number, lag: number): PartitionMark[] {
    const marks: PartitionMark[] = []
    for (const day of starts) {
      const known = this.#known.get(`${table} ${day}`)
      if (known && now - known.marked < MARK_EVERY && lag <= known.lag) continue
      let rounded = Math.max(FIRST_LAG, known?.lag ?? 0)
      while (rounded < lag) rounded *= 2
      marks.push({ table, day, lag: rounded, now })
    }
    return marks
  }

  noted(marks: readonly PartitionMark[]): void {
    for (const { table, day, lag, now } of marks) {
      const known = this.#known.get(`${table} ${day}`)
      if (known) Object.assign(known, { marked: now, lag })
    }
  }
}

export interface PartitionMark {
  readonly table: PartitionedTable
  readonly day: number
  readonly lag: number
  readonly now: number
}
