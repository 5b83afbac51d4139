import { sql } from 'kysely'
import { externals, type ListQuery, type RecordModel, referrersOf, withoutMoney } from '@twin/models/records'
import { Refusal } from '../http/api-error.ts'
import { demand, holdsRight, demandReadable, mayDo, mayTake, seesMoney, visibleRows } from './access.ts'
import { columnNames } from './columns.ts'
import { continued, cursorOf, narrowed, ordered, type RowQuery, rowsUnder } from './filters.ts'
import { mayShow, withoutPersonal } from './personal.ts'
import { type Titles, titleOf, titlesOf } from './titles.ts'
import type { Actor, AnyDb, AnyService, Row, Values } from './types.ts'

export interface Page {
  readonly rows: readonly Row[]
  /** Rows under the filter, counted to `countLimit`. */
  readonly total: number
  readonly counted: 'all' | 'at-least'
  readonly next: string | null
  readonly titles: Titles
}
export interface Detail {
  readonly row: Row
  readonly titles: Titles
  /** Transitions this person may take from the present state. */
  readonly transitions: readonly string[]
  readonly may: { readonly edit: boolean; readonly remove: boolean }
}
const countLimit = 2000

export interface Related {
  readonly record: string
  readonly field: string
  /** Counted up to 1,000. */
  readonly count: number
}

export interface Reader {
  list(record: RecordModel, query: ListQuery, actor: Actor): Promise<Page>
  detail(record: RecordModel, id: string, actor: Actor): Promise<Detail>
  /** All rows under a filter, page by page: memory holds one page. */
  each(record: RecordModel, query: ListQuery, actor: Actor): AsyncGenerator<{ readonly rows: readonly Row[]; readonly titles: Titles }>
  count(record: RecordModel, query: ListQuery, actor: Actor): Promise<number>
  /** Choices for a reference: id and name. */
  options(
    to: string,
    text: string,
    filters: ListQuery['filters'],
    actor: Actor,
    most?: number,
  ): Promise<readonly { readonly id: string; readonly title: string }[]>
  /** Rows of other records that refer to this one, by record and field: those this person may see, where there are any. */
  related(record: RecordModel, id: string, actor: Actor): Promise<readonly Related[]>
  /** One personal value in full. Throws not-permitted without `personal:view`, not-found for what is no such field. */
  show(record: RecordModel, id: string, field: string, actor: Actor): Promise<{ readonly title: string; readonly value: unknown }>
  /** Lines of the audit log about one row, newest first. */
  history(record: RecordModel, id: string, actor: Actor): Promise<readonly Values[]>
}

export function createReader(db: AnyDb, services: ReadonlyMap<string, AnyService>, offered: ReadonlyMap<string, RecordModel>): Reader {
  const base = (record: RecordModel, query: RowQuery, actor: Actor) => rowsUnder(db, record, services.get(record.name), actor, query)
  const selected = (record: RecordModel) => columnNames(record).map((name) => `${record.table}.${name}`)

  async function one(record: RecordModel, id: string, actor: Actor): Promise<Row> {
    const row = await db
      .selectFrom(record.table)
      .select(selected(record))
      .where(visibleRows(record, services.get(record.name), actor))
      .where('id', '=', id)
      .executeTakeFirst()
    if (!row) throw new Refusal('not-found')
    return row as unknown as Row
  }
  async function page(record: RecordModel, query: ListQuery & RowQuery, actor: Actor, size: number): Promise<Row[]> {
    const rows = ordered(base(record, query, actor).select(selected(record)), record, query.sort)
    const placed = query.after ? continued(rows, record, query.sort, query.after) : rows.offset((query.page - 1) * query.size)
    return (await placed.limit(size).execute()) as unknown as Row[]
  }
  async function count(record: RecordModel, query: RowQuery, actor: Actor, limit?: number): Promise<number> {
    const rows = base(record, query, actor).select(sql`1`.as('one'))
    const { n } = await db
      .selectFrom((limit === undefined ? rows : rows.limit(limit)).as('counted'))
      .select(sql<number>`count(*)`.as('n'))
      .executeTakeFirstOrThrow()
    return n
  }

  return {
    async list(record, asked, actor) {
      demand(actor, record, 'view')
      demandReadable(record, asked, actor)
      const query = await narrowed(db, record, asked)
      const [found, n] = await Promise.all([page(record, query, actor, query.size + 1), count(record, query, actor, countLimit + 1)])
      const rows = found.slice(0, query.size)
      const last = rows.at(-1)
      return {
        rows: rows.map((row) => presented(record, row, actor)),
        total: Math.min(n, countLimit),
        counted: n > countLimit ? 'at-least' : 'all',
        next: last && found.length > query.size ? cursorOf(last, query.sort) : null,
        titles: await titlesOf(db, record, rows),
      }
    },
    async detail(record, id, actor) {
      demand(actor, record, 'view')
      const row = await one(record, id, actor)
      const state = record.lifecycle && row.state !== undefined ? record.lifecycle.states[row.state] : undefined
      return {
        row: presented(record, row, actor),
        titles: await titlesOf(db, record, [row]),
        transitions: Object.entries(record.lifecycle?.transitions ?? {})
          .filter(([name, way]) => !way.internal && way.from.includes(row.state ?? '') && mayTake(actor, record, name))
          .map(([name]) => name),
        may: {
          edit: isEditable(record, row, state?.editable) && record.actions.edit !== null && mayDo(actor, record, record.actions.edit),
          remove: record.actions.remove !== null && mayDo(actor, record, record.actions.remove),
        },
      }
    },
    async *each(record, query, actor) {
      demand(actor, record, 'view')
      demandReadable(record, query, actor)
      let after = query.after
      for (;;) {
        const rows = await page(record, { ...query, after, page: 1 }, actor, 1000)
        if (rows.length > 0) yield { rows: rows.map((row) => presented(record, row, actor)), titles: await titlesOf(db, record, rows) }
        const last = rows.at(-1)
        if (rows.length < 1000 || !last) return
        after = cursorOf(last, query.sort)
      }
    },
    async count(record, query, actor) {
      demand(actor, record, 'view')
      demandReadable(record, query, actor)
      return count(record, query, actor)
    },
    async options(to, text, filters, actor, most = 50) {
      const record = offered.get(to)
      if (record) {
        demand(actor, record, 'view')
        demandReadable(record, { filters }, actor)
        const words = text.trim()
        const rows = await base(record, await narrowed(db, record, { q: words, filters }), actor)
          .select(['id', ...record.title])
          .orderBy(record.title[0] ?? 'id')
          .limit(most)
          .execute()
        return rows.map((row) => ({ id: String(row['id']), title: titleOf(record, row) }))
      }
      const external = externals[to]
      if (!external) throw new Refusal('not-found')
      const { principal } = actor
      if (principal && !principal.permissions.has(external.permission)) throw new Refusal('not-permitted')
      const like = `%${text.trim().replaceAll(/[\\%_]/g, (c) => `\\${c}`)}%`
      const rows = await db
        .selectFrom(external.table)
        .select(['id', ...external.title])
        .where('org', '=', actor.org)
        .where('deletedAt', 'is', null)
        .where(sql<boolean>`concat_ws(' ', ${sql.join(external.title.map((name) => sql.ref(name)))}) ilike ${like}`)
        .orderBy(external.title[0] ?? 'id')
        .limit(most)
        .execute()
      return rows.map((row) => ({ id: String(row['id']), title: titleOf(external, row) }))
    },
    async related(record, id, actor) {
      demand(actor, record, 'view')
      await one(record, id, actor)
      const found: Related[] = []
      for (const { record: other, field } of referrersOf(record.name)) {
        if (!offered.has(other.name) || !mayDo(actor, other, 'view')) continue
        // As the list under the same filter counts them.
        const n = await count(other, { q: '', filters: [{ field, operator: 'is', values: [id] }] }, actor, 1000)
        if (n > 0) found.push({ record: other.name, field, count: n })
      }
      return found
    },
    async show(record, id, field, actor) {
      demand(actor, record, 'view')
      const asked = record.fields[field]
      if (asked?.sensitivity !== 'personal' || !holdsRight(actor, asked)) throw new Refusal('not-found')
      if (!mayShow(actor)) throw new Refusal('not-permitted')
      const row = await one(record, id, actor)
      return { title: titleOf(record, row), value: row[field] }
    },
    async history(record, id, actor) {
      demand(actor, record, 'view')
      await one(record, id, actor)
      const lines = await db
        .selectFrom('auditLog')
        .select(['id', 'at', 'userName', 'kind', 'result', 'before', 'after'])
        .where('org', '=', actor.org)
        .where('target', '=', id)
        .where('kind', 'like', `${record.name}.%`)
        .orderBy('id', 'desc')
        .limit(200)
        .execute()
      const open = (part: unknown): unknown => (part === null ? null : presentedLine(record, part as Values, actor))
      return lines.map((line) => ({ ...line, before: open(line['before']), after: open(line['after']) }))
    },
  }
}

/** A state without a word on it may be edited only if it is the initial one. */
export function isEditable(record: RecordModel, row: Row, said: boolean | undefined): boolean {
  if (!record.lifecycle) return true
  return said ?? row.state === record.lifecycle.initial
}

/**
 * A row as people read it: secrets and, without the right to them, amounts left out, personal data masked. The installation itself reads
 * everything.
 */
export function presented(record: RecordModel, row: Row, actor: Actor): Row {
  return actor.principal === null ? row : (withoutPersonal(record, presentedLine(record, row, actor)) as Row)
}

/** What a line of the log holds of a row, as this person may read it; personal data were masked when it was written. */
export function presentedLine(record: RecordModel, part: Values, actor: Pick<Actor, 'principal'>): Values {
  const fields = Object.entries(record.fields)
  const hidden = fields.flatMap(([name, field]) => (Object.hasOwn(part, name) && !holdsRight(actor, field) ? [name] : []))
  const rest = hidden.length === 0 ? part : Object.fromEntries(Object.entries(part).filter(([name]) => !hidden.includes(name)))
  return seesMoney(actor) ? rest : withoutMoney(record, rest)
}
