import { externals, findRecord, records, snakeCase } from '@twin/models/records'
import type { Sql } from '../store/connection.ts'
import type { Verdict } from './words.ts'

/** Every posting adds up to nothing and to its total, the accounts together do, and nobody has taken out more than was his. */
export async function checkLedger(copy: Sql): Promise<Verdict> {
  const [row] = await copy<{ postings: number; entries: number; odd: number; sum: number; overdrawn: number; unpaid: number }[]>`
    with sides as (select posting, sum(debit) as debit, sum(credit) as credit, count(*) as n from ledger_entry group by posting)
    select (select count(*) from posting) as postings, (select count(*) from ledger_entry) as entries,
      (select count(*) from posting p left join sides s on s.posting = p.id
        where s.posting is null or s.debit <> s.credit or s.credit <> p.total) as odd,
      (select coalesce(sum(debit - credit), 0)::bigint from ledger_entry) as sum,
      (select count(*) from (select investor from ledger_entry where account = 'income' group by investor having sum(credit - debit) < 0) x) as overdrawn,
      (select count(*) from ledger_entry e where not exists (select 1 from posting p where p.id = e.posting)) as unpaid`
  const { postings = 0, entries = 0, odd = -1, sum = -1, overdrawn = -1, unpaid = -1 } = row ?? {}
  const ok = odd === 0 && sum === 0 && overdrawn === 0 && unpaid === 0
  return {
    zh: ok
      ? `${postings} 张凭证、${entries} 条分录，每张借贷相等，总和为 0`
      : `借贷不等或金额不符的凭证 ${odd} 张，总差额 ${sum} 分，透支账户 ${overdrawn} 个，无凭证分录 ${unpaid} 条`,
    en: ok
      ? `${postings} postings, ${entries} entries; each adds up, all together are 0`
      : `${odd} postings do not add up, ${sum} fen over all, ${overdrawn} overdrawn accounts, ${unpaid} entries of no posting`,
    ok,
  }
}

/** Every reference of every record, also those the database has no constraint for, leads to a row. */
export async function checkReferences(copy: Sql): Promise<Verdict> {
  const tables = new Set(
    (await copy<{ name: string }[]>`select relname::text as name from pg_class where relkind in ('r', 'p')`).map(({ name }) => name),
  )
  let [references, checked] = [0, 0]
  const lost: string[] = []
  for (const record of records)
    for (const [name, field] of Object.entries(record.fields)) {
      if (field.type !== 'reference') continue
      const target = externals[field.to]?.table ?? findRecord(field.to)?.table
      if (target === undefined || !tables.has(target) || !tables.has(record.table)) continue
      const column = `t."${snakeCase(name)}"`
      const values = field.many ? `unnest(${column})` : column
      const [row] = await copy.unsafe<{ n: number; lost: number }>(
        `select count(v) as n, count(v) filter (where not exists (select 1 from "${target}" x where x.id = v)) as lost
         from "${record.table}" t, lateral (select ${values} as v) r where t.deleted_at is null`,
      )
      checked++
      references += row?.n ?? 0
      if (row && row.lost > 0) lost.push(`${record.name}.${name} (${row.lost})`)
    }
  const ok = lost.length === 0
  return {
    zh: ok ? `${checked} 类共 ${references} 个，全部有效` : `指向不存在的行：${lost.join('、')}`,
    en: ok ? `${references} of ${checked} kinds, all lead to a row` : `lead nowhere: ${lost.join(', ')}`,
    ok,
  }
}

/**
 * What was sent has had its effect, what waits has not been counted as sent. Repairs are the messages whose effect is on record elsewhere: a
 * device is held exactly while its repair says so, unless a message about it still waits.
 */
export async function checkOutbox(copy: Sql): Promise<Verdict> {
  const [row] = await copy<{ sent: number; waiting: number; unlike: number }[]>`
    with last as (
      select distinct on (body->>'document') body->>'document' as document, (body->>'on')::boolean as held
      from journal where kind = 'device.held' and body->>'kind' = 'repair' order by body->>'document', shard, seq desc)
    select (select count(*) from record_outbox where done_at is not null) as sent,
      (select count(*) from record_outbox where done_at is null) as waiting,
      (select count(*) from repair r left join last l using (document)
        where r.deleted_at is null and coalesce(l.held, false) <> (r.held_since is not null)
          and not exists (select 1 from record_outbox o where o.done_at is null and o.kind = 'repair.hold' and o.body->>'repair' = r.id)) as unlike`
  const { sent = 0, waiting = 0, unlike = -1 } = row ?? {}
  const ok = unlike === 0
  return {
    zh: ok
      ? `已送达 ${sent} 条且效果一致，待送 ${waiting} 条`
      : `${unlike} 张维修单与设备状态不一致（已送达 ${sent} 条，待送 ${waiting} 条）`,
    en: ok
      ? `${sent} sent with their effect, ${waiting} wait`
      : `${unlike} repairs say something else than their devices (${sent} sent, ${waiting} wait)`,
    ok,
  }
}
