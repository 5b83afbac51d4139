import { type Kysely, type Transaction, sql } from 'kysely'
import type { Clock } from '@twin/actors/runtime'
import { type AuditContent, type AuditEntry, chainStart, contentOf, linkHash } from './audit-chain.ts'
import type { AuthDatabase } from './tables.ts'

export interface AuditVerdict {
  readonly ok: boolean
  readonly rows: number
  /** Id of the first row that does not fit its chain; `head` when the end was cut off; null = unbroken. */
  readonly firstBroken: string | null
}

export interface AuditLog {
  /** Durable when it resolves. Entries that come together are written together. */
  append(entry: AuditEntry): Promise<void>
  /** In the transaction of the change it records. */
  appendIn(trx: Transaction<AuthDatabase>, entry: AuditEntry): Promise<void>
  verify(): Promise<AuditVerdict>
}

/** Append-only log with a hash chain per organisation; the head row serialises its writers. */
export function createAuditLog(db: Kysely<AuthDatabase>, clock: Clock, org: string): AuditLog {
  let waiting: { entry: AuditEntry; at: number; done: (error: unknown) => void }[] = []
  let writing = false

  async function write(trx: Transaction<AuthDatabase>, contents: readonly AuditContent[]): Promise<void> {
    await sql`insert into audit_head (org, rows, hash) values (${org}, 0, ${chainStart}) on conflict (org) do nothing`.execute(trx)
    const head = await trx.selectFrom('audit_head').select(['rows', 'hash']).where('org', '=', org).forUpdate().executeTakeFirstOrThrow()
    let hash = head.hash
    for (const content of contents) {
      const prev_hash = hash
      hash = linkHash(prev_hash, content)
      // One by one: ids must come in chain order.
      await trx
        .insertInto('audit_log')
        .values({ ...content, before: json(content.before), after: json(content.after), prev_hash, hash })
        .execute()
    }
    await trx
      .updateTable('audit_head')
      .set({ rows: head.rows + contents.length, hash })
      .where('org', '=', org)
      .execute()
  }

  async function drain(): Promise<void> {
    writing = true
    while (waiting.length > 0) {
      const batch = waiting.splice(0, 200)
      const error = await db
        .transaction()
        .execute((trx) =>
          write(
            trx,
            batch.map(({ entry, at }) => contentOf(org, at, entry)),
          ),
        )
        .then(
          () => undefined,
          (reason: unknown) => reason ?? new Error('audit'),
        )
      for (const { done } of batch) done(error)
    }
    writing = false
  }

  return {
    append: (entry) =>
      new Promise((resolve, reject) => {
        waiting.push({
          entry,
          at: Math.trunc(clock.now()),
          done: (error) => (error === undefined ? resolve() : reject(error instanceof Error ? error : new Error('audit'))),
        })
        if (!writing) void drain()
      }),
    appendIn: (trx, entry) => write(trx, [contentOf(org, Math.trunc(clock.now()), entry)]),
    verify: () => verifyAuditChain(db, org),
  }
}

/** jsonb, where null means "nothing said" and is stored as SQL null. */
const json = (value: unknown): unknown => (value === null ? null : sql`${JSON.stringify(value)}::text::jsonb`)

/** Recomputes the chain from its start, page by page, on one snapshot so that rows written meanwhile do not disturb. */
export async function verifyAuditChain(db: Kysely<AuthDatabase>, org: string): Promise<AuditVerdict> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      const head = await trx.selectFrom('audit_head').select(['rows', 'hash']).where('org', '=', org).executeTakeFirst()
      let rows = 0
      let last = 0
      let hash = chainStart
      for (;;) {
        const page = await trx
          .selectFrom('audit_log')
          .selectAll()
          .where('org', '=', org)
          .where('id', '>', last)
          .orderBy('id')
          .limit(2000)
          .execute()
        for (const row of page) {
          rows++
          if (row.prev_hash !== hash || row.hash !== linkHash(hash, row)) return { ok: false, rows, firstBroken: String(row.id) }
          hash = row.hash
          last = row.id
        }
        if (page.length < 2000) break
      }
      const whole = rows === (head?.rows ?? 0) && hash === (head?.hash ?? chainStart)
      return { ok: whole, rows, firstBroken: whole ? null : 'head' }
    })
}
