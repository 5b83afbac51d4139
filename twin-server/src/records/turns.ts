import { type Kysely, sql, type Transaction } from 'kysely'
import type { Clock } from '@twin/actors/runtime'
import type { AuditLog } from '../security/index.ts'
import type { LivePort } from '../modules/live-port.ts'
import type { Database } from '../store/index.ts'
import { camelTables, plainTables } from './columns.ts'
import type { Actor, AnyTables, Turn } from './types.ts'

/** Turns that met in crossed locks, or wrote what another has read: Postgres lets one of them go. */
const crossed = new Set(['40P01', '40001'])
const ATTEMPTS = 4

export const bellChannel = 'twin_records'

export interface Turns {
  /** Runs one unit of work in a transaction, again when it was undone for crossing another's locks; log lines come last, because their chain lets only one writer at a time. */
  run<T>(actor: Actor, work: (turn: Turn) => Promise<T>): Promise<T>
  /** Here at once and awaited, so that the answer already stands on what changed; other servers hear the bells. */
  onCommit(listener: (bells: ReadonlySet<string>, emitted: boolean) => Promise<void>): void
}

export function createTurns(db: Kysely<Database>, clock: Clock, audit: AuditLog, live: LivePort): Turns {
  const listeners: ((bells: ReadonlySet<string>, emitted: boolean) => Promise<void>)[] = []
  return {
    onCommit: (listener) => void listeners.push(listener),
    async run(actor, work) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await once(actor, work)
        } catch (error) {
          if (attempt === ATTEMPTS || !crossed.has(String((error as { code?: unknown }).code))) throw error
        }
      }
    },
  }

  async function once<T>(actor: Actor, work: (turn: Turn) => Promise<T>): Promise<T> {
    let emitted = false
    let rung: ReadonlySet<string> = new Set()
    const result = await camelTables(db)
      .transaction()
      .execute(async (trx) => {
        const outbox: { kind: string; body: unknown }[] = []
        const turn: Turn = {
          trx,
          tables: trx,
          actor,
          now: Math.trunc(clock.now()),
          live,
          audit: [],
          bells: new Set(),
          emit: (kind, body) => void outbox.push({ kind, body }),
        }
        const done = await work(turn)
        for (const { kind, body } of outbox)
          await trx
            .insertInto('recordOutbox')
            .values({ org: actor.org, at: turn.now, kind, body: sql`${JSON.stringify(body)}::text::jsonb` })
            .execute()
        await ring(trx, [...turn.bells])
        for (const entry of turn.audit) await audit.appendIn(plainTables(trx), entry)
        emitted = outbox.length > 0
        rung = turn.bells
        return done
      })
    await Promise.all(listeners.map((listener) => listener(rung, emitted)))
    return result
  }
}

/** Heard by every server after the commit, and only then. A notification holds 8000 bytes. */
async function ring(trx: Transaction<AnyTables>, bells: readonly string[]): Promise<void> {
  for (let i = 0; i < bells.length; i += 100)
    await sql`select pg_notify(${bellChannel}, ${JSON.stringify(bells.slice(i, i + 100))})`.execute(trx)
}
