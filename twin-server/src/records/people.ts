import { appliesIn, carriesMoney, changeSchema, createSchema, inputSchema, isEmpty, type RecordModel } from '@twin/models/records'
import { Refusal } from '../http/api-error.ts'
import { checked } from '../http/request-input.ts'
import { demand, mayTake, seesMoney, visibleRows } from './access.ts'
import { askedOnce } from './asked-once.ts'
import { isEditable, presented } from './reader.ts'
import { checkReferences } from './references.ts'
import type { AnyService, Row, Turn, Values } from './types.ts'
import type { InnerWriter } from './writer.ts'

/** What people do to records: permission, input, references, scope and version are checked here, then the writer writes. */
export interface People {
  /** With a key: once, whatever it takes to get an answer. */
  create(turn: Turn, record: RecordModel, body: unknown, key?: string): Promise<Row>
  change(turn: Turn, record: RecordModel, id: string, version: number, body: unknown): Promise<Row>
  remove(turn: Turn, record: RecordModel, id: string, version: number | null): Promise<void>
  transit(turn: Turn, record: RecordModel, id: string, name: string, version: number | null, body: unknown): Promise<Row>
}

export function createPeople(writer: InnerWriter, services: ReadonlyMap<string, AnyService>): People {
  const own = async (turn: Turn, record: RecordModel, id: string): Promise<boolean> =>
    (await turn.trx
      .selectFrom(record.table)
      .select('id')
      .where(visibleRows(record, services.get(record.name), turn.actor))
      .where('id', '=', id)
      .executeTakeFirst()) !== undefined

  /** Locked, and his; what is not his is not there. */
  async function take(turn: Turn, record: RecordModel, id: string, version: number | null, yours: unknown): Promise<Row> {
    const row = await writer.lockRow(turn, record, id)
    if (!(await own(turn, record, id))) throw new Refusal('not-found')
    if (version !== null && version !== row.version)
      throw new Refusal('conflict', {
        code: 'version-conflict',
        message: { zh: '记录已被他人修改，请核对后重试', en: 'Somebody else changed it meanwhile: compare and try again' },
        detail: { yours, current: presented(record, row, turn.actor) },
      })
    return row
  }
  async function stays(turn: Turn, record: RecordModel, row: Row): Promise<Row> {
    if (!(await own(turn, record, row.id))) {
      const field = record.scope.by === 'org' ? undefined : record.scope.field
      throw new Refusal('invalid', {
        ...(field === undefined ? {} : { field }),
        message: { zh: '不在您的范围内', en: 'Outside your scope' },
      })
    }
    return row
  }
  async function completed(turn: Turn, record: RecordModel, before: Row | null, after: Row): Promise<Values> {
    const more = (await services.get(record.name)?.beforeSave?.({ turn, before, after, records: writer })) ?? {}
    checkConditions(record, { ...after, ...more })
    return more
  }

  async function saved(turn: Turn, record: RecordModel, before: Row | null, after: Row): Promise<Row> {
    await services.get(record.name)?.afterSave?.({ turn, before, after, records: writer })
    return stays(turn, record, after)
  }

  return {
    async create(turn, record, body, key) {
      demand(turn.actor, record, record.actions.create)
      const values = checked(createSchema(record), body, 'body')
      const asked = key === undefined ? null : await askedOnce(turn, record, key, values)
      if (asked && 'row' in asked) return asked.row
      await checkReferences(turn, record, record.fields, values, services)
      const more = await completed(turn, record, null, values as unknown as Row)
      return saved(turn, record, null, await writer.insert(turn, record, { ...asked, ...values, ...more }))
    },
    async change(turn, record, id, version, body) {
      demand(turn.actor, record, record.actions.edit)
      const values = checked(changeSchema(record), body, 'body')
      // Who does not see an amount does not overwrite it blindly; a new row's he knows, for he gives it.
      const blind = seesMoney(turn.actor)
        ? undefined
        : Object.keys(values).find((name) => record.fields[name] && carriesMoney(record.fields[name]))
      if (blind !== undefined) throw new Refusal('not-permitted', { field: blind })
      const before = await take(turn, record, id, version, values)
      const state = record.lifecycle?.states[before.state ?? '']
      if (!isEditable(record, before, state?.editable))
        throw new Refusal('conflict', {
          code: 'wrong-state',
          message: { zh: `“${state?.label.zh ?? ''}”的记录不能修改`, en: `Cannot be edited while ${state?.label.en.toLowerCase() ?? ''}` },
        })
      await checkReferences(turn, record, record.fields, values, services)
      const more = await completed(turn, record, before, { ...before, ...values })
      return saved(turn, record, before, await writer.update(turn, record, before, { ...values, ...more }, 'update'))
    },
    async remove(turn, record, id, version) {
      demand(turn.actor, record, record.actions.remove)
      await writer.erase(turn, record, await take(turn, record, id, version, null))
    },
    async transit(turn, record, id, name, version, body) {
      const way = record.lifecycle?.transitions[name]
      demand(turn.actor, record, 'view')
      if (!way || way.internal) throw new Refusal('not-found')
      if (!mayTake(turn.actor, record, name)) throw new Refusal('not-permitted')
      const input = checked(inputSchema(way.input ?? {}), body ?? {}, 'input')
      await checkReferences(turn, record, way.input ?? {}, input, services)
      const before = await take(turn, record, id, version, input)
      return writer.act(turn, record, before, name, input)
    },
  }
}

/** A field with a `when` is filled where it counts, if it must be, and empty elsewhere. */
function checkConditions(record: RecordModel, row: Values): void {
  for (const [field, declared] of Object.entries(record.fields)) {
    if (!declared.when || declared.computed) continue
    const { zh, en } = declared.label
    const empty = isEmpty(row[field])
    if (!appliesIn(declared, row) && !empty)
      throw new Refusal('invalid', { field, message: { zh: `此处不填“${zh}”`, en: `${en} does not apply here` } })
    if (appliesIn(declared, row) && empty && declared.when.required)
      throw new Refusal('invalid', { field, message: { zh: `请填写“${zh}”`, en: `${en} is needed here` } })
  }
}
