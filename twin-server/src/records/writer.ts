import { sql } from 'kysely'
import { customAlphabet } from 'nanoid'
import { allFields, emptyValue, type RecordModel, type RowOf, type Transition } from '@twin/models/records'
import { Refusal } from '../http/api-error.ts'
import { columnNames, columnValues } from './columns.ts'
import { refusalOf } from './database-errors.ts'
import { withoutPersonal } from './personal.ts'
import { refuseIfReferred } from './references.ts'
import { titleOf } from './titles.ts'
import type { AnyService, Row, Turn, Values, Writer } from './types.ts'

export const newRowId = customAlphabet('0123456789abcdefghijklmnopqrstuvwxyz', 12)

export interface InnerWriter extends Writer {
  readonly service: (record: RecordModel) => AnyService | undefined
  lockRow(turn: Turn, record: RecordModel, id: string): Promise<Row>
  insert(turn: Turn, record: RecordModel, values: Values): Promise<Row>
  update(turn: Turn, record: RecordModel, before: Row, values: Values, kind: string): Promise<Row>
  act(turn: Turn, record: RecordModel, before: Row, name: string, input: Values): Promise<Row>
  erase(turn: Turn, record: RecordModel, before: Row): Promise<void>
}

/** Writes rows with everything that belongs to a write: version, search words, log line, bell. Asks nobody's permission. */
export function createWriter(services: ReadonlyMap<string, AnyService>, newId: () => string): InnerWriter {
  async function lockRow(turn: Turn, record: RecordModel, id: string): Promise<Row> {
    const row = await turn.trx
      .selectFrom(record.table)
      .select(columnNames(record))
      .where('id', '=', id)
      .where('org', '=', turn.actor.org)
      .where('deletedAt', 'is', null)
      .forUpdate()
      .executeTakeFirst()
    if (!row) throw new Refusal('not-found')
    return row as unknown as Row
  }

  async function insert(turn: Turn, record: RecordModel, values: Values): Promise<Row> {
    const { now, actor } = turn
    const empty = Object.fromEntries(Object.entries(record.fields).map(([name, field]) => [name, emptyValue(field) ?? null]))
    const row = {
      id: newId(),
      org: actor.org,
      version: 1,
      createdAt: now,
      createdBy: actor.id,
      updatedAt: now,
      updatedBy: actor.id,
      deletedAt: null,
      ...(record.lifecycle ? { state: record.lifecycle.initial } : {}),
      ...empty,
      ...values,
    } as unknown as Row
    await turn.trx
      .insertInto(record.table)
      .values(columnValues(record, row, row))
      .execute()
      .catch((error: unknown) => {
        throw refusalOf(error, record)
      })
    note(turn, record, 'create', row, undefined, withoutPersonal(record, openValues(record, row)))
    return row
  }

  async function update(turn: Turn, record: RecordModel, before: Row, values: Values, kind: string): Promise<Row> {
    const after = { ...before, ...values, version: before.version + 1, updatedAt: turn.now, updatedBy: turn.actor.id } as Row
    const { id: _id, org: _org, createdAt: _at, createdBy: _by, ...written } = after
    await turn.trx
      .updateTable(record.table)
      .set(columnValues(record, written, after))
      .where('id', '=', before.id)
      .execute()
      .catch((error: unknown) => {
        throw refusalOf(error, record)
      })
    const [was, is] = differences(record, before, after)
    note(turn, record, kind, after, was, is)
    return after
  }

  async function act(turn: Turn, record: RecordModel, before: Row, name: string, input: Values): Promise<Row> {
    const way = record.lifecycle?.transitions[name]
    if (!way) throw new Refusal('not-found')
    if (!way.from.includes(before.state ?? '')) throw wrongState(record, way, before)
    const service = services.get(record.name)
    const call = { turn, row: before, input, transition: name, records: writer }
    if (way.guard) await service?.guards?.[way.guard]?.(call)
    const more = (way.effect ? await service?.effects?.[way.effect]?.(call) : undefined) ?? {}
    const state = more['state'] ?? (typeof way.to === 'string' ? way.to : undefined)
    if (state === undefined || ![way.to].flat().includes(state as string))
      throw new Error(`${record.name}.${name}: the effect chose no state`)
    const own = Object.fromEntries(Object.entries(input).filter(([field]) => Object.hasOwn(record.fields, field)))
    // The effect may have changed this very row through other records.
    const present = way.effect ? await lockRow(turn, record, before.id) : before
    return update(turn, record, present, { ...own, ...more, state }, name)
  }

  async function erase(turn: Turn, record: RecordModel, before: Row): Promise<void> {
    await refuseIfReferred(turn, record, before.id, services)
    await services.get(record.name)?.beforeRemove?.({ turn, row: before, records: writer })
    if (record.removal === 'soft')
      await turn.trx
        .updateTable(record.table)
        .set({ deletedAt: turn.now, version: before.version + 1 })
        .where('id', '=', before.id)
        .execute()
    else
      await turn.trx
        .deleteFrom(record.table)
        .where('id', '=', before.id)
        .execute()
        .catch((error: unknown) => {
          throw refusalOf(error, record)
        })
    note(turn, record, 'delete', before, withoutPersonal(record, openValues(record, before)), undefined)
  }

  const writer: InnerWriter = {
    service: (record) => services.get(record.name),
    lockRow,
    insert,
    update,
    act,
    erase,
    lock: async <R extends RecordModel>(turn: Turn, record: R, id: string) => (await lockRow(turn, record, id)) as unknown as RowOf<R>,
    create: async <R extends RecordModel>(turn: Turn, record: R, values: Partial<RowOf<R>>) =>
      (await insert(turn, record, values)) as unknown as RowOf<R>,
    patch: async <R extends RecordModel>(turn: Turn, record: R, id: string, values: Partial<RowOf<R>>) =>
      (await update(turn, record, await lockRow(turn, record, id), values, 'update')) as unknown as RowOf<R>,
    transit: async <R extends RecordModel>(turn: Turn, record: R, id: string, name: string, input: Values = {}) =>
      (await act(turn, record, await lockRow(turn, record, id), name, input)) as unknown as RowOf<R>,
    remove: async (turn, record, id) => erase(turn, record, await lockRow(turn, record, id)),
  }
  return writer
}

function note(turn: Turn, record: RecordModel, kind: string, row: Row, before: Values | undefined, after: Values | undefined): void {
  const { actor } = turn
  turn.audit.push({
    user: actor.id,
    userName: actor.name,
    from: actor.from,
    kind: `${record.name}.${kind}`,
    target: row.id,
    title: titleOf(record, row),
    result: 'ok',
    ...(before ? { before } : {}),
    ...(after ? { after } : {}),
  })
  turn.bells.add(`record:${record.name}`)
}

/** What may change and be logged: everything declared but secrets. */
function openValues(record: RecordModel, row: Row): Values {
  const names = Object.entries(allFields(record)).flatMap(([name, field]) =>
    field.sensitivity === 'secret' || (field.computed && name !== 'state' && !record.fields[name]) ? [] : [name],
  )
  return Object.fromEntries(names.map((name) => [name, row[name] ?? null]))
}
function differences(record: RecordModel, before: Row, after: Row): readonly [Values, Values] {
  const was = openValues(record, before)
  const is = openValues(record, after)
  const changed = Object.keys(is).filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]))
  const pick = (from: Values): Values => Object.fromEntries(changed.map((name) => [name, from[name]]))
  return [withoutPersonal(record, pick(was)), withoutPersonal(record, pick(is))]
}

function wrongState(record: RecordModel, way: Transition, row: Row): Refusal {
  const state = record.lifecycle?.states[row.state ?? '']?.label ?? { zh: row.state ?? '', en: row.state ?? '' }
  return new Refusal('conflict', {
    code: 'wrong-state',
    message: { zh: `现为“${state.zh}”，不能${way.label.zh}`, en: `It is ${state.en}: cannot ${way.label.en.toLowerCase()}` },
    detail: { state: row.state },
  })
}

/** A lock over something that has no row of its own, until the turn ends. */
export async function lockName(turn: Turn, name: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(turn.trx)
}
