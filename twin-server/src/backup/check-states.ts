import { createHash } from 'node:crypto'
import { viewAt, type RecoveredCell } from '@twin/actors/runtime'
import type { StationConfig } from '@twin/models/stations'
import type { Sql, Tx } from '../store/connection.ts'
import { Ownership } from '../store/ownership.ts'
import { PostgresRecoveryPort } from '../store/recovery.ts'
import { openStations } from '../store/stations.ts'
import type { Verdict } from './words.ts'

/** Stations that are folded twice; each means reading up to an hour of its history. */
const LOOKED_AT = 40

/**
 * A station is its newest snapshot and what came after. The same has to come out from the snapshot before it and what came after that: the
 * journal then holds everything the snapshot says. Compared by the hash of values and logical state.
 */
export async function checkStates(copy: Sql): Promise<Verdict> {
  const stations = await openStations(copy).list()
  const ids = stations.slice(0, LOOKED_AT).map(({ id }) => id)
  const recovery = new PostgresRecoveryPort(copy, new Ownership('check'), openStations(copy), 'main')
  const newest = await recovery.load(ids)
  const older = new Map((await withoutNewest(copy, newest)).map((cell) => [cell.station, cell]))
  let compared = 0
  const unlike: string[] = []
  for (const cell of newest) {
    const before = older.get(cell.station)
    const config = stations.find(({ id }) => id === cell.station)
    if (!config || !before || !cell.snapshot) continue
    compared++
    const at = Math.max(cell.snapshot.at, ...cell.facts.map(({ fact }) => fact.at), ...cell.samples.map((sample) => sample.at))
    if (hashAt(config, cell, at) !== hashAt(config, before, at)) unlike.push(config.code)
  }
  const events = newest.reduce((sum, { facts, samples }) => sum + facts.length + samples.length, 0)
  const ok = unlike.length === 0
  return {
    zh: ok
      ? `${compared}/${stations.length} 个站点由快照加日志两种方式重算，状态哈希一致（其后事件 ${events} 条）`
      : `站点 ${unlike.join('、')} 的快照与日志不一致`,
    en: ok
      ? `${compared} of ${stations.length} stations folded in two ways from snapshots and journal, hashes agree (${events} events since)`
      : `snapshot and journal disagree for stations ${unlike.join(', ')}`,
    ok,
  }
}

/** The same cells as if the newest snapshot had not been taken, of stations whose master data did not change since: they are folded with today's. */
async function withoutNewest(copy: Sql, cells: readonly RecoveredCell[]): Promise<readonly RecoveredCell[]> {
  const found: RecoveredCell[] = []
  await copy
    .begin(async (tx) => {
      for (const { station, snapshot } of cells)
        if (snapshot) await tx`delete from snapshot where station = ${station} and at = ${snapshot.at}`
      const names = cells.map(({ station }) => station)
      const changed = new Map(
        (
          await tx<{ id: string; at: number }[]>`select s.id, greatest(s.updated_at, max(d.updated_at)) as at
            from station s left join device d on d.station = s.id where s.id = any(${names}::text[]) group by s.id`
        ).map(({ id, at }) => [id, at]),
      )
      for (const cell of await new PostgresRecoveryPort(within(tx), new Ownership('check'), openStations(copy), 'main').load(names)) {
        const since =
          cell.snapshot?.at ?? Math.min(...cell.facts.map(({ fact }) => fact.at), ...cell.samples.map(({ received }) => received))
        if ((changed.get(cell.station) ?? Infinity) <= since) found.push(cell)
      }
      throw new Undo()
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undo)) throw error
    })
  return found
}

/** A transaction in the form of a pool, for what only reads. */
function within(tx: Tx): Sql {
  const refused = (): Promise<never> => Promise.reject(new Error('not inside a transaction'))
  return Object.assign(tx, { begin: refused, reserve: refused, options: { max: 1 }, end: () => Promise.resolve() })
}

class Undo extends Error {}

function hashAt(config: StationConfig, cell: RecoveredCell, at: number): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(viewAt(config, cell, at))))
    .digest('hex')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}
