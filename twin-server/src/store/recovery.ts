import type { CellSnapshot, CursorRow, FactRow, RecoveredCell, RecoveryPort, SampleRow } from '@twin/actors/runtime'
import { FencedError } from '@twin/actors/runtime'
import type { Fact } from '@twin/models/twin'
import { claimAll } from './claim.ts'
import { fragment, rawSql, type Sql } from './connection.ts'
import type { Ownership } from './ownership.ts'
import { MARK_EVERY } from './partitions.ts'
import { sampleColumns, sampleRow, type StoredSample } from './sample-rows.ts'
import type { StationStore } from './stations.ts'
import { iso, json } from './text.ts'

export interface StoredFact {
  readonly shard: number
  readonly seq: number
  readonly station: string
  readonly actor: string
  readonly kind: Fact['kind']
  readonly v: 1
  readonly at: number
  readonly body: Fact['body']
}
export const factColumns = 'shard, seq, station, actor, kind, v, at, body'

export function factRow(row: StoredFact): FactRow {
  const { shard, seq, station, actor, kind, v, at, body } = row
  // The journal holds what commit() wrote, and kind and body were written together.
  return { shard, seq, station, actor, fact: { kind, v, at, body } as Fact }
}

export interface StoredSnapshot {
  readonly station: string
  readonly at: number
  readonly shard: number
  readonly fact_seq: number
  readonly sample_seq: number
  readonly saved: number
  readonly v: 1
  readonly body: unknown
}
export const snapshotColumns = 'station, at, shard, fact_seq, sample_seq, saved, v, body'

export function cellSnapshot(row: StoredSnapshot): CellSnapshot {
  const { v, station, shard, at, fact_seq: factSeq, sample_seq: sampleSeq, body } = row
  return { v, station, shard, at, factSeq, sampleSeq, body }
}

interface Source<Stored, Row> {
  readonly table: 'journal' | 'sample'
  readonly stream: 'e' | 't'
  readonly columns: string
  readonly toRow: (stored: Stored) => Row
}
const journal: Source<StoredFact, FactRow> = { table: 'journal', stream: 'e', columns: factColumns, toRow: factRow }
const history: Source<StoredSample, SampleRow> = { table: 'sample', stream: 't', columns: sampleColumns, toRow: sampleRow }

/** A snapshot is written after the commit it belongs to, which may have had to wait. */
const SLACK = 60_000
/** Snapshots in one statement. */
const SAVED_AT_ONCE = 50

export class PostgresRecoveryPort implements RecoveryPort {
  readonly #sql: Sql
  readonly #own: Ownership
  readonly #stations: StationStore
  readonly #org: string

  constructor(sql: Sql, own: Ownership, stations: StationStore, org: string) {
    this.#sql = sql
    this.#own = own
    this.#stations = stations
    this.#org = org
  }

  claim(): ReturnType<RecoveryPort['claim']> {
    return claimAll(this.#sql, this.#own)
  }

  stations(wanted?: (station: string) => boolean): ReturnType<RecoveryPort['stations']> {
    return this.#stations.list(wanted)
  }

  async load(stations: readonly string[]): Promise<readonly RecoveredCell[]> {
    const names = [...stations]
    const snapshots = await this.#sql<StoredSnapshot[]>`
      select distinct on (station) ${rawSql(snapshotColumns)} from snapshot where station = any(${names}::text[])
      order by station, fact_seq desc, sample_seq desc, at desc`
    const newest = new Map(snapshots.map((row) => [row.station, row]))
    const facts = await this.#since(journal, names, newest)
    const samples = await this.#since(history, names, newest)
    const cursors = await this.#cursors(names)
    return names.map((station) => {
      const snapshot = newest.get(station)
      return {
        station,
        snapshot: snapshot ? cellSnapshot(snapshot) : null,
        facts: facts.get(station) ?? [],
        samples: samples.get(station) ?? [],
        cursors: cursors.get(station) ?? [],
      }
    })
  }

  /**
   * Rows after the snapshots. Neither table has an index by sequence alone over all its days, so only the partitions written since the
   * oldest snapshot that is behind its fence are read; of samples only what arrived since (BRIN on received), less the lateness seen.
   */
  async #since<Stored extends { readonly station: string }, Row extends FactRow | SampleRow>(
    { table, stream, columns, toRow }: Source<Stored, Row>,
    names: readonly string[],
    newest: ReadonlyMap<string, StoredSnapshot>,
  ): Promise<Map<string, Row[]>> {
    const fences = await this.#sql<{ shard: number; seq: number }[]>`select shard, seq from tw_fence 
      where stream = ${stream} and seq > 0 and shard = any(${[...new Set([...newest.values()].map(({ shard }) => shard))]}::int[])`
    const ends = new Map(fences.map(({ shard, seq }) => [shard, seq]))
    const behind: { station: string; seq: number; floor: number }[] = []
    for (const station of names) {
      const snapshot = newest.get(station)
      const seq = !snapshot ? 0 : table === 'journal' ? snapshot.fact_seq : snapshot.sample_seq
      if (snapshot && (ends.get(snapshot.shard) ?? 0) <= seq) continue
      behind.push({ station, seq, floor: snapshot ? Math.min(snapshot.saved, snapshot.at) - SLACK : 0 })
    }
    const found = new Map<string, Row[]>()
    if (behind.length === 0) return found
    const floor = Math.min(...behind.map((each) => each.floor))
    const partitions = await this.#sql<{ name: string; max_lag_ms: number }[]>`
      select name, max_lag_ms from tw_partition where parent = ${table} and last_write >= ${Math.max(floor - 2 * MARK_EVERY, 0)} order by day`
    for (const { name, max_lag_ms: lag } of partitions) {
      const arrived = table === 'sample' && floor > 0 ? fragment`and p.received >= ${Math.max(floor - lag, 0)}` : fragment``
      const rows = await this.#sql<Stored[]>`
        select ${rawSql(columns.replaceAll(/[^ ,]+/g, 'p.$&'))}
        from unnest(${behind.map((b) => b.station)}::text[], ${behind.map((b) => b.seq)}::bigint[]) as x(name, since)
        join ${rawSql(name)} p on p.station = x.name and p.seq > x.since where true ${arrived}`
      for (const row of rows) {
        const list = found.get(row.station)
        if (list) list.push(toRow(row))
        else found.set(row.station, [toRow(row)])
      }
    }
    for (const list of found.values()) list.sort((a, b) => a.seq - b.seq)
    return found
  }

  async #cursors(names: readonly string[]): Promise<Map<string, CursorRow[]>> {
    const rows = await this.#sql<(CursorRow & { station: string })[]>`
      select coalesce(d.station, c.station) as station, c.device, c.channel, c.boot, c.seq
      from device_cursor c left join device d on d.id = c.device
      where c.device = any(array(select id from device where station = any(${[...names]}::text[])))
        or (c.station = any(${[...names]}::text[]) and d.id is null)
      order by c.device, c.channel`
    const found = new Map<string, CursorRow[]>()
    for (const { station, ...cursor } of rows) {
      const list = found.get(station)
      if (list) list.push(cursor)
      else found.set(station, [cursor])
    }
    return found
  }

  /** The newest of a station replaces the one before; the first of an hour stays for time travel. */
  async save(snapshots: readonly CellSnapshot[]): Promise<void> {
    const ours = this.#own.all ? snapshots : snapshots.filter(({ shard }) => this.#own.shards.has(shard))
    for (let from = 0; from < ours.length; from += SAVED_AT_ONCE) await this.#save(ours.slice(from, from + SAVED_AT_ONCE))
  }

  async #save(ours: readonly CellSnapshot[]): Promise<void> {
    const rows = ours.map((s) => {
      const epoch = this.#own.shards.get(s.shard)?.epoch
      if (epoch === undefined) throw new Error(`shard ${s.shard} was not claimed`)
      return { ...s, epoch }
    })
    const now = Date.now()
    // As one document: elements of an array of texts are escaped one by one, and snapshots are long.
    const document = json(
      rows.map(({ station, at, shard, epoch, factSeq, sampleSeq, body }) => ({
        station,
        at: iso(at),
        shard,
        epoch,
        fact_seq: factSeq,
        sample_seq: sampleSeq,
        body,
      })),
    )
    await this.#sql.begin(async (tx) => {
      const saved = await tx`
        insert into snapshot as s (station, at, org, shard, epoch, fact_seq, sample_seq, v, keep, saved, body)
        select x.station, x.at, ${this.#org}, x.shard, x.epoch, x.fact_seq, x.sample_seq, 1,
          not exists (select 1 from snapshot k where k.station = x.station and k.keep and k.at >= date_trunc('hour', x.at) and k.at <= x.at),
          ${now}, x.body
        from jsonb_to_recordset(${document}::text::jsonb)
          as x(station text, at timestamptz, shard int, epoch bigint, fact_seq bigint, sample_seq bigint, body jsonb)
        join tw_fence f on f.shard = x.shard and f.stream = 'e' and f.epoch = x.epoch
        on conflict (station, at) do update set shard = excluded.shard, epoch = excluded.epoch, fact_seq = excluded.fact_seq,
          sample_seq = excluded.sample_seq, saved = excluded.saved, keep = s.keep or excluded.keep, body = excluded.body
        returning s.station`
      if (saved.length !== rows.length) throw new FencedError('another process holds these shards')
      await tx`delete from snapshot s
        using unnest(${rows.map((r) => r.station)}::text[], ${rows.map((r) => r.factSeq)}::bigint[], ${rows.map((r) => r.sampleSeq)}::bigint[],
          ${rows.map((r) => r.at)}::timestamptz[]) as x(station, fact_seq, sample_seq, at)
        where s.station = x.station and not s.keep and s.fact_seq <= x.fact_seq and s.sample_seq <= x.sample_seq
          and s.at <> x.at`
    })
  }
}
