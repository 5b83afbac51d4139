import { sql } from 'kysely'
import type { Clock } from '@twin/actors/runtime'
import { escalationOccasion } from '@twin/models/alarms'
import { deviceLabel, findKind } from '@twin/models/kinds'
import { installation, type Records } from '../../records/engine.ts'
import { inRounds } from '../../records/rounds.ts'
import type { Turn } from '../../records/types.ts'
import { announce } from '../foundation/index.ts'

export interface Escalations {
  /** Tells the managers of what escalated and they were not told of yet. */
  deliver(): Promise<void>
  /** Also what a process that died did not get to say. */
  start(signal: AbortSignal, failed: (error: unknown) => void): void
}
export interface EscalationParts {
  readonly records: Records
  readonly org: string
  readonly clock: Clock
}

/** What escalated longer ago is history that needs no message any more. */
const lateMs = 86_400_000
const againMs = 30_000
const written = (at: number, timeZone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(at)

/** Names as the records' database gives them. */
interface Escalated {
  readonly occurrence: string
  readonly code: string
  readonly priority: string
  readonly raisedAt: number
  readonly escalatedAt: number
  readonly deviceKind: string
  readonly station: string
  readonly stationName: string
  readonly manager: string
  readonly timeZone: string
  readonly deviceName: string
  readonly deviceCode: string
}

/** Brings alarms that nobody acknowledged into the inbox of the station's manager, each escalation once. */
export function createEscalations({ records, org, clock }: EscalationParts): Escalations {
  async function round(): Promise<void> {
    const since = new Date(clock.now() - lateMs)
    const { rows } = await sql<Escalated>`
      select a.occurrence, a.code, a.priority, a.raised_at, a.escalated_at, a.device_kind, a.station, s.name as station_name, s.manager, s.time_zone,
        coalesce(d.name, '') as device_name, coalesce(d.code, '') as device_code
      from alarm_occurrence a join station s on s.id = a.station left join device d on d.id = a.device
      where a.org = ${org} and a.escalated_at > ${since} and not a.historical
        and not exists (select from message m where m.org = a.org
          and starts_with(m.occasion, ${escalationOccasion('', '')}) and m.occasion = ${escalationOccasion('', '')} || a.occurrence || ' ' ||
            (extract(epoch from a.escalated_at) * 1000)::bigint)
      order by a.escalated_at limit 200`.execute(records.db)
    for (const row of rows) await records.run(installation(org), (turn) => tell(turn, row))
  }

  async function tell(turn: Turn, row: Escalated): Promise<void> {
    const { station, stationName: place, occurrence } = row
    const device = deviceLabel({ name: row.deviceName, kind: row.deviceKind, code: row.deviceCode })
    const alarm = findKind(row.deviceKind)?.alarms.find(({ code }) => code === row.code)?.label ?? { zh: row.code, en: row.code }
    const minutes = Math.round((row.escalatedAt - row.raisedAt) / 60_000)
    await announce(turn, records.writer, {
      occasion: escalationOccasion(occurrence, row.escalatedAt),
      users: await managersOf(turn, station, row.manager),
      title: `报警升级：${place} ${device.zh} ${alarm.zh}`,
      body: [
        `${row.priority} 报警“${alarm.zh}”（${row.code}）发生于 ${written(row.raisedAt, row.timeZone)}，${minutes} 分钟无人确认。站点：${place}，设备：${device.zh}。`,
        `${row.priority} alarm “${alarm.en}” (${row.code}) at ${place}, ${device.en}: nobody has acknowledged it for ${minutes} min.`,
      ].join('\n'),
    })
  }

  const { now, start } = inRounds(againMs, round)
  return { deliver: now, start }
}

/** The manager named at the station if that is a user; else who may see the station and whose role receives escalated alarms. */
async function managersOf(turn: Turn, station: string, manager: string): Promise<readonly string[]> {
  const scoped = sql`u.org = ${turn.actor.org} and not u.disabled and (u.stations is null or ${station} = any(u.stations))`
  const named = await sql<{ id: string }>`select u.id from auth_user u
    where ${scoped} and ${manager} <> '' and ${manager} in (u.name, u.username)`.execute(turn.trx)
  if (named.rows.length > 0) return named.rows.map(({ id }) => id)
  const { rows } = await sql<{ id: string }>`select u.id from auth_user u
    where ${scoped} and exists (select from access_role r where r.org = u.org and r.deleted_at is null
      and 'alarm:escalation' = any(r.permissions) and (r.code = u.role or u.id = any(r.members))) order by u.id`.execute(turn.trx)
  return rows.map(({ id }) => id)
}
