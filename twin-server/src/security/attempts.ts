import { type Kysely, sql } from 'kysely'
import type { Clock } from '@twin/actors/runtime'
import type { AuthDatabase } from './tables.ts'

const limit = 5
const windowMs = 15 * 60_000

/**
 * Failed passwords by user name, whether or not such a user exists, so that a lock tells nothing about it.
 * Five failures lock the name until 15 minutes have passed since the last one; also with the right password.
 */
export interface Attempts {
  /** Ms until the name is free again; 0 = free now. */
  lockedFor(username: string): Promise<number>
  failed(username: string): Promise<void>
  succeeded(username: string): Promise<void>
  /** Checks of one name take turns: guesses sent at once must not all pass before the first is counted. */
  inTurn<T>(username: string, work: () => Promise<T>): Promise<T>
}

export function createAttempts(db: Kysely<AuthDatabase>, clock: Clock, org: string): Attempts {
  const turns = new Map<string, Promise<unknown>>()
  return {
    async lockedFor(username) {
      const row = await db.selectFrom('auth_attempt').select(['failures', 'last_at']).where('username', '=', username).executeTakeFirst()
      return row && row.failures >= limit ? Math.max(0, row.last_at + windowMs - clock.now()) : 0
    },
    async failed(username) {
      const now = Math.trunc(clock.now())
      await db
        .deleteFrom('auth_attempt')
        .where('last_at', '<', now - windowMs)
        .execute()
      await db
        .insertInto('auth_attempt')
        .values({ username, org, failures: 1, first_at: now, last_at: now })
        .onConflict((on) => on.column('username').doUpdateSet({ failures: sql`auth_attempt.failures + 1`, last_at: now }))
        .execute()
    },
    async succeeded(username) {
      await db.deleteFrom('auth_attempt').where('username', '=', username).execute()
    },
    async inTurn(username, work) {
      const before = turns.get(username) ?? Promise.resolve()
      const mine = before.then(work, work)
      const settled = mine.catch(() => undefined)
      turns.set(username, settled)
      try {
        return await mine
      } finally {
        if (turns.get(username) === settled) turns.delete(username)
      }
    },
  }
}
