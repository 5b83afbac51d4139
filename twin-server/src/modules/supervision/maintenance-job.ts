import { sql } from 'kysely'
import { maintenanceItem, maintenanceRecord, type RowOf, settings } from '@twin/models/records'
import { devicePoints } from '../../http/view.ts'
import { installation, type Records } from '../../records/engine.ts'
import type { Turn } from '../../records/types.ts'
import { lockName } from '../../records/writer.ts'
import type { LivePort } from '../live-port.ts'
import { inTurn } from './inspection-job.ts'
import { begin, targetsOf } from './maintenance.ts'
import { addDays, today } from './maintenance-days.ts'
import { type Due, dueOf } from './maintenance-due.ts'

type Item = RowOf<typeof maintenanceItem>
type Service = RowOf<typeof maintenanceRecord>
type Figures = Pick<Service, 'everyHours' | 'everyDays' | 'sinceHours' | 'hours'> & Omit<Due, 'reached'>
interface Move {
  readonly service: Service
  readonly figures: Figures
  readonly way: 'fallDue' | 'expire' | null
}

const openStates = ['ahead', 'due', 'overdue']
/** Views asked for at a time; each waits for a commit. */
const together = 20
/** h; what a device ran is written in steps, not at every run of the job. */
const step = 0.1

/**
 * What time and running hours do to services: every item of every device has one ahead of it, and what has fallen due says so. Everything
 * follows from what is stored and what the counters say, so that it may stop anywhere, start again, and run on several servers at once.
 */
export async function runMaintenance(records: Records, live: LivePort, org: string, now: number): Promise<void> {
  const open = (table: string, states: readonly string[]) =>
    records.db
      .selectFrom(table)
      .selectAll()
      .where('org', '=', org)
      .where('state', 'in', [...states])
      .where('deletedAt', 'is', null)
      .execute()
  const items = (await open('maintenanceItem', ['active'])) as unknown as Item[]
  const services = (await open('maintenanceRecord', openStates)) as unknown as Service[]
  if (items.length === 0 && services.length === 0) return
  const pairs = items.flatMap((item) => targetsOf(live, item).map((target) => ({ item, ...target })))
  const hours = await hoursNow(live, new Set(pairs.flatMap(({ item, station }) => (item.everyHours === null ? [] : [station]))))
  const grace = await graceOf(records, org)
  const key = (item: string, device: string): string => `${item} ${device}`
  const known = new Map(services.map((service) => [key(service.item, service.device), service]))
  const moves: Move[] = []
  for (const { item, station, device, code } of pairs) {
    const service = known.get(key(item.id, device))
    known.delete(key(item.id, device))
    const counted = item.everyHours === null ? null : (hours.get(device) ?? null)
    const move = service && moveOf(service, item, counted, today(live, station, now), grace)
    if (move) moves.push(move)
    // Hours are counted from the first that the device says.
    if (service || (item.everyHours !== null && counted === null)) continue
    await inTurn(records, org, async (turn) => {
      const round = await nextRound(turn, item.id, device)
      if (round === null) return
      const { everyHours, everyDays } = item
      const of = { name: `${code} ${item.name}`, item: item.id, station, device, everyHours, everyDays }
      await begin(turn, records.writer, of, round, counted, today(live, station, turn.now))
    })
  }
  for (let at = 0; at < moves.length; at += 1000) await write(records, org, moves.slice(at, at + 1000))
  for (const { service, way } of moves)
    if (way !== null)
      await inTurn(records, org, async (turn) => void (await records.writer.transit(turn, maintenanceRecord, service.id, way)))
  // Items that were retired or no longer apply take their services with them.
  const present = new Set(live.stations().flatMap(({ devices }) => devices.map(({ id }) => id)))
  for (const { id, device } of known.values())
    if (present.has(device))
      await inTurn(records, org, async (turn) => void (await records.writer.transit(turn, maintenanceRecord, id, 'drop')))
}

/** What the hour counters of these stations say. A station that does not answer now has its turn at the next run. */
async function hoursNow(live: LivePort, stations: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>()
  const ids = [...stations]
  for (let at = 0; at < ids.length; at += together)
    await Promise.all(
      ids.slice(at, at + together).map(async (id) => {
        const view = await live.view(id).catch(() => null)
        for (const device of view ? (live.station(id)?.devices ?? []) : []) {
          const value = view && devicePoints(device, view).find(({ point }) => point === 'runningHours')?.value
          if (typeof value === 'number') found.set(device.id, value)
        }
      }),
    )
  return found
}

async function graceOf({ db }: Records, org: string): Promise<number> {
  const code = 'maintenance.graceDays'
  const row = await db.selectFrom('settingValue').select('value').where('org', '=', org).where('code', '=', code).executeTakeFirst()
  return row ? Number(row['value']) : settings[code].standard
}

/** Where a service stands now; null when nothing moved that is worth writing. */
function moveOf(service: Service, { everyHours, everyDays }: Item, counted: number | null, day: string, grace: number): Move | null {
  const hours = counted ?? service.hours
  // A counter that starts anew goes on from where it was.
  const restarted = counted !== null && service.hours !== null && counted < service.hours - 1
  const sinceHours = restarted ? counted - (service.hours - (service.sinceHours ?? service.hours)) : (service.sinceHours ?? counted)
  const { reached, ...due } = dueOf({ everyHours, everyDays, sinceHours, sinceOn: service.sinceOn }, hours, day)
  // Once due, the day stays: it is what lateness is measured by.
  const { dueOn, dueBy } = service.state === 'ahead' ? due : service
  const late = dueOn !== null && day > addDays(dueOn, grace)
  const way = !reached ? null : late && service.state !== 'overdue' ? 'expire' : service.state === 'ahead' ? 'fallDue' : null
  const ran = Math.abs((hours ?? 0) - (service.hours ?? 0)) >= step || (hours === null) !== (service.hours === null)
  const changed =
    dueOn !== service.dueOn ||
    dueBy !== service.dueBy ||
    everyHours !== service.everyHours ||
    everyDays !== service.everyDays ||
    sinceHours !== service.sinceHours
  if (!ran && !changed && way === null) return null
  return { service, way, figures: { everyHours, everyDays, sinceHours, hours, remainingHours: due.remainingHours, dueOn, dueBy } }
}

/** Figures that follow the counters are no act of anybody: no version, no log line. A row that somebody changed meanwhile is left alone. */
async function write(records: Records, org: string, moves: readonly Move[]): Promise<void> {
  const rows = JSON.stringify(moves.map(({ service: { id, version }, figures }) => ({ id, version, ...figures })))
  await records.run(installation(org), async (turn) => {
    await sql`
      update maintenance_record r set every_hours = v."everyHours", every_days = v."everyDays", since_hours = v."sinceHours", hours = v.hours,
        remaining_hours = v."remainingHours", due_on = v."dueOn", due_by = v."dueBy"
      from jsonb_to_recordset(${rows}::text::jsonb) as v(id text, version bigint, "everyHours" float8, "everyDays" float8, "sinceHours" float8,
        hours float8, "remainingHours" float8, "dueOn" date, "dueBy" text)
      where r.id = v.id and r.version = v.version`.execute(turn.trx)
    turn.bells.add(`record:${maintenanceRecord.name}`)
  })
}

/** The round that begins; null when another server's run was faster: then there is one open already. */
async function nextRound(turn: Turn, item: string, device: string): Promise<number | null> {
  await lockName(turn, `maintenance ${item} ${device}`)
  const last = await turn.trx
    .selectFrom('maintenanceRecord')
    .select(['round', 'state'])
    .where('item', '=', item)
    .where('device', '=', device)
    .where('deletedAt', 'is', null)
    .orderBy('round', 'desc')
    .executeTakeFirst()
  if (!last) return 1
  return openStates.includes(String(last['state'])) ? null : Number(last['round']) + 1
}
