import type { CommitBatch, CommitPort } from '@twin/actors/runtime'
import { FencedError } from '@twin/actors/runtime'
import { setTimeout as delay } from 'node:timers/promises'
import type { Sql, Tx } from './connection.ts'
import { BinaryCopy } from './binary-copy.ts'
import { countRejects, insertLetters, LetterThinner } from './dead-letters.ts'
import { type Move, movesOf, type Ownership } from './ownership.ts'
import type { PartitionMark, Partitions } from './partitions.ts'
import { projectAlarms } from './project-alarms.ts'
import { projectFacts } from './project-facts.ts'
import { marksOf } from './rollup-marks.ts'
import { copySamples } from './sample-rows.ts'
import { clean, json, numberArray, textArray } from './text.ts'

export interface CommitOptions {
  readonly org: string
  /** Dead letters kept per device and reason a minute. */
  readonly lettersPerMinute: number
  /** First and longest wait before another attempt, ms. */
  readonly retryMs?: number
  readonly retryMaxMs?: number
  /** Told of every failed attempt. */
  readonly onRetry?: (error: unknown, attempt: number) => void
  /** For tests: called inside the transaction when all is written, before COMMIT. */
  readonly beforeCommit?: (tx: Tx) => Promise<void>
}

/** A failure that is not the connection's or the server's state is told after so many attempts. */
const ATTEMPTS = 3

/** SQLSTATE classes that pass: connection, resources, operator, system, lock not available, deadlock, read-only standby. */
const passing = /^(?:08|53|57|58|40|55P03|25006|25P0[23])/
function mayPass(error: unknown): boolean {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  if (typeof code !== 'string') return false
  return passing.test(code) || /^(?:CONNECT|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOST|ENET|EAI)/.test(code)
}

interface Prepared {
  readonly moves: readonly Move[]
  /** Number of this commit; kept with the batch, because a caller may bring it again. */
  readonly number: number
  readonly letters: CommitBatch['deadLetters']
}

/**
 * The group commit. One transaction per batch: rows first, fence last. After any failure the fence is read again: moved = committed,
 * unmoved = try again, anything else = another owner. So a lost COMMIT answer neither loses nor doubles a row.
 */
export class PostgresCommitPort implements CommitPort {
  readonly #sql: Sql
  readonly #own: Ownership
  readonly #partitions: Partitions
  readonly #options: CommitOptions
  readonly #copy = new BinaryCopy()
  readonly #thinner: LetterThinner
  readonly #prepared = new WeakMap<CommitBatch, Prepared>()
  #last: Promise<unknown> = Promise.resolve()
  #closed = false
  /** Set while commits fail. */
  failing: string | null = null

  constructor(sql: Sql, own: Ownership, partitions: Partitions, options: CommitOptions) {
    this.#sql = sql
    this.#own = own
    this.#partitions = partitions
    this.#options = options
    this.#thinner = new LetterThinner(options.lettersPerMinute)
  }

  commit(batch: CommitBatch): Promise<void> {
    const run = this.#last.then(() => this.#commit(batch))
    this.#last = run.catch(() => undefined)
    return run
  }

  /** Lets the commit under way end; later failures are not retried any more. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#last
  }

  async #commit(batch: CommitBatch): Promise<void> {
    const prepared = this.#prepare(batch)
    const { retryMs = 50, retryMaxMs = 1000 } = this.#options
    let wait = retryMs
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#attempt(batch, prepared)
        this.#took(prepared)
        return
      } catch (error) {
        this.failing = error instanceof Error ? error.message : String(error)
        this.#options.onRetry?.(error, attempt)
        const state = await this.#fence(prepared)
        if (state === 'moved') {
          this.#took(prepared)
          return
        }
        if (state === 'lost') throw new FencedError('another process holds these shards')
        if (state !== 'unmoved') {
          this.#prepared.delete(batch)
          throw new FencedError('other processes hold some of these shards', state)
        }
        if (this.#closed || (!mayPass(error) && attempt >= ATTEMPTS)) throw error
        // A day may have been dropped by retention in another process.
        this.#partitions.forget()
        await delay(wait * (0.75 + Math.random() / 2))
        wait = Math.min(wait * 2, retryMaxMs)
      }
    }
  }

  #prepare(batch: CommitBatch): Prepared {
    const known = this.#prepared.get(batch)
    if (known) return known
    const moves = movesOf(this.#own.shards, batch.facts, batch.samples, this.#own.all ? [] : batch.touches)
    const prepared = {
      moves: moves.length > 0 || !this.#own.all ? moves : this.#stillOwner(),
      number: this.#own.commits + 1,
      letters: this.#thinner.thin(batch.deadLetters, Date.now()),
    }
    this.#prepared.set(batch, prepared)
    return prepared
  }

  /** A batch without rows moves no fence, but a process that lost its shards must not write its cursors either. */
  #stillOwner(): Move[] {
    const [first] = this.#own.shards
    if (!first) throw new Error('nothing was claimed yet')
    const [shard, { epoch, factSeq }] = first
    return [{ shard, stream: 'e', epoch, from: factSeq, to: factSeq }]
  }

  #took({ moves, number }: Prepared): void {
    this.failing = null
    this.#own.commits = number
    for (const { shard, stream, epoch, to } of moves) {
      const held = this.#own.shards.get(shard)
      if (held?.epoch !== epoch) continue
      if (stream === 'e') held.factSeq = to
      else held.sampleSeq = to
    }
  }

  async #attempt(batch: CommitBatch, { moves, number, letters }: Prepared): Promise<void> {
    const { org } = this.#options
    const days = await this.#partitions.ensure(
      'sample',
      times(batch.samples, (row) => row.at),
    )
    const journalDays = await this.#partitions.ensure(
      'journal',
      times(batch.facts, (row) => row.fact.at),
    )
    const now = Date.now()
    let lag = 0
    for (const { received } of batch.samples) lag = Math.max(lag, now - received)
    const marks = [...this.#partitions.marks('sample', days, now, lag), ...this.#partitions.marks('journal', journalDays, now, 0)]

    await this.#sql.begin(async (tx) => {
      if (batch.samples.length > 0) await copySamples(tx, this.#copy, org, batch.samples)
      // From here on everything goes out at once; the server takes it in this order.
      await Promise.all([
        ...this.#facts(tx, batch, new Map(moves.map(({ shard, epoch }) => [shard, epoch]))),
        ...cursors(tx, org, batch, now),
        ...insertLetters(tx, org, letters),
        ...countRejects(tx, org, batch, now),
        ...timers(tx, org, batch),
        ...marksOf(batch.samples, now).map(
          (mark) =>
            tx`insert into rollup_dirty (org, tier, due, devices, buckets)
            values (${org}, 0, ${mark.due}, ${textArray(mark.devices)}::text[], ${numberArray(mark.buckets)}::bigint[])`,
        ),
        ...partitionMarks(tx, marks),
        tx`select tw_commit_fence(${this.#own.inc}, ${number}, ${numberArray(moves.map((m) => m.shard))}::int[], ${textArray(moves.map((m) => m.stream))}::text[],
          ${numberArray(moves.map((m) => m.epoch))}::bigint[], ${numberArray(moves.map((m) => m.from))}::bigint[], ${numberArray(moves.map((m) => m.to))}::bigint[])`,
      ])
      await this.#options.beforeCommit?.(tx)
    })
    this.#partitions.noted(marks)
  }

  #facts(tx: Tx, { facts }: CommitBatch, epochs: ReadonlyMap<number, number>): Promise<unknown>[] {
    if (facts.length === 0) return []
    const { org } = this.#options
    const epochOf = (shard: number): number => epochs.get(shard) ?? 0
    return [
      tx`insert into journal (org, shard, epoch, seq, station, actor, kind, v, at, body)
        select ${org}, x.shard, x.epoch, x.seq, x.station, x.actor, x.kind, x.v, x.at, x.body::jsonb
        from unnest(${facts.map((f) => f.shard)}::int[], ${facts.map((f) => epochOf(f.shard))}::bigint[], ${facts.map((f) => f.seq)}::bigint[],
          ${facts.map((f) => f.station)}::text[], ${facts.map((f) => f.actor)}::text[], ${facts.map((f) => f.fact.kind)}::text[],
          ${facts.map((f) => f.fact.v)}::int[], ${facts.map((f) => f.fact.at)}::timestamptz[], ${facts.map((f) => json(f.fact.body))}::text[])
          as x(shard, epoch, seq, station, actor, kind, v, at, body)`,
      ...projectAlarms(tx, org, epochOf, facts),
      ...projectFacts(tx, org, facts),
    ]
  }

  /** Waits until the database answers: without its answer nothing may be said about the batch. */
  async #fence({ moves, number }: Prepared): Promise<'moved' | 'unmoved' | 'lost' | ReadonlyMap<number, number>> {
    const { retryMs = 50, retryMaxMs = 1000 } = this.#options
    for (let wait = retryMs; ; wait = Math.min(wait * 2, retryMaxMs)) {
      try {
        const [node] = await this.#sql<{ commits: number }[]>`select commits from tw_node where inc = ${this.#own.inc}`
        const rows = await this.#sql<{ shard: number; stream: string; epoch: number; seq: number }[]>`
          select shard, stream, epoch, seq from tw_fence where shard = any(${moves.map((m) => m.shard)}::int[])`
        const now = new Map(rows.map((row) => [`${row.shard}${row.stream}`, row]))
        const all = (side: 'from' | 'to'): boolean =>
          moves.every((m) => {
            const row = now.get(`${m.shard}${m.stream}`)
            return row?.epoch === m.epoch && row.seq === m[side]
          })
        // The number moves with the commit and nothing else does, so it tells, even if shards went elsewhere right after.
        if (node?.commits === number && (all('to') || !this.#own.all)) return 'moved'
        if (node?.commits === number - 1 && !this.#own.all) {
          const lost = moves.filter((m) => now.get(`${m.shard}${m.stream}`)?.epoch !== m.epoch)
          if (lost.length > 0) return new Map(lost.map(({ shard, epoch }) => [shard, epoch]))
        }
        return node?.commits === number - 1 && all('from') ? 'unmoved' : 'lost'
      } catch (error) {
        if (this.#closed || !mayPass(error)) throw error
        await delay(wait)
      }
    }
  }
}

function* times<T>(rows: readonly T[], of: (row: T) => number): Generator<number> {
  for (const row of rows) yield of(row)
}

/** The station of a cursor is that of the rows beside it, so that recovery finds it by station. */
function cursors(tx: Tx, org: string, { cursors: rows, samples, facts }: CommitBatch, now: number): Promise<unknown>[] {
  if (rows.length === 0) return []
  const stations = new Map<string, string>()
  for (const { device, station } of samples) stations.set(device, station)
  for (const { actor, station } of facts) if (actor.startsWith('device:')) stations.set(actor.slice(7), station)
  return [
    tx`insert into device_cursor as c (device, channel, org, station, boot, seq, updated_at)
      select x.device, x.channel, ${org}, coalesce(x.station, d.station), x.boot, x.seq, ${now}
      from unnest(${textArray(rows.map((r) => r.device))}::text[], ${textArray(rows.map((r) => r.channel))}::text[],
        ${textArray(rows.map((r) => stations.get(r.device) ?? null))}::text[], ${textArray(rows.map((r) => clean(r.boot)))}::text[],
        ${numberArray(rows.map((r) => r.seq))}::bigint[]) as x(device, channel, station, boot, seq)
      left join device d on x.station is null and d.id = x.device
      on conflict (device, channel) do update set station = coalesce(excluded.station, c.station), boot = excluded.boot, seq = excluded.seq,
        updated_at = excluded.updated_at`,
  ]
}

function timers(tx: Tx, org: string, { timers: rows }: CommitBatch): Promise<unknown>[] {
  const due = rows.filter((row) => row.due !== null)
  const done = rows.filter((row) => row.due === null).map((row) => row.station)
  const jobs: Promise<unknown>[] = []
  if (done.length > 0) jobs.push(tx`delete from timer where station = any(${done}::text[])`)
  if (due.length > 0)
    jobs.push(
      tx`insert into timer (org, station, shard, due)
        select ${org}, x.station, x.shard, x.due
        from unnest(${due.map((r) => r.station)}::text[], ${due.map((r) => r.shard)}::int[], ${due.map((r) => r.due)}::timestamptz[])
          as x(station, shard, due)
        on conflict (station) do update set shard = excluded.shard, due = excluded.due`,
    )
  return jobs
}

function partitionMarks(tx: Tx, marks: readonly PartitionMark[]): Promise<unknown>[] {
  return marks.map(
    (mark) =>
      tx`update tw_partition set last_write = greatest(last_write, now()), max_lag_ms = greatest(max_lag_ms, ${mark.lag})
      where parent = ${mark.table} and day = ${mark.day}`,
  )
}
