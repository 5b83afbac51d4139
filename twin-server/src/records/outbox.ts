import { sql } from 'kysely'
import type { Clock } from '@twin/actors/runtime'
import { inRounds } from './rounds.ts'
import type { AnyDb } from './types.ts'

export type OutboxHandler = (body: unknown, org: string) => Promise<void>
export interface Outbox {
  /** Sends what waits; resolves when nothing is left that can be sent now. */
  drain(): Promise<void>
  /** Retries what failed every few seconds until the signal. */
  start(signal: AbortSignal, failed?: (error: unknown) => void): void
}

/**
 * Messages that commits left behind for the world outside. At least once, in no promised order: several servers share the work, each row is held
 * by one. A message that fails stays, with its error, and is tried again at the next round.
 */
export function createOutbox(db: AnyDb, clock: Clock, handlers: Readonly<Record<string, OutboxHandler>>): Outbox {
  async function round(): Promise<void> {
    let last = 0
    for (;;) {
      const next = await db.transaction().execute(async (trx) => {
        const row = await trx
          .selectFrom('recordOutbox')
          .select(['id', 'kind', 'body', 'org'])
          .where('doneAt', 'is', null)
          .where('id', '>', last)
          .orderBy('id')
          .limit(1)
          .forUpdate()
          .skipLocked()
          .executeTakeFirst()
        if (!row) return null
        const failure = await send(String(row['kind']), row['body'], String(row['org']))
        const done = failure === null ? { doneAt: Math.trunc(clock.now()), error: null } : { error: failure }
        await trx
          .updateTable('recordOutbox')
          .set({ ...done, attempts: sql`attempts + 1` })
          .where('id', '=', row['id'])
          .execute()
        return Number(row['id'])
      })
      if (next === null) return
      last = next
    }
  }
  async function send(kind: string, body: unknown, org: string): Promise<string | null> {
    const handler = handlers[kind]
    if (!handler) return `nothing handles '${kind}'`
    try {
      await handler(body, org)
      return null
    } catch (error) {
      return error instanceof Error ? error.message : 'failed'
    }
  }

  const { now, start } = inRounds(5000, round)
  return { drain: now, start }
}
