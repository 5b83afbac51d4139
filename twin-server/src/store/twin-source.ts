import type { RecoveredCell, SampleRow } from '@twin/actors/runtime'
import { rawSql, type Sql, type Tx } from './connection.ts'
import { HOUR } from './history-buckets.ts'
import { DAY } from './partitions.ts'
import { cellSnapshot, factColumns, factRow, snapshotColumns, type StoredFact, type StoredSnapshot } from './recovery.ts'
import { sampleColumns, sampleRow, type StoredSample } from './sample-rows.ts'
import { readOnly } from './series.ts'

/** A slab needs no older rows than this besides the last of each device: windows and staleness look back less. */
const WINDOW = HOUR
/** A fact tells of something up to this long before it was made (delays, source times). */
const FACT_SLACK = DAY

/**
 * What makes the station as it was at `t`: the nearest snapshot before, and the facts and samples between. In the form of a recovered
 * cell, so that the same fold shows it. undefined = nothing is known of that time.
 */
export function twinSource(sql: Sql, station: string, t: number): Promise<RecoveredCell | undefined> {
  return sql.begin(async (tx) => {
    const [snapshot] = await tx<StoredSnapshot[]>`
      select ${rawSql(snapshotColumns)} from snapshot where station = ${station} and at <= ${t} order by at desc, saved desc limit 1`
    const since = snapshot ? snapshot.at - FACT_SLACK : 0
    const facts = await tx<StoredFact[]>`
      select ${rawSql(factColumns)} from journal
      where station = ${station} and at >= ${since} and at <= ${t} and seq > ${snapshot?.fact_seq ?? 0} order by seq`
    const samples = await samplesUpTo(tx, station, snapshot, t)
    if (!snapshot && facts.length === 0 && samples.length === 0) return undefined
    return { station, snapshot: snapshot ? cellSnapshot(snapshot) : null, facts: facts.map(factRow), samples, cursors: [] }
  }, readOnly)
}

async function samplesUpTo(tx: Tx, station: string, snapshot: StoredSnapshot | undefined, t: number): Promise<SampleRow[]> {
  const devices = (await tx<{ id: string }[]>`select id from device where station = ${station}`).map((row) => row.id)
  const from = Math.max(t - WINDOW, snapshot?.at ?? 0)
  const rows = await tx<StoredSample[]>`
    select ${rawSql(sampleColumns)} from sample where device = any(${devices}::text[]) and at > ${from} and at <= ${t} order by at, seq`
  const heard = new Set(rows.map((row) => row.device))
  const silent = devices.filter((device) => !heard.has(device))
  const until = snapshot?.at ?? 0
  const earlier =
    silent.length === 0
      ? []
      : await tx<StoredSample[]>`
    select s.* from unnest(${silent}::text[]) as d(id)
    cross join lateral (
      select ${rawSql(sampleColumns)} from sample where device = d.id and at > ${until} and at <= ${from} order by at desc, seq desc limit 1) s`
  return [...earlier, ...rows].map(sampleRow)
}

/** Newest row of a device by source time, at or before `t`. */
export async function lastSample(sql: Sql, device: string, t: number): Promise<SampleRow | undefined> {
  const [row] = await sql<StoredSample[]>`
    select ${rawSql(sampleColumns)} from sample where device = ${device} and at <= ${t} order by at desc, seq desc limit 1`
  return row && sampleRow(row)
}
