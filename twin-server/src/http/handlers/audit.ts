import { sql } from 'kysely'
import type { Handlers } from '../call.ts'
import { pagePart } from '../paging.ts'
import type { HttpParts } from '../parts.ts'

export function auditHandlers({ store, security }: HttpParts): Pick<Handlers, 'audit' | 'auditVerify'> {
  return {
    audit: async ({ principal, query }) => {
      const found = store.db
        .selectFrom('audit_log')
        .where('org', '=', principal.org)
        .$if(query.user !== undefined, (q) =>
          q.where((or) => or.or([or('user_name', '=', query.user ?? ''), or('user_id', '=', query.user ?? '')])),
        )
        // A kind names its family too: `command` finds `command.issue` and `command.approve`.
        .$if(query.kind !== undefined, (q) =>
          q.where((or) => or.or([or('kind', '=', query.kind ?? ''), or('kind', 'like', `${escaped(query.kind ?? '')}.%`)])),
        )
        .$if(query.result !== undefined, (q) => q.where('result', '=', query.result ?? ''))
        .$if(query.from !== undefined, (q) => q.where('at', '>=', query.from ?? 0))
        .$if(query.to !== undefined, (q) => q.where('at', '<', query.to ?? 0))
      const { total } = await found.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow()
      const part = pagePart(total, query.page, query.size)
      const rows = await found
        .selectAll()
        .orderBy('id', part.backwards ? 'asc' : 'desc')
        .limit(part.limit)
        .offset(part.offset)
        .execute()
      if (part.backwards) rows.reverse()
      return {
        total,
        rows: rows.map((row) => ({
          id: String(row.id),
          at: row.at,
          user: row.user_id,
          userName: row.user_name,
          from: row.from_addr,
          kind: row.kind,
          target: row.target,
          result: row.result,
          before: row.before,
          after: row.after,
          hash: row.hash,
        })),
      }
    },
    auditVerify: () => security.audit.verify(),
  }
}

/** Text that `like` takes literally. */
export const escaped = (text: string): string => text.replaceAll(/[\\%_]/g, (c) => `\\${c}`)
