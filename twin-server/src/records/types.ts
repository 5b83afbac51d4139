import type { Kysely, Transaction } from 'kysely'
import type { Clock } from '@twin/actors/runtime'
import type { Fields, RecordModel, RecordTables, RowOf, StandardValues, ValuesOf } from '@twin/models/records'
import type { LivePort } from '../modules/live-port.ts'
import type { AuditEntry, AuditLog, Principal } from '../security/index.ts'
import type { Database } from '../store/index.ts'

/** Who does it. `principal` null: the installation itself, which may do everything in its organisation. */
export interface Actor {
  readonly id: string | null
  readonly name: string
  readonly from: string | null
  readonly org: string
  readonly principal: Principal | null
}

export type Row = StandardValues & { readonly state?: string; readonly [field: string]: unknown }
export type Values = Readonly<Record<string, unknown>>

/** Any table by name: the engine's own view. Names are camelCase on this side, snake_case in the database. */
export type AnyTables = Record<string, Record<string, unknown>>
export type AnyDb = Kysely<AnyTables>

/** One unit of work: everything in it commits together, log lines and messages to the outside included. */
export interface Turn {
  readonly trx: Transaction<AnyTables>
  /** The same transaction with the rows of records typed. */
  readonly tables: Transaction<RecordTables>
  readonly actor: Actor
  readonly now: number
  /** To ask of what lives. What this turn writes the live core learns only after the commit: `emit` for that. */
  readonly live: LivePort
  readonly audit: AuditEntry[]
  /** Topics that viewers are told of after the commit. */
  readonly bells: Set<string>
  /** Leaves after the commit, at least once: handlers are idempotent. */
  emit(kind: string, body: unknown): void
}

/** What services may do to other records inside a turn: no permission is asked, everything else holds. */
export interface Writer {
  create<R extends RecordModel>(turn: Turn, record: R, values: Partial<RowOf<R>>): Promise<RowOf<R>>
  /** Writes fields as they are, computed ones too. */
  patch<R extends RecordModel>(turn: Turn, record: R, id: string, values: Partial<RowOf<R>>): Promise<RowOf<R>>
  transit<R extends RecordModel>(turn: Turn, record: R, id: string, name: string, input?: Values): Promise<RowOf<R>>
  remove(turn: Turn, record: RecordModel, id: string): Promise<void>
  /** Locked until the turn ends. Throws not-found. */
  lock<R extends RecordModel>(turn: Turn, record: R, id: string): Promise<RowOf<R>>
}

type Transitions<R> = R extends { readonly lifecycle: { readonly transitions: infer T } } ? T : unknown
type Named<R, Key extends 'guard' | 'effect'> = {
  [X in keyof Transitions<R>]: Transitions<R>[X] extends Readonly<Record<Key, infer N extends string>> ? N : never
}[keyof Transitions<R>]
/** Input of the transitions that name this guard or effect. */
type InputOf<R, Key extends 'guard' | 'effect', Name> = {
  [X in keyof Transitions<R>]: Transitions<R>[X] extends Readonly<Record<Key, Name>>
    ? Transitions<R>[X] extends { readonly input: infer F extends Fields }
      ? ValuesOf<F>
      : Values
    : never
}[keyof Transitions<R>]

export interface Act<R extends RecordModel, Input = Values> {
  readonly turn: Turn
  /** Before the transition, locked. */
  readonly row: RowOf<R>
  readonly input: Input
  readonly transition: string
  readonly records: Writer
}
export interface Saving<R extends RecordModel> {
  readonly turn: Turn
  /** null when it is new. */
  readonly before: RowOf<R> | null
  readonly after: RowOf<R>
  readonly records: Writer
}

/** What a record has of its own beyond its declaration. Guards and effects throw a Refusal to say no; effects return further columns. */
export type Service<R extends RecordModel> = {
  readonly record: R
  /** Rows nobody finds, on top of the scope: columns that must (not) have a value. */
  readonly hide?: { readonly field: string; readonly value: string }
  /** Checks and completes a row before it is written by a person or import. */
  beforeSave?(saving: Saving<R>): Promise<Partial<RowOf<R>> | void>
  /** What belongs to the row and needs it written: in the same transaction. Not for what services write. */
  afterSave?(saving: Saving<R>): Promise<void>
  beforeRemove?(act: Omit<Act<R>, 'input' | 'transition'>): Promise<void>
} & ([Named<R, 'guard'>] extends [never]
  ? unknown
  : { readonly guards: { [N in Named<R, 'guard'>]: (act: Act<R, InputOf<R, 'guard', N>>) => Promise<void> } }) &
  ([Named<R, 'effect'>] extends [never]
    ? unknown
    : { readonly effects: { [N in Named<R, 'effect'>]: (act: Act<R, InputOf<R, 'effect', N>>) => Promise<Partial<RowOf<R>> | void> } })

/** A service once its record's type is forgotten. */
export interface AnyService {
  readonly record: RecordModel
  readonly hide?: { readonly field: string; readonly value: string }
  beforeSave?(saving: { turn: Turn; before: Row | null; after: Row; records: Writer }): Promise<Values | void>
  afterSave?(saving: { turn: Turn; before: Row | null; after: Row; records: Writer }): Promise<void>
  beforeRemove?(act: { turn: Turn; row: Row; records: Writer }): Promise<void>
  readonly guards?: Readonly<Record<string, (act: AnyAct) => Promise<void>>>
  readonly effects?: Readonly<Record<string, (act: AnyAct) => Promise<Values | void>>>
}
export interface AnyAct {
  readonly turn: Turn
  readonly row: Row
  readonly input: Values
  readonly transition: string
  readonly records: Writer
}
/** What another module has to say when a record of a module it needs is written; runs after the record's own service. */
export interface Watch<R extends RecordModel> {
  readonly record: R
  /** Refuses, or completes the row as its service does. */
  beforeSave?(saving: Saving<R>): Promise<Partial<RowOf<R>> | void>
  afterSave?(saving: Saving<R>): Promise<void>
}
export type AnyWatch = Pick<AnyService, 'record' | 'beforeSave' | 'afterSave'>
export function defineWatch<R extends RecordModel>(watch: Watch<R>): AnyWatch {
  return watch as unknown as AnyWatch
}
export function defineService<R extends RecordModel>(service: Service<R>): AnyService {
  return service
}

export interface RecordsParts {
  readonly db: Kysely<Database>
  readonly clock: Clock
  readonly audit: AuditLog
  readonly org: string
  readonly services: readonly AnyService[]
  readonly live: LivePort
  /** Those this installation has; all, when not given. Nobody finds rows of the others. */
  readonly records?: readonly RecordModel[]
  /** Ids of new rows: 12 characters of 0-9a-z. */
  readonly newId?: () => string
}
