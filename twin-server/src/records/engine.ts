import { records as declared, type RecordModel } from '@twin/models/records'
import { Refusal } from '../http/api-error.ts'
import { camelTables } from './columns.ts'
import { importTable, type ImportResult, Undone } from './import.ts'
import { createPeople } from './people.ts'
import { createReader, presented, type Reader } from './reader.ts'
import { statisticsOf, type StatisticTable } from './statistics.ts'
import { createTurns, type Turns } from './turns.ts'
import type { Actor, AnyDb, AnyService, RecordsParts, Row, Turn, Writer } from './types.ts'
import { createWriter, newRowId } from './writer.ts'
import type { ListQuery } from '@twin/models/records'

export interface BulkResult {
  readonly id: string
  readonly ok: boolean
  readonly error?: { readonly code: string; readonly message: { readonly zh: string; readonly en: string } }
}
export type BulkAct = { readonly transition: string; readonly input?: unknown } | { readonly change: unknown } | { readonly remove: true }

export interface Records extends Reader {
  readonly db: AnyDb
  /** Those this installation has. */
  readonly offered: readonly RecordModel[]
  find(name: string): RecordModel | undefined
  readonly turns: Turns
  /** For services and seeds: writes without asking anybody's permission. */
  readonly writer: Writer
  statistics(record: RecordModel, query: ListQuery, by: readonly string[], zone: string, actor: Actor): Promise<StatisticTable>
  /** A key makes repeats of an unanswered request the same row. */
  create(record: RecordModel, body: unknown, actor: Actor, key?: string): Promise<Row>
  /** Throws a conflict with both versions when `version` is not the present one. */
  change(record: RecordModel, id: string, version: number, body: unknown, actor: Actor): Promise<Row>
  remove(record: RecordModel, id: string, version: number | null, actor: Actor): Promise<void>
  transit(record: RecordModel, id: string, name: string, version: number | null, input: unknown, actor: Actor): Promise<Row>
  /** Each row by itself: what fails is named, the others are done. */
  bulk(record: RecordModel, ids: readonly string[], act: BulkAct, actor: Actor): Promise<readonly BulkResult[]>
  import(record: RecordModel, bytes: Uint8Array, trial: boolean, actor: Actor): Promise<ImportResult>
  run<T>(actor: Actor, work: (turn: Turn) => Promise<T>): Promise<T>
}

/** The records engine: what the declarations say, done. Throws when a declared guard or effect has no service behind it. */
export function createRecords(parts: RecordsParts): Records {
  const services = new Map(parts.services.map((service) => [service.record.name, service]))
  const offered = parts.records ?? declared
  const byName = new Map(offered.map((record) => [record.name, record]))
  for (const record of offered) demandServices(record, services.get(record.name))
  const db = camelTables(parts.db)
  const reader = createReader(db, services, byName)
  const turns = createTurns(parts.db, parts.clock, parts.audit, parts.live)
  const writer = createWriter(services, parts.newId ?? newRowId)
  const people = createPeople(writer, services)
  const run: Records['run'] = (actor, work) => turns.run(actor, work)

  const engine: Records = {
    ...reader,
    db,
    offered,
    find: (name) => byName.get(name),
    turns,
    writer,
    run,
    statistics: (record, query, by, zone, actor) => statisticsOf(db, record, services.get(record.name), query, by, zone, actor),
    create: async (record, body, actor, key) =>
      presented(record, await run(actor, (turn) => people.create(turn, record, body, key)), actor),
    change: async (record, id, version, body, actor) =>
      presented(record, await run(actor, (turn) => people.change(turn, record, id, version, body)), actor),
    remove: (record, id, version, actor) => run(actor, (turn) => people.remove(turn, record, id, version)),
    transit: async (record, id, name, version, input, actor) =>
      presented(record, await run(actor, (turn) => people.transit(turn, record, id, name, version, input)), actor),
    async bulk(record, ids, act, actor) {
      const results: BulkResult[] = []
      for (const id of ids) {
        try {
          await run<unknown>(actor, async (turn) => {
            if ('transition' in act) return people.transit(turn, record, id, act.transition, null, act.input)
            if ('remove' in act) return people.remove(turn, record, id, null)
            const { version } = await writer.lockRow(turn, record, id)
            return people.change(turn, record, id, version, act.change)
          })
          results.push({ id, ok: true })
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
          results.push({
            id,
            ok: false,
            error: { code: error.options.code ?? error.reason, message: error.options.message ?? { zh: '未完成', en: 'Not done' } },
          })
        }
      }
      return results
    },
    async import(record, bytes, trial, actor) {
      try {
        return await run(actor, (turn) => importTable(turn, record, bytes, trial, people))
      } catch (error) {
        if (error instanceof Undone) return error.result
        throw error
      }
    },
  }
  return engine
}

function demandServices(record: RecordModel, service: AnyService | undefined): void {
  for (const [name, { guard, effect }] of Object.entries(record.lifecycle?.transitions ?? {})) {
    if (guard !== undefined && !service?.guards?.[guard]) throw new Error(`${record.name}.${name}: no guard '${guard}'`)
    if (effect !== undefined && !service?.effects?.[effect]) throw new Error(`${record.name}.${name}: no effect '${effect}'`)
  }
}

/** The installation itself, for seeds and services without a person. */
export const installation = (org: string): Actor => ({ id: null, name: 'system', from: null, org, principal: null })
