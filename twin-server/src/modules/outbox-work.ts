import type { Records } from '../records/engine.ts'
import type { LivePort } from './live-port.ts'

export interface OutboxMessage {
  /** As it was emitted; check it, an older release may have written it. */
  readonly body: unknown
  readonly org: string
  readonly records: Records
  readonly live: LivePort
}
/** Throws to be tried again later. */
export type OutboxWork = (message: OutboxMessage) => Promise<void>
