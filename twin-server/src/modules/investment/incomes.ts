import { sql } from 'kysely'
import { gasMoney, shareOut } from '@twin/models/energy'
import { stationIncome } from '@twin/models/records'
import { installation, type Records } from '../../records/engine.ts'
import type { Turn, Writer } from '../../records/types.ts'
import { lockName } from '../../records/writer.ts'
import { settingIn } from '../foundation/index.ts'
import type { LivePort } from '../live-port.ts'
import { addDays, beginOf, dayOfTime, gasCounter, type Month, monthsOf } from '../supervision/index.ts'
import { post, type Side } from './ledger.ts'
import { lockedStation } from './standing.ts'

interface Supply {
  readonly station: string
  readonly outlet: string
  readonly price: number
  readonly starts: string
  /** Last day on which it was in force. */
  readonly ends: string
}

/** Books the income of every station and month that is over and measured: once, however often and on however many servers this runs. */
export async function bookIncomes(records: Records, live: LivePort, org: string): Promise<void> {
  const actor = installation(org)
  const settled = await records.run(
    actor,
    async (turn) => `${addDays(dayOfTime(turn.now), 1 - (await settingIn(turn, 'lease.settleDay'))).slice(0, 7)}-01`,
  )
  const { rows } = await sql<Supply>`
    select station, outlet, price, starts::text as starts, least(ends, coalesce(ended_on, ends))::text as ends from gas_contract
    where org = ${org} and deleted_at is null and state in ('active', 'ended') and outlet is not null order by id`.execute(records.db)
  for (const [at, supplies] of Map.groupBy(rows, (row) => row.station)) {
    const booked = await monthsBooked(records, at)
    const months = new Map(supplies.flatMap(({ starts, ends }) => monthsOf(starts, ends)).map((month) => [month.month, month]))
    for (const month of [...months.values()].toSorted((a, b) => (a.month < b.month ? -1 : 1))) {
      if (month.last >= settled || booked.has(month.month)) continue
      const measured = await measure(live, supplies, month)
      // A month that a meter says nothing of waits until it does.
      if (measured) await records.run(actor, (turn) => book(turn, records.writer, at, month, measured))
    }
  }
}

async function monthsBooked({ db }: Records, at: string): Promise<ReadonlySet<unknown>> {
  const rows = await db.selectFrom('stationIncome').select('month').where('station', '=', at).where('deletedAt', 'is', null).execute()
  return new Set(rows.map((row) => row['month']))
}

interface Measured {
  readonly volume: number
  readonly amount: number
}
async function measure(live: LivePort, supplies: readonly Supply[], month: Month): Promise<Measured | null> {
  let [volume, amount] = [0, 0]
  for (const { outlet, price, starts, ends } of supplies) {
    const [from, to] = [starts > month.first ? starts : month.first, ends < month.last ? ends : month.last]
    if (from > to) continue
    const grown = await live.counter(outlet, gasCounter('outlet'), beginOf(from), beginOf(addDays(to, 1)))
    if (grown === null) return null
    volume += grown
    amount += gasMoney(grown, price)
  }
  return { volume: Math.round(volume * 1000) / 1000, amount }
}

async function book(turn: Turn, records: Writer, at: string, { month, last }: Month, { volume, amount }: Measured): Promise<void> {
  await lockName(turn, `income ${at} ${month}`)
  const known = await turn.tables
    .selectFrom('station_income')
    .select('id')
    .where('station', '=', at)
    .where('month', '=', month)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  if (known) return
  const [investors, platform] = [await settingIn(turn, 'income.investorPercent'), await settingIn(turn, 'income.platformPercent')]
  const [operatorPart = 0, pool = 0, platformPart = 0] = shareOut(
    amount,
    [10_000 - 100 * (investors + platform), 100 * investors, 100 * platform].map(Math.round),
  )
  const holders = await holdersOn(turn, at, last)
  const { shareValue, code } = await turn.tables
    .selectFrom('station')
    .select(['shareValue', 'code'])
    .where('id', '=', at)
    .executeTakeFirstOrThrow()
  const held = holders.reduce((sum, { amount: each }) => sum + each, 0)
  // What nobody holds of the station is its own.
  const parts = shareOut(pool, [...holders.map((holder) => holder.amount), Math.max((shareValue ?? held) - held, 0)])
  const given: readonly Side[] = holders.map(({ investor }, i) => ({ account: 'income', amount: parts[i] ?? 0, investor, station: at }))
  const investorPart = given.reduce((sum, side) => sum + side.amount, 0)
  const own = operatorPart + pool - investorPart
  await records.create(turn, stationIncome, {
    ...{ station: at, month, region: await regionOn(turn, at, last), volume, amount, operatorPart: own, investorPart, platformPart },
  })
  await post(turn, records, { kind: 'income', document: `${code} ${month}` }, [
    { account: 'receivable', amount: -amount, station: at },
    { account: 'operator', amount: own, station: at },
    { account: 'platform', amount: platformPart, station: at },
    ...given,
  ])
}

const holdersOn = (turn: Turn, at: string, day: string): Promise<readonly { readonly investor: string; readonly amount: number }[]> =>
  turn.tables
    .selectFrom('investment')
    .select(['investor', 'amount'])
    .where('station', '=', at)
    .where('state', 'in', ['active', 'redeemed'])
    .where('deletedAt', 'is', null)
    .where('heldFrom', '<=', day)
    .where((or) => or.or([or('heldTo', 'is', null), or('heldTo', '>=', day)]))
    .orderBy('id')
    .execute()

/** The region that a station belonged to at the end of a day, whatever became of it since. */
export async function regionOn(turn: Turn, at: string, day: string): Promise<string> {
  const { rows } = await sql<{ region: string }>`
    select "row"->>'region' as region from dated_row
    where org = ${turn.actor.org} and source = 'station' and id = ${at} and "row" is not null
    order by (at < to_timestamp(${beginOf(addDays(day, 1)) / 1000})) desc,
      case when at < to_timestamp(${beginOf(addDays(day, 1)) / 1000}) then -n else n end limit 1`.execute(turn.trx)
  return rows[0]?.region ?? (await lockedStation(turn, at)).region
}
