import { type Kysely, type SqlBool, sql } from 'kysely'
import { findKind, deviceKinds, type Label } from '@twin/models/kinds'
import type { Call } from '../call.ts'
import { scopeOf } from '../access.ts'
import type { AuthTables, Principal } from '../../security/index.ts'
import type { Database } from '../../store/index.ts'
import { escaped } from './audit.ts'

export type AlarmFilter = Omit<Call<'alarms'>['query'], 'page' | 'size' | 'sort'>

/** Day and hour in which an occurrence was raised, by the clock on the wall of its station. */
export const raisedDay = sql<string>`to_char(a.raised_at at time zone coalesce(s.time_zone, 'Asia/Shanghai'), 'YYYY-MM-DD')`
export const raisedHour = sql<string>`to_char(a.raised_at at time zone coalesce(s.time_zone, 'Asia/Shanghai'), 'HH24')`

/** A group alarm: one of the station's own that took alarms of its units below it. */
export const isHead = sql<SqlBool>`(a.device = a.station and exists (
  select from alarm_occurrence m where m.grouped_under = a.occurrence and m.device <> a.device))`

/**
 * The one filter of list, export and statistics, so that their counts are the same number. Station, device and person stand beside each
 * occurrence for their names; an occurrence counts once however often it was acknowledged.
 */
export function filteredAlarms(database: Kysely<Database>, principal: Principal, filter: AlarmFilter) {
  const db = database.withTables<AuthTables>()
  const scope = scopeOf(principal, filter.station)
  const like = `%${escaped(filter.text ?? '')}%`
  return db
    .selectFrom('alarm_occurrence as a')
    .leftJoin('station as s', 's.id', 'a.station')
    .leftJoin('device as d', 'd.id', 'a.device')
    .leftJoin('auth_user as u', 'u.id', 'a.acked_by')
    .where('a.org', '=', principal.org)
    .$if(scope !== null, (q) => q.where(sql<SqlBool>`a.station = any(${scope ?? []})`))
    .$if(filter.device !== undefined, (q) => q.where('a.device', '=', filter.device ?? ''))
    .$if(filter.deviceKind !== undefined, (q) => q.where(sql<SqlBool>`a.device_kind = any(${filter.deviceKind ?? []})`))
    .$if(filter.stationKind !== undefined, (q) =>
      q.where((or) =>
        or.or([
          or('a.station_kind', '=', filter.stationKind ?? null),
          or.and([or('a.station_kind', 'is', null), or('s.kind', '=', filter.stationKind ?? 'smartStation')]),
        ]),
      ),
    )
    .$if(filter.code !== undefined, (q) => q.where(sql<SqlBool>`a.code = any(${filter.code ?? []})`))
    .$if(filter.priority !== undefined, (q) => q.where(sql<SqlBool>`a.priority = any(${filter.priority ?? []})`))
    .$if(filter.phase !== undefined, (q) => q.where(phases(filter.phase ?? [])))
    .$if(filter.hidden !== undefined, (q) => q.where(sql<SqlBool>`a.hidden = any(${filter.hidden ?? []})`))
    .$if(filter.group === 'heads', (q) => q.where(isHead))
    .$if(filter.group === 'members', (q) => q.where('a.grouped_under', 'is not', null))
    .$if(filter.group === 'none', (q) => q.where('a.grouped_under', 'is', null).where(sql<SqlBool>`not ${isHead}`))
    .$if(filter.from !== undefined, (q) => q.where('a.raised_at', '>=', filter.from ?? 0))
    .$if(filter.to !== undefined, (q) => q.where('a.raised_at', '<', filter.to ?? 0))
    .$if(filter.localDay !== undefined, (q) => q.where(raisedDay, '=', filter.localDay ?? ''))
    .$if(filter.localHour !== undefined, (q) => q.where(raisedHour, '=', String(filter.localHour).padStart(2, '0')))
    .$if(filter.historical === 'only', (q) => q.where('a.historical', '=', true))
    .$if(filter.historical === 'without', (q) => q.where('a.historical', '=', false))
    .$if(Boolean(filter.text), (q) =>
      q.where((or) =>
        or.or([
          or('a.code', 'ilike', like),
          or('a.note', 'ilike', like),
          or('s.name', 'ilike', like),
          or('s.code', 'ilike', like),
          or('d.name', 'ilike', like),
          or('d.code', 'ilike', like),
          // Labels live in the models: find the codes whose words match.
          sql<SqlBool>`a.code = any(${codesByLabel(filter.text ?? '')})`,
        ]),
      ),
    )
}

function phases(words: readonly string[]) {
  const open = words.includes('open')
  const listed = words.map((word) => (word === 'closed' ? 'CLOSED' : word))
  return open
    ? sql<SqlBool>`(a.closed_at is null or a.phase = any(${listed}))`
    : listed.length === 1 && listed[0] === 'CLOSED'
      ? sql<SqlBool>`a.closed_at is not null`
      : sql<SqlBool>`a.phase = any(${listed})`
}

function codesByLabel(text: string): string[] {
  const wanted = text.toLowerCase()
  return deviceKinds.flatMap(({ alarms }) =>
    alarms.filter(({ label }) => label.zh.includes(text) || label.en.toLowerCase().includes(wanted)).map(({ code }) => code),
  )
}

/** Words for a code in the export and in statistics. */
export function alarmLabel(deviceKind: string, code: string): Label {
  return findKind(deviceKind)?.alarms.find((alarm) => alarm.code === code)?.label ?? { zh: code, en: code }
}

/** Columns of `alarmRow`. */
export const alarmColumns = [
  'a.occurrence',
  'a.code',
  'a.station',
  's.name as station_name',
  's.name_en as station_name_en',
  'a.station_kind',
  's.kind as present_station_kind',
  'a.device',
  'd.name as device_name',
  'd.code as device_code',
  'a.device_kind',
  'a.priority',
  'a.phase',
  'a.hidden',
  'a.grouped_under',
  'a.historical',
  'a.chattering',
  'a.values',
  'a.raised_at',
  'a.acked_at',
  'a.acked_by',
  'u.name as acked_by_name',
  'a.note',
  'a.cleared_at',
  'a.closed_at',
  'a.shelved_until',
  'a.shelve_reason',
  'a.escalated_at',
  sql<number>`(select count(*) from alarm_occurrence m where m.grouped_under = a.occurrence)`.as('members'),
] as const

type Selected = Awaited<ReturnType<typeof selectAlarms>>[number]
const selectAlarms = (db: Kysely<Database>, principal: Principal) =>
  filteredAlarms(db, principal, { historical: 'with' }).select(alarmColumns).execute()

export function asAlarmRow(row: Selected) {
  return {
    occurrence: row.occurrence,
    code: row.code,
    station: row.station,
    stationName: row.station_name ?? row.station,
    stationNameEn: row.station_name_en || row.station_name || row.station,
    stationKind: row.station_kind ?? row.present_station_kind ?? ('smartStation' as const),
    device: row.device,
    deviceCode: row.device_code ?? '',
    deviceName: row.device_name ?? row.device,
    deviceKind: row.device_kind,
    priority: row.priority,
    phase: row.closed_at === null ? row.phase : ('CLOSED' as const),
    hidden: row.hidden,
    groupedUnder: row.grouped_under,
    members: row.members,
    historical: row.historical,
    chattering: row.chattering,
    values: { ...row.values },
    raisedAt: row.raised_at,
    ackedAt: row.acked_at,
    ackedBy: row.acked_by_name ?? row.acked_by,
    note: row.note,
    clearedAt: row.cleared_at,
    closedAt: row.closed_at,
    shelvedUntil: row.shelved_until,
    shelveReason: row.shelve_reason,
    escalatedAt: row.escalated_at,
  }
}
