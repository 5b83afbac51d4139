import { inspectionPlan, inspectionTask, maintenanceItem, maintenanceRecord, type RowOf } from '@twin/models/records'
import { Refusal } from '../../http/api-error.ts'
import { installation, type Records } from '../../records/engine.ts'
import type { Turn } from '../../records/types.ts'
import { lockName } from '../../records/writer.ts'
import type { LivePort } from '../live-port.ts'
import { settingIn } from '../foundation/settings.ts'
import { makeTask } from './inspection.ts'
import { begin, hoursOf, targetsOf } from './maintenance.ts'
import { addDays, today } from './maintenance-days.ts'
import { dueOf } from './maintenance-due.ts'

type Item = RowOf<typeof maintenanceItem>
type Service = RowOf<typeof maintenanceRecord>

/**
 * What time does to inspections and services: tasks appear and turn overdue, services fall due. Everything follows from what is stored, each step
 * in a turn of its own, so that it may stop anywhere, start again, and run on several servers at once.
 */
export async function runMaintenance(records: Records, live: LivePort, org: string): Promise<void> {
  const actor = installation(org)
  const step = async (work: (turn: Turn) => Promise<void>): Promise<void> => {
    try {
      await records.run(actor, work)
    } catch (error) {
      // Somebody else was faster.
      if (!(error instanceof Refusal && (error.reason === 'conflict' || error.reason === 'not-found'))) throw error
    }
  }
  const open = async (table: string, state: string) =>
    await records.db
      .selectFrom(table)
      .selectAll()
      .where('org', '=', org)
      .where('state', 'in', state.split(','))
      .where('deletedAt', 'is', null)
      .execute()

  for (const { id, station, nextOn } of (await open('inspectionPlan', 'active')) as unknown as RowOf<typeof inspectionPlan>[])
    await step(async (turn) => {
      if (nextOn === null || nextOn > today(live, station, turn.now)) return
      const plan = await records.writer.lock(turn, inspectionPlan, id)
      let next = plan.nextOn
      if (plan.state !== 'active' || next === null) return
      for (; next <= today(live, station, turn.now); next = addDays(next, plan.everyDays)) await makeTask(turn, records.writer, plan, next)
      await records.writer.patch(turn, inspectionPlan, id, { nextOn: next })
    })

  for (const { id, dueAt } of (await open('inspectionTask', 'open')) as unknown as RowOf<typeof inspectionTask>[])
    await step(async (turn) => {
      if (dueAt < turn.now) await records.writer.transit(turn, inspectionTask, id, 'expire')
    })

  const items = (await open('maintenanceItem', 'active')) as unknown as Item[]
  const services = (await open('maintenanceRecord', 'ahead,due,overdue')) as unknown as Service[]
  const hours = new Map<string, Promise<number | null>>()
  const hoursNow = (device: string): Promise<number | null> => {
    const known = hours.get(device) ?? hoursOf(live, device)
    hours.set(device, known)
    return known
  }
  const key = (item: string, device: string): string => `${item} ${device}`
  const known = new Map(services.map((service) => [key(service.item, service.device), service]))
  for (const item of items)
    for (const { station, device, code } of targetsOf(live, item)) {
      const service = known.get(key(item.id, device))
      known.delete(key(item.id, device))
      const counted = item.everyHours === null ? null : await hoursNow(device)
      if (service) await step((turn) => advance(turn, records, item, service, counted, live))
      // Hours are counted from the first that the device says.
      else if (item.everyHours === null || counted !== null)
        await step(async (turn) => {
          // Another run may have begun it since the list was read, and its round must not be followed by a second open one.
          await lockName(turn, `service ${item.id} ${device}`)
          if (await isOpen(turn, item.id, device)) return
          const { everyHours, everyDays } = item
          const of = { name: `${code} ${item.name}`, item: item.id, station, device, everyHours, everyDays }
          await begin(turn, records.writer, of, await nextRound(turn, item.id, device), counted, today(live, station, turn.now))
        })
    }
  // Items that were retired or no longer apply take their services with them.
  const present = new Set(live.stations().flatMap(({ devices }) => devices.map(({ id }) => id)))
  for (const { id, device } of known.values())
    if (present.has(device)) await step(async (turn) => void (await records.writer.transit(turn, maintenanceRecord, id, 'drop')))
}

async function isOpen(turn: Turn, item: string, device: string): Promise<boolean> {
  const found = await turn.trx
    .selectFrom('maintenanceRecord')
    .select('id')
    .where('item', '=', item)
    .where('device', '=', device)
    .where('state', 'in', ['ahead', 'due', 'overdue'])
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  return found !== undefined
}

async function nextRound(turn: Turn, item: string, device: string): Promise<number> {
  const last = await turn.trx
    .selectFrom('maintenanceRecord')
    .select('round')
    .where('item', '=', item)
    .where('device', '=', device)
    .orderBy('round', 'desc')
    .executeTakeFirst()
  return Number(last?.['round'] ?? 0) + 1
}

/** Writes hours and due day where they moved, and turns what has fallen due. */
async function advance(turn: Turn, records: Records, item: Item, seen: Service, counted: number | null, live: LivePort): Promise<void> {
  const day = today(live, seen.station, turn.now)
  const hours = counted ?? seen.hours
  // A counter that starts anew goes on from where it was.
  const restarted = counted !== null && seen.hours !== null && counted < seen.hours - 1
  const sinceHours = restarted ? counted - (seen.hours - (seen.sinceHours ?? seen.hours)) : (seen.sinceHours ?? counted)
  const { everyHours, everyDays } = item
  const { reached, ...due } = dueOf({ everyHours, everyDays, sinceHours, sinceOn: seen.sinceOn }, hours, day)
  // Once due, the day stays: it is what lateness is measured by.
  const dueOn = seen.state === 'ahead' ? due.dueOn : seen.dueOn
  const dueBy = seen.state === 'ahead' ? due.dueBy : seen.dueBy
  const next = { everyHours, everyDays, sinceHours, hours, remainingHours: due.remainingHours, dueOn, dueBy }
  const grace = reached && dueOn !== null ? await settingIn(turn, 'maintenance.graceDays') : 0
  const late = dueOn !== null && day > addDays(dueOn, grace)
  const way = reached && late && seen.state !== 'overdue' ? 'expire' : reached && seen.state === 'ahead' ? 'fallDue' : null
  const moved = Object.entries(next).some(([name, value]) => value !== seen[name as keyof Service])
  if (!moved && way === null) return
  // Figures that follow the counters are no act of anybody: no version, no log line.
  const { numUpdatedRows } = await turn.trx
    .updateTable('maintenanceRecord')
    .set(next)
    .where('id', '=', seen.id)
    .where('version', '=', seen.version)
    .executeTakeFirstOrThrow()
  turn.bells.add('record:maintenanceRecord')
  if (way !== null && numUpdatedRows > 0n) await records.writer.transit(turn, maintenanceRecord, seen.id, way)
}
