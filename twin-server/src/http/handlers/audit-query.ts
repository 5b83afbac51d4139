import { type Kysely, sql } from 'kysely'
import { familiesOf, findRecord } from '@twin/models/records'
import type { AuthTables } from '../../security/index.ts'
import { camelTables } from '../../records/columns.ts'
import { titlesOf } from '../../records/titles.ts'
import type { Database } from '../../store/index.ts'
import type { Call } from '../call.ts'
import { refuse } from '../pipeline.ts'

export type AuditFilter = Omit<Call<'audit'>['query'], 'page' | 'size'>

/** Ids that people mean by a name: equality on an index stays fast over millions of lines, a join with names does not. */
interface Meant {
  readonly users: readonly string[]
  readonly targets: readonly string[]
}

async function meantBy(database: Kysely<Database>, org: string, { user, number }: AuditFilter): Promise<Meant> {
  const db = database.withTables<AuthTables>()
  const users =
    user === undefined
      ? []
      : await db
          .selectFrom('auth_user')
          .select('id')
          .where('org', '=', org)
          .where((or) => or.or([or('id', '=', user), or('name', '=', user)]))
          .execute()
  if (number === undefined) return { users: users.map(({ id }) => id), targets: [] }
  const { rows } = await sql<{ id: string }>`
    select id from station where org = ${org} and (code = ${number} or name = ${number}) union
    select id from device where org = ${org} and (code = ${number} or name = ${number}) limit 200`.execute(db)
  return { users: users.map(({ id }) => id), targets: rows.map(({ id }) => id) }
}

/** The one filter of list and export, so that their counts are the same number. */
export async function filteredLines(db: Kysely<Database>, org: string, filter: AuditFilter) {
  if (filter.from !== undefined && filter.to !== undefined && filter.to < filter.from)
    refuse('invalid', { field: 'to', message: { zh: '结束时间早于开始时间', en: 'The end is before the start' } })
  const { users, targets } = await meantBy(db, org, filter)
  const { kind, platform, user, number } = filter
  return (
    db
      .selectFrom('audit_log')
      .where('org', '=', org)
      .$if(user !== undefined, (q) =>
        users.length === 0
          ? q.where('user_name', '=', user ?? '')
          : q.where((or) => or.or([or('user_name', '=', user ?? ''), or('user_id', 'in', users)])),
      )
      // A kind names its family or act too: `command` finds `command.issue` and `command.approve`, `export` each export.
      .$if(kind !== undefined, (q) =>
        kind?.includes('.')
          ? q.where('kind', '=', kind)
          : q.where((or) => or.or([or('family', '=', kind ?? ''), or('action', '=', kind ?? '')])),
      )
      .$if(filter.record !== undefined, (q) => q.where('family', '=', filter.record ?? ''))
      .$if(filter.action !== undefined, (q) => q.where('action', '=', filter.action ?? ''))
      .$if(platform !== undefined, (q) => q.where('family', 'in', familiesOf(platform ?? 'supervision')))
      .$if(number !== undefined, (q) =>
        q.where((or) => or.or([or('title', '=', number ?? ''), or('target', 'in', [number ?? '', ...targets])])),
      )
      .$if(filter.address !== undefined, (q) => q.where('from_addr', '=', filter.address ?? ''))
      .$if(filter.result !== undefined, (q) => q.where('result', '=', filter.result ?? ''))
      .$if(filter.from !== undefined, (q) => q.where('at', '>=', filter.from ?? 0))
      .$if(filter.to !== undefined, (q) => q.where('at', '<', filter.to ?? 0))
  )
}

interface Line {
  readonly target: string | null
  readonly title: string | null
  readonly family: string
}
/** What lines are about, in words: as it was called then, else by the present name of the station or device. */
export async function lineTitles(db: Kysely<Database>, lines: readonly Line[]): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(lines.flatMap(({ title, target }) => (title === null && target !== null ? [target] : [])))]
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ id: string; title: string }>`
    select id, name as title from station where id = any(${ids}::text[]) union all
    select id, name || ' ' || code from device where id = any(${ids}::text[])`.execute(db)
  return new Map(rows.map(({ id, title }) => [id, title]))
}

/** Names of what the old and new values of records point to, by record and id. */
export async function valueTitles(
  db: Kysely<Database>,
  lines: readonly { readonly family: string; readonly before: unknown; readonly after: unknown }[],
): Promise<Readonly<Record<string, Readonly<Record<string, string>>>>> {
  const found: Record<string, Record<string, string>> = {}
  for (const [family, own] of Map.groupBy(lines, (line) => line.family)) {
    const record = findRecord(family)
    if (!record) continue
    const values = own.flatMap(({ before, after }) => [before, after]).filter(isValues)
    for (const [to, names] of Object.entries(await titlesOf(camelTables(db), record, values))) found[to] = { ...found[to], ...names }
  }
  return found
}
const isValues = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
