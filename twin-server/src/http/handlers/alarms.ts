import { sql } from 'kysely'
import { escalationOccasion } from '@twin/models/alarms'
import type { DeviceConfig, StationConfig } from '@twin/models/stations'
import type { AuthTables } from '../../security/index.ts'
import type { Call, Handlers } from '../call.ts'
import type { HttpParts } from '../parts.ts'
import { refuse } from '../pipeline.ts'
import { type Order, orderSql, pagePart } from '../paging.ts'
import { type Row, tableFile } from '../table-file.ts'
import { alarmColumns, alarmLabel, asAlarmRow, filteredAlarms } from './alarm-query.ts'
import { readSeries } from './series.ts'

const beforeMs = 5 * 60_000
const pageRows = 2000
/** As groups take their members: within a minute of the fall, and the delay of the alarm itself. */
const aroundMs = 90_000

const orders: Readonly<Record<Call<'alarms'>['query']['sort'], Order>> = {
  '-raisedAt': [['a.raised_at', 'desc']],
  raisedAt: [['a.raised_at', 'asc']],
  priority: [
    ['a.priority', 'asc'],
    ['a.raised_at', 'desc'],
  ],
  code: [
    ['a.code', 'asc'],
    ['a.raised_at', 'desc'],
  ],
  phase: [
    ['a.phase', 'asc'],
    ['a.raised_at', 'desc'],
  ],
}

export function alarmHandlers(parts: HttpParts): Pick<Handlers, 'alarms' | 'alarm' | 'alarmsExport'> {
  const { store, runtime } = parts
  const { db } = store
  const everything = { historical: 'with' } as const
  const receiversOf = async (occasion: string): Promise<readonly { readonly name: string }[]> => {
    const { rows } = await sql<{ name: string }>`select u.name from message m join delivery d on d.message = m.id
      join auth_user u on u.id = d.receiver where m.occasion = ${occasion} order by u.name`.execute(db)
    return rows
  }

  return {
    alarms: async ({ principal, query }) => {
      const { page, size, sort, ...filter } = query
      const found = filteredAlarms(db, principal, filter)
      const { total } = await found.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow()
      const order = orders[sort]
      const part = pagePart(total, page, size)
      // Narrow rows are sorted, and only those of the page are fetched whole; late pages are counted from the end.
      const ids = await found
        .select('a.occurrence')
        .orderBy(orderSql(order, 'a.occurrence', part.backwards))
        .limit(part.limit)
        .offset(part.offset)
        .execute()
      const rows = await filteredAlarms(db, principal, everything)
        .select(alarmColumns)
        .where(sql<boolean>`a.occurrence = any(${ids.map(({ occurrence }) => occurrence)})`)
        .orderBy(orderSql(order, 'a.occurrence', false))
        .execute()
      return { rows: rows.map(asAlarmRow), total }
    },

    alarm: async ({ principal, params }) => {
      const all = () => filteredAlarms(db, principal, everything).select(alarmColumns)
      const row = await all().where('a.occurrence', '=', params.occurrence).executeTakeFirst()
      if (!row) return refuse('not-found')
      const alarm = asAlarmRow(row)
      /** What units recorded meanwhile without raising it, because they were locked out for maintenance or otherwise suppressed. */
      const suppressedAround = ({ station, raisedAt, closedAt }: typeof alarm) =>
        all()
          .where('a.station', '=', station)
          .where('a.hidden', '=', 'suppressed')
          .where('a.raised_at', '>=', raisedAt - aroundMs)
          .where('a.raised_at', '<=', (closedAt ?? raisedAt) + aroundMs)
          .orderBy('a.raised_at')
          .limit(200)
          .execute()
      const [events, earlier, children, suppressed, told] = await Promise.all([
        db
          .withTables<AuthTables>()
          .selectFrom('alarm_event as e')
          .leftJoin('auth_user as u', 'u.id', 'e.by')
          .select(['e.at', 'e.kind', 'e.note', sql<string | null>`coalesce(u.name, e.by)`.as('by')])
          .where('e.occurrence', '=', params.occurrence)
          .orderBy('e.at')
          .orderBy('e.seq')
          .execute(),
        all()
          .where('a.device', '=', alarm.device)
          .where('a.code', '=', alarm.code)
          .where('a.raised_at', '<', alarm.raisedAt)
          .orderBy('a.raised_at', 'desc')
          .limit(20)
          .execute(),
        all().where('a.grouped_under', '=', params.occurrence).orderBy('a.raised_at').limit(200).execute(),
        alarm.device === alarm.station && alarm.members > 0 ? suppressedAround(alarm) : [],
        alarm.escalatedAt === null ? [] : receiversOf(escalationOccasion(alarm.occurrence, alarm.escalatedAt)),
      ])
      const station = runtime.station(alarm.station)
      const before = station
        ? await Promise.all(
            conditionPoints(station, alarm.device, Object.keys(alarm.values)).map(({ device, point }) =>
              readSeries(store, device, point, {
                from: alarm.raisedAt - beforeMs,
                to: alarm.raisedAt + 1,
                resolution: 'raw',
                maxPoints: 2000,
              }),
            ),
          )
        : []
      return {
        alarm,
        events,
        before,
        earlier: earlier.map(asAlarmRow),
        children: children.map(asAlarmRow),
        suppressed: suppressed.map(asAlarmRow),
        escalatedTo: told.map(({ name }) => name),
      }
    },

    alarmsExport: async ({ principal, query, note }) => {
      const { format, ...filter } = query
      note({ target: 'alarms', after: filter })
      async function* rows(): AsyncGenerator<Row> {
        // By position in the order, so that a long export neither holds the table nor skips rows that come meanwhile.
        let after: { at: number; id: string } | undefined
        for (;;) {
          const from = after
          const page = await filteredAlarms(db, principal, filter)
            .select(alarmColumns)
            .$if(from !== undefined, (q) =>
              q.where(sql<boolean>`(a.raised_at, a.occurrence) < (${new Date(from?.at ?? 0)}, ${from?.id ?? ''})`),
            )
            .orderBy(orderSql(orders['-raisedAt'], 'a.occurrence', false))
            .limit(pageRows)
            .execute()
          for (const row of page.map(asAlarmRow)) yield alarmCells(row)
          const last = page.at(-1)
          if (!last || page.length < pageRows) return
          after = { at: last.raised_at, id: last.occurrence }
        }
      }
      return tableFile('alarms', format, alarmHeader, rows())
    },
  }
}

/** `station.headerPressure` and `gateway.online` name points of other devices of the station. */
function conditionPoints(station: StationConfig, device: string, names: readonly string[]): { device: DeviceConfig; point: string }[] {
  return names.flatMap((name) => {
    const [owner, point] = name.includes('.') ? (name.split('.', 2) as [string, string]) : ['self', name]
    const found = station.devices.find((one) =>
      owner === 'station' ? one.id === station.id : owner === 'gateway' ? one.kind === 'gateway' : one.id === device,
    )
    return found ? [{ device: found, point }] : []
  })
}

const alarmHeader = [
  '报警记录 Occurrence',
  '代码 Code',
  '报警 Alarm',
  '级别 Priority',
  '状态 Phase',
  '站点 Station',
  '设备 Device',
  '发生 Raised',
  '确认 Acknowledged',
  '确认人 By',
  '备注 Note',
  '恢复 Cleared',
  '关闭 Closed',
  '隐藏 Hidden',
  '归组 Grouped under',
  '补传 Historical',
  '升级 Escalated',
] as const

function alarmCells(row: ReturnType<typeof asAlarmRow>): Row {
  const time = (at: number | null): Date | null => (at === null ? null : new Date(at))
  const label = alarmLabel(row.deviceKind, row.code)
  return [
    row.occurrence,
    row.code,
    `${label.zh} ${label.en}`,
    row.priority,
    row.phase,
    row.stationName,
    row.deviceName,
    time(row.raisedAt),
    time(row.ackedAt),
    row.ackedBy,
    row.note,
    time(row.clearedAt),
    time(row.closedAt),
    row.hidden,
    row.groupedUnder,
    row.historical ? '是 yes' : '',
    time(row.escalatedAt),
  ]
}
