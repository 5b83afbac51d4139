import type { Sql } from '../store/connection.ts'
import { openKysely } from '../store/connection.ts'
import { verifyAuditChain } from '../security/audit-log.ts'
import { checkLedger, checkOutbox, checkReferences } from './check-business.ts'
import { checkStates } from './check-states.ts'
import type { Verdict, Words } from './words.ts'

export interface CheckParts {
  /** The restored copy. */
  readonly copy: Sql
  /** The running system, for what can be compared. */
  readonly live: Sql
  readonly at: number
  readonly signal: AbortSignal
  readonly log: { step(zh: string, en: string, ok?: boolean | null): void }
}

/** Looks whether a restored copy is whole in itself: a line with figures for each check. A check that cannot be made is a fault. */
export async function runChecks(parts: CheckParts): Promise<void> {
  const { copy, live, signal, log } = parts
  const checks: readonly (readonly [Words, () => Promise<Verdict>])[] = [
    [{ zh: '数据页', en: 'Data pages' }, () => checkTables(copy)],
    [{ zh: '追加表', en: 'Tables that only grow' }, () => compareGrowing(copy, live)],
    [{ zh: '日志链', en: 'Audit chain' }, () => checkAudit(copy)],
    [{ zh: '账务', en: 'Ledger' }, () => checkLedger(copy)],
    [{ zh: '事件序号', en: 'Sequence of events' }, () => checkSequences(copy)],
    [{ zh: '站点状态', en: 'States of stations' }, () => checkStates(copy)],
    [{ zh: '引用', en: 'References' }, () => checkReferences(copy)],
    [{ zh: '对外消息', en: 'Outbox' }, () => checkOutbox(copy)],
  ]
  for (const [name, check] of checks) {
    signal.throwIfAborted()
    const { zh, en, ok } = await check().catch((error: unknown): Verdict => {
      const text = error instanceof Error ? error.message : String(error)
      return { zh: `未能检查：${text}`, en: `could not be checked: ${text}`, ok: false }
    })
    log.step(`检查${name.zh}：${zh}`, `Check of ${name.en.toLowerCase()}: ${en}`, ok)
  }
}

/** Reads every row of every table: PostgreSQL compares the checksum of each page as it reads it. */
async function checkTables(copy: Sql): Promise<Verdict> {
  const [setting] = await copy<{ on: boolean }[]>`select current_setting('data_checksums') = 'on' as "on"`
  const tables = await copy<{ name: string }[]>`select c.relname::text as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1`
  let rows = 0
  for (const { name } of tables) {
    // Something of every row, else an index alone would answer.
    const [row] = await copy.unsafe<{ n: number }>(`select count(t."${await someColumn(copy, name)}"::text) as n from "${name}" t`)
    rows += row?.n ?? 0
  }
  return {
    zh: `${tables.length} 张表、${rows} 行已读${setting?.on ? '，页校验和一致' : '（数据库未开启页校验和）'}`,
    en: `${rows} rows of ${tables.length} tables read${setting?.on ? ', checksums of their pages agree' : ' (the database has no page checksums)'}`,
    ok: true,
  }
}

/** A column of the table that no index holds, where there is one. */
async function someColumn(copy: Sql, table: string): Promise<string> {
  const [row] = await copy<{ name: string }[]>`
    select a.attname::text as name from pg_attribute a
    where a.attrelid = ${`public."${table}"`}::regclass and a.attnum > 0 and not a.attisdropped
    order by exists (select 1 from pg_index i where i.indrelid = a.attrelid and a.attnum = any(i.indkey)), a.attnotnull desc, a.attnum limit 1`
  if (!row) throw new Error(`${table} has no column`)
  return row.name
}

/** Newest rows of each table that are compared. */
const COMPARED = 20_000
const growing: readonly (readonly [table: string, key: string, newest: string])[] = [
  ['posting', 'id', 'created_at'],
  ['ledger_entry', 'id', 'created_at'],
  ['audit_log', 'id::text', 'id'],
  ['journal', `shard || ':' || seq`, 'at'],
]

/** Rows that nobody may change have to be the same in the copy and in the running system: what differs was damaged in one of them. */
async function compareGrowing(copy: Sql, live: Sql): Promise<Verdict> {
  let [rows, unlike] = [0, 0]
  for (const [table, key, newest] of growing) {
    const found = await copy.unsafe<{ keys: string[]; sums: string[] }>(
      `select coalesce(array_agg(k), '{}') as keys, coalesce(array_agg(s), '{}') as sums
       from (select ${key} as k, md5(t::text) as s from ${table} t order by ${newest} desc limit ${COMPARED}) x`,
    )
    const { keys = [], sums = [] } = found[0] ?? {}
    rows += keys.length
    for (let from = 0; from < keys.length; from += 2000) {
      const where =
        table === 'journal'
          ? `(shard, seq) in (select split_part(k, ':', 1)::int, split_part(k, ':', 2)::bigint from unnest($1::text[]) k)`
          : table === 'audit_log'
            ? 'id = any($1::text[]::bigint[])'
            : 'id = any($1::text[])'
      const [same] = await live.unsafe<{ n: number }>(
        `select count(*) as n from (select ${key} as k, md5(t::text) as s from ${table} t where ${where}) l
         join unnest($1::text[], $2::text[]) as c(k, s) on c.k = l.k and c.s = l.s`,
        [keys.slice(from, from + 2000), sums.slice(from, from + 2000)],
      )
      unlike += Math.min(keys.length - from, 2000) - (same?.n ?? 0)
    }
  }
  return unlike === 0
    ? { zh: `${rows} 行与运行中的系统逐行一致`, en: `${rows} rows are the same as in the running system`, ok: true }
    : {
        zh: `${rows} 行中有 ${unlike} 行与运行中的系统不同：其中之一曾被改动`,
        en: `${unlike} of ${rows} rows differ from the running system: one of the two was tampered with`,
        ok: null,
      }
}

async function checkAudit(copy: Sql): Promise<Verdict> {
  const { ok, rows, firstBroken } = await verifyAuditChain(openKysely(copy) as unknown as Parameters<typeof verifyAuditChain>[0], 'main')
  return ok
    ? { zh: `${rows} 行，链完整`, en: `${rows} lines, the chain is whole`, ok }
    : { zh: `第 ${firstBroken} 行处断开`, en: `broken at line ${firstBroken}`, ok }
}

/** Newest numbers of each shard's history that are looked at; the journal is looked at whole. */
const HISTORY = 50_000

async function checkSequences(copy: Sql): Promise<Verdict> {
  const [row] = await copy<{ rows: number; gaps: number; beyond: number; back: number }[]>`
    with j as (select shard, seq, epoch, lag(epoch) over (partition by shard order by seq) as before from journal),
      s as (select s.shard, s.seq from sample s join tw_fence f on f.shard = s.shard and f.stream = 't' and s.seq > f.seq - ${HISTORY}),
      streams as (
        select shard, 'e' as stream, count(*) as n, count(distinct seq) as d, min(seq) as first, max(seq) as last from j group by shard
        union all
        select shard, 't', count(*), count(distinct seq), min(seq), max(seq) from s group by shard)
    select coalesce(sum(n), 0)::bigint as rows, coalesce(sum(abs(last - first + 1 - d) + (n - d)), 0)::bigint as gaps,
      (select count(*) from streams x join tw_fence f using (shard, stream) where x.last <> f.seq) as beyond,
      (select count(*) from j where before > epoch) as back
    from streams`
  const { rows = 0, gaps = -1, beyond = -1, back = -1 } = row ?? {}
  const ok = gaps === 0 && beyond === 0 && back === 0
  return {
    zh: ok ? `${rows} 个连续，无缺无重，止于各分片的序号` : `缺失或重复 ${gaps} 个，与分片序号不符 ${beyond} 个分片，代次倒退 ${back} 处`,
    en: ok
      ? `${rows} without a gap or a double, up to the number of each shard`
      : `${gaps} missing or double, ${beyond} shards with another last number, ${back} epochs that go back`,
    ok,
  }
}
