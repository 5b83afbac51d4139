import { sql } from 'kysely'
import { appliesTo, type DeviceKind, kindOf } from '@twin/models/kinds'
import { device, station } from '@twin/models/records'
import { freePlace } from '@twin/models/stations'
import { Refusal } from '../../../http/api-error.ts'
import { type AnyService, defineService, type Turn } from '../../../records/types.ts'
import { lockName } from '../../../records/writer.ts'
import type { RowOf } from '@twin/models/records'
import { follow } from './follow.ts'

type Device = RowOf<typeof device>
const invalid = (field: string, zh: string, en: string): Refusal => new Refusal('invalid', { field, message: { zh, en } })

export const deviceService: AnyService = defineService({
  record: device,
  hide: { field: 'kind', value: 'station' },
  async beforeSave({ turn, before, after }) {
    const kind = kindOf(after.kind)
    checkVariants(kind, after.variants)
    checkNameplate(after)
    checkPoints(kind, after.points)
    if (after.gateway !== null) await checkGateway(turn, after.station, after.gateway)
    // A new row has no state yet: it begins in service.
    if (before === null || before.state === 'active') await demandFreeGateway(turn, { ...after, id: before?.id ?? '' })
    return after.points.length === 0 ? { points: standardPoints(kind, after.variants) } : undefined
  },
  async afterSave({ turn, before, after }) {
    if (before === null) await place(turn, after.id, after.kind, after.station)
    await follow(turn, after.station)
  },
  async beforeRemove({ turn, row }) {
    if (await hasHistory(turn, row.id))
      throw new Refusal('conflict', {
        code: 'has-history',
        message: { zh: '该设备已有历史数据，只能停用', en: 'It has a history: it can be deactivated, not deleted' },
      })
    await follow(turn, row.station)
  },
  effects: {
    async leave({ turn, row }) {
      await closeAlarms(turn, row.id)
      await follow(turn, row.station)
    },
    async join({ turn, row }) {
      await demandFreeGateway(turn, row)
      await follow(turn, row.station)
    },
    async move({ turn, row, input, records }) {
      const to = await records.lock(turn, station, input.station)
      if (to.id === row.station)
        throw new Refusal('conflict', {
          field: 'station',
          code: 'same-station',
          message: { zh: '设备已在该站点', en: 'It is there already' },
        })
      const bound = await turn.trx
        .selectFrom('device')
        .select('code')
        .where('gateway', '=', row.id)
        .where('deletedAt', 'is', null)
        .limit(1)
        .executeTakeFirst()
      const code = String(bound?.['code'])
      if (bound)
        throw new Refusal('conflict', {
          code: 'in-use',
          message: { zh: `网关仍绑定 ${code}`, en: `The gateway is still bound to ${code}` },
        })
      await closeAlarms(turn, row.id)
      await place(turn, row.id, row.kind, to.id)
      // The place it leaves first: a device is at home in one station only.
      await follow(turn, row.station)
      await follow(turn, to.id)
      return { state: row.state, gateway: null, unitGroup: null }
    },
  },
})

function checkVariants(kind: DeviceKind, variants: readonly string[]): void {
  const stray = variants.find((word) => !kind.variants.includes(word))
  if (stray !== undefined) throw invalid('variants', `${kind.label.zh}没有此型式：${stray}`, `A ${kind.label.en} has no variant ${stray}`)
  const doubled = (kind.variantGroups ?? []).find((group) => group.filter((word) => variants.includes(word)).length > 1)
  if (doubled) throw invalid('variants', `只能选其一：${doubled.join('、')}`, `Only one of: ${doubled.join(', ')}`)
}

/** Without these nothing can be said of a compressor's efficiency. */
function checkNameplate(row: Device): void {
  if (row.kind !== 'compressor') return
  for (const name of ['ratedPower', 'ratedFlow', 'ratedPressure'] as const)
    if ((row[name] ?? 0) <= 0) throw invalid(name, '空压机铭牌必填', 'A compressor’s nameplate says it')
}

function checkPoints(kind: DeviceKind, points: Device['points']): void {
  const names = points.map(({ point }) => point)
  const known = new Set(kind.points.filter(({ sampleMs }) => sampleMs > 0).map(({ name }) => name))
  for (const [i, name] of names.entries()) {
    if (!known.has(name)) throw invalid(`points.${i}.point`, `${kind.label.zh}没有此点：${name}`, `A ${kind.label.en} has no point ${name}`)
    if (names.indexOf(name) !== i) throw invalid(`points.${i}.point`, `点重复：${name}`, `Twice: ${name}`)
  }
}
const standardPoints = (kind: DeviceKind, variants: readonly string[]): Device['points'] =>
  kind.points
    .filter((point) => point.tier === 'core' && point.sampleMs > 0 && appliesTo(kind, point, variants.join('+') || null))
    .map(({ name }) => ({ point: name, register: null, factor: null }))

async function checkGateway(turn: Turn, home: string, gateway: string): Promise<void> {
  const found = await turn.trx
    .selectFrom('device')
    .select('id')
    .where('id', '=', gateway)
    .where('station', '=', home)
    .where('kind', '=', 'gateway')
    .where('state', '=', 'active')
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  if (!found) throw invalid('gateway', '须是本站在用的网关', 'It must be a gateway in service at this station')
}

/** One gateway speaks for one compressor in service. */
async function demandFreeGateway(turn: Turn, row: Pick<Device, 'id' | 'kind' | 'gateway'>): Promise<void> {
  if (row.gateway === null || row.kind !== 'compressor') return
  await lockName(turn, `gateway ${row.gateway}`)
  const other = await turn.trx
    .selectFrom('device')
    .select('code')
    .where('gateway', '=', row.gateway)
    .where('kind', '=', 'compressor')
    .where('state', '=', 'active')
    .where('deletedAt', 'is', null)
    .where('id', '!=', row.id)
    .executeTakeFirst()
  const code = String(other?.['code'])
  if (other)
    throw new Refusal('conflict', {
      field: 'gateway',
      code: 'gateway-bound',
      message: { zh: `该网关已绑定在用的 ${code}`, en: `This gateway is bound to ${code}, which is in service` },
    })
}

/** Where the scene draws it: the first free place of its kind. */
async function place(turn: Turn, id: string, kind: string, home: string): Promise<void> {
  const standing = await turn.trx
    .selectFrom('device')
    .select([
      'id',
      'kind',
      'code',
      sql<{ position: [number, number, number]; rotation: number } | null>`config->'placement'`.as('placement'),
    ])
    .where('station', '=', home)
    .where('id', '!=', id)
    .where('deletedAt', 'is', null)
    .where('state', '=', 'active')
    .orderBy('ord')
    .execute()
  const found = freePlace(
    kind,
    standing.map((one) => ({ kind: String(one['kind']), code: String(one['code']), placement: one.placement })),
  )
  await turn.trx
    .updateTable('device')
    .set({ config: sql`config || ${JSON.stringify({ placement: found })}::text::jsonb` })
    .where('id', '=', id)
    .execute()
}

/** Nobody can clear what a machine raised that is no longer there. */
async function closeAlarms(turn: Turn, id: string): Promise<void> {
  await turn.trx
    .updateTable('alarmOccurrence')
    .set({ phase: 'CLOSED', clearedAt: sql`coalesce(cleared_at, to_timestamp(${turn.now} / 1000.0))`, closedAt: turn.now })
    .where('device', '=', id)
    .where('closedAt', 'is', null)
    .execute()
}

/** What the twin works out itself is no history of a machine that never spoke. As stored, see store/sample-rows.ts. */
const derived = 1
/** Whether anything was ever heard of it or asked of it. */
async function hasHistory(turn: Turn, id: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 where exists (select from device_cursor where device = ${id})
      or exists (select from sample where device = ${id} and origin <> ${derived}) or exists (select from command where target = ${id})`.execute(
    turn.trx,
  )
  return rows.length > 0
}
