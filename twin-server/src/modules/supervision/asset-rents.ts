import { sql } from 'kysely'
import { findKind } from '@twin/models/kinds'
import { gasMoney } from '@twin/models/energy'
import { lease, rentLine, type RowOf } from '@twin/models/records'
import { installation as system, type Records } from '../../records/engine.ts'
import { defineService, type Turn } from '../../records/types.ts'
import type { LivePort } from '../live-port.ts'
import { addDays, beginOf, dayOfTime, daysThrough, type Month, monthsOf } from './asset-months.ts'
import { isRenewalDue } from './asset-leases.ts'
import { assetOf, settingIn } from './asset-tools.ts'

type Lease = RowOf<typeof lease>
export interface Bill {
  readonly billed: number | null
  readonly base: number
  readonly gas: number
  readonly amount: number
}

/**
 * What a lease owes for days of a month, whole fen: a single module its rent; a packaged station its gas, never below the minimum; a share
 * of a central one that share of the base rent, and its gas. Rent and minimum of a part of a month count by days.
 */
export function billOf(row: Lease, { first, last }: Month, days: { readonly starts: string; readonly ends: string }, volume: number): Bill {
  const part = daysThrough(days.starts, days.ends) / daysThrough(first, last)
  const billed = row.kind === 'smartStation' ? Math.max(volume, (row.minimumVolume ?? 0) * part) : volume
  const share = row.kind === 'centralStation' ? (row.share ?? 0) / 100 : 1
  const base = Math.round((row.rent ?? 0) * share * part)
  const metered = row.gasPrice !== null
  const gas = metered ? gasMoney(billed, row.gasPrice ?? 0) : 0
  return { billed: metered ? Math.round(billed * 1000) / 1000 : null, base, gas, amount: base + gas }
}

/** Name of the counter of delivered gas of a kind of device; empty for one that has none. */
export const gasCounter = (kind: string): string =>
  findKind(kind)?.points.find(({ counter, unit }) => counter === true && unit === 'm3')?.name ?? ''

/** Gas that a lease's meter counted; without one, the flow meters of the station it stands at. null: not measured then. */
async function volumeOf(live: LivePort, row: Lease, station: string | null, from: number, to: number): Promise<number | null> {
  const at = row.meter === null ? (station === null ? undefined : live.station(station)) : live.stationOf(row.meter)
  const meters = at?.devices.filter(({ id, kind }) => (row.meter === null ? kind === 'flowMeter' : id === row.meter)) ?? []
  if (meters.length === 0) return null
  let sum = 0
  for (const { id, kind } of meters) {
    const grown = await live.counter(id, gasCounter(kind), from, to)
    if (grown === null) return null
    sum += grown
  }
  return sum
}

const monthOf = (line: RowOf<typeof rentLine>): Month =>
  monthsOf(line.starts, line.ends)[0] ?? { month: line.month, first: line.starts, last: line.ends }

export const rentLineService = defineService({
  record: rentLine,
  effects: {
    async bill({ turn, row, input, records }) {
      const volume = Number(input['volume'])
      return { volume, ...billOf(await records.lock(turn, lease, row.lease), monthOf(row), row, volume) }
    },
  },
})

/** Lines that are due of all leases, each made or completed in its own turn: one per contract and month, however often this runs. */
export async function settleRents(records: Records, live: LivePort, org: string): Promise<void> {
  const actor = system(org)
  const { settled, now, renewal } = await records.run(actor, async (turn) => ({
    // The first day whose month is not settled yet.
    settled: `${addDays(dayOfTime(turn.now), 1 - (await settingIn(turn, 'lease.settleDay'))).slice(0, 7)}-01`,
    now: turn.now,
    renewal: await settingIn(turn, 'lease.renewalDays'),
  }))
  for (const row of await contracts(records, org)) {
    const months = monthsOf(row.starts, lastDay(row)).filter(({ last }) => last < settled)
    if (row.lines < months.length) await records.run(actor, (turn) => settleLease(turn, records, live, row.id, settled))
    if (row.state === 'active' && isRenewalDue(row.ends, now, renewal) !== row.renewalDue)
      await records.run(actor, (turn) => markRenewal(turn, records, row.id, renewal))
  }
}
const lastDay = ({ ends, returnedOn }: Pick<Lease, 'ends' | 'returnedOn'>): string =>
  returnedOn !== null && returnedOn < ends ? returnedOn : ends

type Contract = Pick<Lease, 'id' | 'state' | 'starts' | 'ends' | 'returnedOn' | 'renewalDue'> & { readonly lines: number }
/** Contracts that were ever in force, with the number of their lines that are settled. */
async function contracts({ db }: Records, org: string): Promise<readonly Contract[]> {
  const { rows } = await sql<Contract>`
    select l.id, l.state, l.starts, l.ends, l.returned_on, l.renewal_due,
      (select count(*)::int from rent_line r where r.lease = l.id and r.state = 'due' and r.deleted_at is null) as lines
    from lease l where l.org = ${org} and l.deleted_at is null and l.state in ('active', 'returned') order by l.id`.execute(db)
  return rows
}

async function markRenewal(turn: Turn, { writer }: Records, id: string, days: number): Promise<void> {
  const row = await writer.lock(turn, lease, id)
  if (row.state === 'active') await writer.patch(turn, lease, id, { renewalDue: isRenewalDue(row.ends, turn.now, days) })
}

async function settleLease(turn: Turn, { writer }: Records, live: LivePort, id: string, settled: string): Promise<void> {
  const row = await writer.lock(turn, lease, id)
  const ends = lastDay(row)
  const lines = await turn.tables
    .selectFrom('rent_line')
    .select(['id', 'month', 'state'])
    .where('lease', '=', id)
    .where('deletedAt', 'is', null)
    .execute()
  const { station } = await assetOf(turn, row.asset)
  for (const month of monthsOf(row.starts, ends)) {
    const line = lines.find((each) => each.month === month.month)
    if (month.last >= settled || line?.state === 'due') continue
    const days = { starts: row.starts > month.first ? row.starts : month.first, ends: ends < month.last ? ends : month.last }
    const isMetered = row.gasPrice !== null
    const volume = isMetered ? await volumeOf(live, row, station, beginOf(days.starts), beginOf(addDays(days.ends, 1))) : 0
    if (line && volume !== null) await writer.transit(turn, rentLine, line.id, 'bill', { volume })
    if (line) continue
    const known = volume === null ? {} : { state: 'due' as const, ...billOf(row, month, days, volume) }
    await writer.create(turn, rentLine, { lease: id, month: month.month, ...days, ...known, volume: isMetered ? volume : null })
  }
}

/** Net values by straight line over whole months since the purchase; no line in anybody's history, for nobody did it. */
export async function writeOff(records: Records, org: string): Promise<void> {
  await records.run(system(org), async (turn) => {
    const months = 12 * (await settingIn(turn, 'asset.lifeYears'))
    const residual = (await settingIn(turn, 'asset.residualPercent')) / 100
    await sql`
      update asset a set net_value = worth from (
        select id, round(price - price * ${1 - residual}::numeric * least(1, (date_part('year', old) * 12 + date_part('month', old))::numeric / ${months}))::bigint as worth
        from (select id, price, age(to_timestamp(${turn.now} / 1000.0) at time zone 'Asia/Shanghai', created_at at time zone 'Asia/Shanghai') as old
          from asset where org = ${org} and price is not null and state not in ('sold', 'scrapped')) aged) valued
      where a.id = valued.id and a.net_value is distinct from worth`.execute(turn.trx)
  })
}

/** What time does to assets. */
export async function runAssets(records: Records, live: LivePort, org: string): Promise<void> {
  await settleRents(records, live, org)
  await writeOff(records, org)
}
