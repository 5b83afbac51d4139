import { type RawBuilder, sql } from 'kysely'
import { alarmKpi } from '@twin/models/alarms'
import { type Label, deviceLabel, findKind } from '@twin/models/kinds'
import { stationKindLabels } from '@twin/models/stations'
import type { Call, Handlers } from '../call.ts'
import { scopeOf } from '../access.ts'
import type { HttpParts } from '../parts.ts'
import { refuse } from '../pipeline.ts'
import { alarmLabel, filteredAlarms, isHead, raisedDay, raisedHour } from './alarm-query.ts'

type By = Call<'alarmStats'>['query']['by']
interface Group {
  readonly key: string
  readonly device_kind: string
}
const maxSpanMs = 400 * 86_400_000

/** What a group is. Days and hours are cut in the station's own time zone. */
const keys: Readonly<Record<By, RawBuilder<string>>> = {
  priority: sql`a.priority`,
  code: sql`a.code`,
  device: sql`a.device`,
  deviceKind: sql`a.device_kind`,
  station: sql`a.station`,
  stationKind: sql`coalesce(a.station_kind, s.kind, 'smartStation')`,
  day: raisedDay,
  hour: raisedHour,
}

export function alarmStatisticsHandlers({ store, clock }: HttpParts): Pick<Handlers, 'alarmStats' | 'alarmKpi'> {
  const { db } = store

  /** Words for each group. Names are looked up afterwards: joined to every row they would cost more than the counting. */
  async function labels(by: By, groups: readonly Group[]): Promise<(group: Group) => Label> {
    const plain = (key: string): Label => ({ zh: key, en: key })
    if (by === 'station' || by === 'device') {
      const names = await (by === 'station' ? stationNames : deviceNames)(groups.map(({ key }) => key))
      return ({ key }) => names.get(key) ?? plain(key)
    }
    if (by === 'code') return ({ key, device_kind }) => alarmLabel(device_kind, key)
    if (by === 'deviceKind') return ({ key }) => findKind(key)?.label ?? plain(key)
    if (by === 'stationKind') return ({ key }) => (stationKindLabels as Readonly<Record<string, Label>>)[key] ?? plain(key)
    return ({ key }) => plain(key)
  }
  async function stationNames(ids: readonly string[]): Promise<ReadonlyMap<string, Label>> {
    const rows = await db
      .selectFrom('station')
      .select(['id', 'name', 'name_en'])
      .where(sql<boolean>`id = any(${ids})`)
      .execute()
    return new Map(rows.map(({ id, name, name_en }) => [id, { zh: name, en: name_en || name }]))
  }
  async function deviceNames(ids: readonly string[]): Promise<ReadonlyMap<string, Label>> {
    const rows = await db
      .selectFrom('device as d')
      .innerJoin('station as s', 's.id', 'd.station')
      .select(['d.id', 'd.name', 'd.code', 'd.kind', 's.name as station', 's.name_en as station_en'])
      .where(sql<boolean>`d.id = any(${ids})`)
      .execute()
    return new Map(
      rows.map(({ id, station, station_en, ...device }) => {
        const own = deviceLabel(device)
        return [id, { zh: `${station} · ${own.zh}`, en: `${station_en || station} · ${own.en}` }]
      }),
    )
  }

  return {
    alarmStats: async ({ principal, query }) => {
      const { by, ...filter } = query
      checkSpan(filter.from, filter.to)
      const until = new Date(Math.min(filter.to, clock.now()))
      const before = { ...filter, from: filter.from - (filter.to - filter.from), to: filter.from }
      // Overlapping activity of a group is one stretch of time: ranges are merged before they are added up.
      const active = sql<number>`coalesce((select sum(extract(epoch from upper(r) - lower(r))) * 1000
        from unnest(range_agg(tstzrange(a.raised_at, greatest(a.raised_at, least(coalesce(a.cleared_at, ${until}), ${until}))))) as r), 0)::float8`
      const rows = await filteredAlarms(db, principal, filter)
        .select([
          keys[by].as('key'),
          sql<string>`min(a.device_kind)`.as('device_kind'),
          sql<number>`count(*)`.as('count'),
          sql<number | null>`avg(extract(epoch from a.acked_at - a.raised_at) * 1000)::float8`.as('ack'),
          sql<number | null>`avg(extract(epoch from a.cleared_at - a.raised_at) * 1000)::float8`.as('clear'),
          sql<number>`count(a.grouped_under)`.as('grouped'),
          sql<number>`count(*) filter (where ${isHead})`.as('groups'),
          active.as('active'),
        ])
        .groupBy(sql`1`)
        .execute()
      const earlier = await filteredAlarms(db, principal, before)
        .select([keys[by].as('key'), sql<string>`min(a.device_kind)`.as('device_kind'), sql<number>`count(*)`.as('count')])
        .groupBy(sql`1`)
        .execute()
      const previous = new Map(earlier.map((row) => [row.key, row.count]))
      const present = new Set(rows.map((row) => row.key))
      const sum = (counted: readonly { readonly count: number }[]): number => counted.reduce((total, row) => total + row.count, 0)
      const gone = earlier
        .filter((row) => !present.has(row.key))
        .map((row) => ({ ...row, count: 0, ack: null, clear: null, active: 0, grouped: 0, groups: 0 }))
      const label = await labels(by, [...rows, ...gone])
      return {
        total: sum(rows),
        previousTotal: sum(earlier),
        counts: [...rows, ...gone]
          .map((row) => ({
            key: row.key,
            label: label(row),
            count: row.count,
            previous: previous.get(row.key) ?? 0,
            meanAckMs: row.ack,
            meanClearMs: row.clear,
            activeMs: row.active,
            grouped: row.grouped,
            groups: row.groups,
          }))
          .toSorted((a, b) =>
            by === 'day' || by === 'hour' ? a.key.localeCompare(b.key) : b.count - a.count || a.key.localeCompare(b.key),
          ),
      }
    },

    alarmKpi: async ({ principal, query }) => {
      const { from, to } = query
      checkSpan(from, to)
      const scope = scopeOf(principal, undefined)
      const inScope = db
        .selectFrom('alarm_occurrence')
        .where('org', '=', principal.org)
        .$if(scope !== null, (q) => q.where(sql<boolean>`station = any(${scope ?? []})`))
      const rows = await inScope
        .where((or) => or.or([or('closed_at', 'is', null), or.and([or('raised_at', '>=', from), or('raised_at', '<', to)])]))
        .select([
          'station',
          'device',
          'code',
          'priority',
          'raised_at',
          'acked_at',
          'cleared_at',
          'closed_at',
          'hidden',
          'grouped_under',
          'historical',
        ])
        .execute()
      const hidden = await inScope
        .where('closed_at', 'is', null)
        .where('hidden', 'is not', null)
        .select(['hidden', sql<number>`count(*)`.as('count')])
        .groupBy('hidden')
        .execute()
      const of = (why: string): number => hidden.find((row) => row.hidden === why)?.count ?? 0
      const kpi = alarmKpi(
        rows.map((row) => ({
          station: row.station,
          device: row.device,
          code: row.code,
          priority: row.priority,
          raisedAt: row.raised_at,
          ackedAt: row.acked_at,
          clearedAt: row.cleared_at,
          closedAt: row.closed_at,
          hidden: row.hidden,
          groupedUnder: row.grouped_under,
          historical: row.historical,
        })),
        from,
        to,
        clock.now(),
      )
      return {
        ...kpi,
        floods: kpi.floods.map((flood) => ({ ...flood })),
        chattering: kpi.chattering.map((source) => ({ ...source })),
        shelved: of('shelved'),
        suppressed: of('suppressed'),
        outOfService: of('outOfService'),
      }
    },
  }
}

export function checkSpan(from: number, to: number): void {
  if (to <= from) refuse('invalid', { field: 'to', message: { zh: '结束时间必须晚于开始时间', en: 'The end must come after the start' } })
  if (to - from > maxSpanMs) refuse('invalid', { field: 'to', message: { zh: '时间跨度不能超过 400 天', en: 'At most 400 days at once' } })
}
