import type { z } from 'zod'
import type { operations, OperationName } from '@twin/models/api'
import type { Person } from '@twin/models/twin'
import type { Principal } from '../security/index.ts'

type Declared<Name extends OperationName> = (typeof operations)[Name]
type Out<Schema> = Schema extends z.ZodType ? z.output<Schema> : never

/** A download. `write` is called once the headers are out; it ends the stream by returning. */
export interface FileAnswer {
  readonly name: string
  readonly type: string
  readonly body: ReadableStream<Uint8Array>
}

/** The declared result, or a file where the table says `file` (there the schema is unknown). */
export type ResultOf<Name extends OperationName> =
  unknown extends Out<Exclude<Declared<Name>['result'], 'file'>> ? FileAnswer : Out<Exclude<Declared<Name>['result'], 'file'>>

/** One request after all checks: signed in, permitted, in scope, valid. */
export interface Call<Name extends OperationName> {
  readonly params: Out<NonNullable<Declared<Name>['params']>>
  readonly query: Out<NonNullable<Declared<Name>['query']>>
  readonly body: Out<NonNullable<Declared<Name>['body']>>
  /** Throws for operations that are public. */
  readonly principal: Principal
  /** The same with the address, as the actors want it. */
  readonly person: Person
  readonly headers: Headers
  /** Adds to the audit line that the server writes for this operation. */
  readonly note: (note: AuditNote) => void
}
export interface AuditNote {
  readonly target?: string
  readonly before?: unknown
  readonly after?: unknown
  /** The handler wrote the line itself, in the transaction of its change. */
  readonly written?: boolean
}

export type Handler<Name extends OperationName> = (call: Call<Name>) => Promise<ResultOf<Name>>
/** A handler for every operation of the table: a missing one does not compile. */
export type Handlers = { readonly [Name in OperationName]: Handler<Name> }
