import { sql } from 'kysely'
import { LIMIT_MS, outcomeOf, sending, type SiteRow, switchOvers } from '../../standby/index.ts'
import type { Handlers } from '../call.ts'
import type { HttpParts } from '../parts.ts'

export function standbyHandlers({ store, clock }: HttpParts): Pick<Handlers, 'standby'> {
  return {
    standby: async () => {
      const { rows } = await sql<Omit<SiteRow, 'site'>>`
        select name, address, epoch, policy, protected, since from tw_site`.execute(store.db)
      const at = Math.trunc(clock.now())
      return {
        at,
        site: rows[0] ?? null,
        standby: await sending(store.db),
        limitMs: LIMIT_MS,
        moves: (await switchOvers(store.db)).map((move) => ({ ...move, ...outcomeOf(move, at) })),
      }
    },
  }
}
