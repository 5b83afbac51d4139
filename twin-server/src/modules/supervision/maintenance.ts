import { findKind } from '@twin/models/kinds'
import { maintenanceItem, maintenancePlan, maintenanceRecord, type RowOf } from '@twin/models/records'
import { Refusal } from '../../http/api-error.ts'
import { type AnyService, defineService, type Turn, type Writer } from '../../records/types.ts'
import { lockName } from '../../records/writer.ts'
import { nextDocument } from '../document-number.ts'
import { settingIn } from '../foundation/index.ts'
import type { LivePort } from '../live-port.ts'
import { capacityOn } from './maintenance-capacity.ts'
import { addDays, today, zoneOf } from './maintenance-days.ts'
import { dueOf, type Rhythm } from './maintenance-due.ts'
import { takeParts } from './maintenance-parts.ts'
import { dayOf } from '@twin/models/energy'

const MINUTE = 60_000
type Item = RowOf<typeof maintenanceItem>
type Service = RowOf<typeof maintenanceRecord>

export const countsHours = (deviceKind: string): boolean =>
  findKind(deviceKind)?.points.some(({ name }) => name === 'runningHours') ?? false
const invalid = (field: string, zh: string, en: string): Refusal => new Refusal('invalid', { field, message: { zh, en } })

export const maintenanceServices: readonly AnyService[] = [
  defineService({
    record: maintenanceItem,
    beforeSave({ turn, after }) {
      if (after.everyHours === null && after.everyDays === null)
        throw invalid('everyHours', '请填写运行小时周期或日历周期', 'Give an interval in running hours or in days')
      if (after.everyHours !== null && !countsHours(after.deviceKind))
        throw invalid('everyHours', '此类设备不计运行小时，请用日历周期', 'This kind of device counts no hours: use days')
      if (after.device !== null) {
        const station = turn.live.stationOf(after.device)
        const kind = station?.devices.find(({ id }) => id === after.device)?.kind
        if (kind !== after.deviceKind) throw invalid('device', '设备类型不符', 'The device is of another kind')
        if (after.station !== null && station?.id !== after.station)
          throw invalid('device', '设备不属于该站点', 'The device is not of this station')
      }
      return Promise.resolve()
    },
  }),
  defineService({
    record: maintenanceRecord,
    effects: {
      async complete({ turn, row, input, records }) {
        const doneAt = Math.min(input.doneAt ?? turn.now, turn.now)
        const doneOn = dayOf(doneAt, zoneOf(turn.live, row.station))
        if (doneOn < row.sinceOn) throw invalid('doneAt', '早于上次保养', 'Before the last service')
        const doneHours = (await hoursOf(turn.live, row.device, turn.now - doneAt < MINUTE ? undefined : doneAt)) ?? row.hours
        const document = await nextDocument(turn, maintenanceRecord, 'BY')
        const parts = await takeParts(turn, records, input.lines, document)
        const partsCost = parts.reduce((sum, { amount }) => sum + amount, 0)
        await begin(turn, records, row, row.round + 1, doneHours, doneOn)
        const grace = await settingIn(turn, 'maintenance.graceDays')
        return {
          document,
          doneAt,
          doneHours,
          late: row.dueOn !== null && doneOn > addDays(row.dueOn, grace),
          technician: turn.actor.id,
          parts,
          partsCost,
          cost: partsCost + input.labourCost,
        }
      },
      async baseline({ turn, row, input }) {
        if (input.sinceOn > today(turn.live, row.station, turn.now)) throw invalid('sinceOn', '不能在将来', 'It cannot be in the future')
        const rhythm = { ...row, sinceOn: input.sinceOn, sinceHours: input.sinceHours ?? row.sinceHours }
        const hours = (await hoursOf(turn.live, row.device)) ?? row.hours
        if (hours !== null && rhythm.sinceHours !== null && rhythm.sinceHours > hours)
          throw invalid('sinceHours', `大于当前运行小时 ${hours}`, `More than the hours it has run, ${hours}`)
        const { reached: _, ...due } = dueOf(rhythm, hours, today(turn.live, row.station, turn.now))
        return { ...due, sinceOn: rhythm.sinceOn, sinceHours: rhythm.sinceHours, hours }
      },
    },
  }),
  defineService({
    record: maintenancePlan,
    async beforeSave({ turn, before, after }) {
      // Two plans of one day see each other.
      await lockName(turn, `maintenance ${after.station} ${after.plannedOn}`)
      const services = (await turn.trx
        .selectFrom('maintenanceRecord')
        .select(['id', 'station'])
        .where('id', 'in', [...after.services])
        .execute()) as unknown as Service[]
      if (services.some(({ station }) => station !== after.station))
        throw invalid('services', '保养不属于该站点', 'A service is of another station')
      const { devices, capacityLeft } = await capacityOn(turn, after.station, after.plannedOn, after.services, before?.id ?? null)
      const short = capacityLeft < after.demand
      if (short && !after.confirmed)
        throw new Refusal('conflict', {
          code: 'short-capacity',
          field: 'confirmed',
          message: {
            zh: `${after.plannedOn} 剩余产能 ${capacityLeft} m³/min，低于计划用气量 ${after.demand} m³/min；确认后才能保存`,
            en: `On ${after.plannedOn} ${capacityLeft} m³/min are left, less than the planned ${after.demand} m³/min: confirm to save`,
          },
          detail: { capacityLeft, demand: after.demand, devices },
        })
      return { devices, capacityLeft, short, ...(before ? {} : { document: await nextDocument(turn, maintenancePlan, 'BJ') }) }
    },
    guards: {
      async allDone({ turn, row }) {
        const open = await turn.trx
          .selectFrom('maintenanceRecord')
          .select('name')
          .where('id', 'in', [...row.services])
          .where('state', 'not in', ['done', 'dropped'])
          .execute()
        if (open.length > 0)
          throw new Refusal('conflict', {
            code: 'not-done',
            message: { zh: `还有 ${open.length} 项保养未完成`, en: `${open.length} services are not done yet` },
            detail: { missing: open.map(({ name }) => name) },
          })
      },
    },
  }),
]

/** What the device's hour counter says, now or at a past time; null where it counts none or never said. */
export async function hoursOf(live: LivePort, device: string, at?: number): Promise<number | null> {
  const reading = await live.reading(device, 'runningHours', at)
  return typeof reading?.value === 'number' ? reading.value : null
}

type Begun = Pick<Service, 'name' | 'item' | 'station' | 'device' | 'everyHours' | 'everyDays'>

/** The next service of an item at a device, counted from here. The key over item, device and round lets it begin once. */
export async function begin(turn: Turn, records: Writer, of: Begun, round: number, hours: number | null, sinceOn: string): Promise<void> {
  const { name, item, station, device, everyHours, everyDays } = of
  const rhythm: Rhythm = { everyHours, everyDays, sinceHours: hours, sinceOn }
  const { reached: _, ...due } = dueOf(rhythm, hours, today(turn.live, station, turn.now))
  await records.create(turn, maintenanceRecord, {
    name,
    item,
    station,
    device,
    round,
    ...rhythm,
    hours,
    ...due,
    partsCost: 0,
    labourCost: 0,
    cost: 0,
  })
}

/** Devices an item applies to. */
export function targetsOf(live: LivePort, item: Pick<Item, 'deviceKind' | 'station' | 'device'>) {
  return live
    .stations()
    .filter(({ id }) => item.station === null || item.station === id)
    .flatMap(({ id, devices }) =>
      devices
        .filter((device) => device.kind === item.deviceKind && (item.device === null || item.device === device.id))
        .map((device) => ({ station: id, device: device.id, code: device.code })),
    )
}
