import type { Sql } from '../../twin-server/src/store/connection.ts'

export type Balances = Readonly<Record<string, number>>

/** Postings that do not add up, stand twice, or are not what their document's state implies. */
export async function brokenPostings(sql: Sql): Promise<readonly string[]> {
  const rows = await sql<{ what: string }[]>`
    with owed as (
      select 'payment ' || document as key from investment where state in ('paid', 'active', 'redeemed') or (state = 'refused' and receipt is not null)
      union all select 'confirm ' || document from investment where state in ('active', 'redeemed')
      union all select 'redeem ' || document from investment where state = 'redeemed'
      union all select 'refund ' || document from investment where state = 'refused' and receipt is not null
      union all select 'withdraw ' || document from withdrawal
      union all select 'payout ' || document from withdrawal where state = 'paid'
      union all select 'release ' || document from withdrawal where state in ('refused', 'failed')
      union all select 'income ' || s.code || ' ' || i.month from station_income i join station s on s.id = i.station where i.amount <> 0)
    select 'posting ' || p.document || ' adds up to ' || sum(e.credit - e.debit) || ' of ' || p.total as what
      from posting p left join ledger_entry e on e.posting = p.id group by p.id, p.document, p.total
      having coalesce(sum(e.credit - e.debit), 1) <> 0 or coalesce(sum(e.credit), 0) <> p.total
    union all select 'entry ' || e.id || ' belongs to no posting' from ledger_entry e left join posting p on p.id = e.posting where p.id is null
    union all select key || ' stands ' || count(*) || ' times' from posting group by key having count(*) > 1
    union all select coalesce(o.key, p.key) || case when p.key is null then ' is not posted' else ' is posted for nothing' end
      from owed o full join posting p on p.key = o.key where o.key is null or p.key is null`
  return rows.map(({ what }) => what)
}

/** Balance of every account, fen: its entries added up. */
export async function balancesByEntries(sql: Sql): Promise<Balances> {
  const rows = await sql<{ account: string; balance: number }[]>`
    select account, sum(credit - debit)::float8 as balance from ledger_entry group by account having sum(credit - debit) <> 0 order by account`
  return Object.fromEntries(rows.map(({ account, balance }) => [account, balance]))
}

/** The same from what the documents say, without looking at the ledger. */
export async function balancesByDocuments(sql: Sql): Promise<Balances> {
  const [sums] = await sql<Record<string, number>[]>`
    with i as (select coalesce(sum(amount) filter (where state = 'paid'), 0) as deposit, coalesce(sum(amount) filter (where state = 'active'), 0) as capital
        from investment),
      w as (select coalesce(sum(amount) filter (where state in ('requested', 'approved')), 0) as payout,
        coalesce(sum(amount) filter (where state = 'paid'), 0) as paid from withdrawal),
      s as (select coalesce(sum(amount), 0) as amount, coalesce(sum(operator_part), 0) as operator, coalesce(sum(platform_part), 0) as platform,
        coalesce(sum(investor_part), 0) as investors from station_income)
    select (w.paid - i.deposit - i.capital)::float8 as bank, i.capital::float8 as capital, i.deposit::float8 as deposit,
      (s.investors - w.payout - w.paid)::float8 as income, s.operator::float8 as operator, w.payout::float8 as payout,
      s.platform::float8 as platform, (-s.amount)::float8 as receivable
    from i, w, s`
  return Object.fromEntries(Object.entries(sums ?? {}).filter(([, balance]) => balance !== 0))
}
