import type { Kysely } from 'kysely'
import type { Runtime } from '@twin/actors/runtime'
import { isFinal } from '@twin/models/commands'
import type { AuthTables, Security } from '../security/index.ts'
import type { Database } from '../store/index.ts'

interface CommandLogParts {
  readonly runtime: Pick<Runtime, 'onCommitted'>
  readonly db: Kysely<Database>
  readonly security: Pick<Security, 'audit'>
  readonly failed: (error: unknown) => void
}

/** One audit line per command that ended, with the values before and after, in the name of who asked for it. Returns its stop. */
export function logCommandEnds({ runtime, db: plain, security, failed }: CommandLogParts): () => void {
  const db = plain.withTables<AuthTables>()
  return runtime.onCommitted(({ batch }) => {
    for (const { fact } of batch.facts) if (fact.kind === 'command.moved' && isFinal(fact.body.phase)) ended(fact.body.id).catch(failed)
  })

  async function ended(id: string): Promise<void> {
    const row = await db.selectFrom('command').selectAll().where('id', '=', id).executeTakeFirst()
    if (!row) return
    const user = await db.selectFrom('auth_user').select('username').where('id', '=', row.requested_by.id).executeTakeFirst()
    await security.audit.append({
      user: row.requested_by.id,
      userName: user?.username ?? row.requested_by.name,
      from: row.requested_by.from,
      kind: 'command.end',
      target: row.target,
      result: row.phase,
      before: row.before,
      after: {
        ...row.after,
        id,
        code: row.code,
        rejectCode: row.reject_code,
        detail: row.detail,
        approvedBy: row.approved_by?.name ?? null,
      },
    })
  }
}
