import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { v7 } from 'uuid'
import type { Runtime } from '@twin/actors/runtime'
import type { Person } from '@twin/models/twin'
import type { AuthTables, Security } from '../../security/index.ts'
import { Refusal, type RefusalOptions, type RefusalReason, isRejectCode, rejectMessage } from '../api-error.ts'
import type { HttpParts } from '../parts.ts'
import { refuse } from '../pipeline.ts'
import { refusalOf } from '../reply.ts'
import { type CommandRow, recordAsRow, stateAsRow } from './command-rows.ts'

/** What is asked, kept until the actors took it. */
export interface CommandWish {
  readonly org: string
  readonly station: string
  readonly target: string
  readonly code: string
  readonly args: Readonly<Record<string, unknown>>
  readonly reason: string
  readonly by: Person
  readonly confirmed: boolean
}
/** Kept with the attempt: null while asked, then whether it was taken or how it was refused. */
type Outcome = { readonly taken: true } | { readonly taken: false; readonly reason: RefusalReason; readonly options: RefusalOptions }

export interface CommandIntake {
  /** Same key and same wish → the same command again; same key and another wish → `invalid`. A rejected command is a `conflict`. */
  take(wish: CommandWish, key: string): Promise<CommandRow>
}

export function createCommandIntake({ store, runtime, clock }: Pick<HttpParts, 'store' | 'runtime' | 'clock'>): CommandIntake {
  const db = store.db.withTables<AuthTables>()
  const underWay = new Map<string, Promise<CommandRow>>()

  async function reserve(wish: CommandWish, key: string): Promise<{ readonly id: string; readonly fresh: boolean }> {
    const hash = createHash('sha256')
      .update(
        JSON.stringify([
          wish.by.id,
          wish.target,
          wish.code,
          Object.entries(wish.args).toSorted(([a], [b]) => (a < b ? -1 : 1)),
          wish.reason,
        ]),
      )
      .digest('hex')
    const id = v7()
    const at = Math.trunc(clock.now())
    return db.transaction().execute(async (trx) => {
      const inserted = await trx
        .insertInto('command_intake')
        .values({ org: wish.org, idem_key: key, hash, command: id, at })
        .onConflict((on) => on.columns(['org', 'idem_key']).doNothing())
        .returning('command')
        .executeTakeFirst()
      if (inserted) {
        const request = sql`${JSON.stringify(wish)}::text::jsonb`
        await trx.insertInto('command_attempt').values({ command: id, org: wish.org, at, request, outcome: null }).execute()
        return { id, fresh: true }
      }
      const known = await trx
        .selectFrom('command_intake')
        .select(['command', 'hash'])
        .where('org', '=', wish.org)
        .where('idem_key', '=', key)
        .executeTakeFirstOrThrow()
      if (known.hash !== hash)
        refuse('invalid', {
          code: 'idempotency-key-reused',
          field: 'idempotencyKey',
          message: { zh: '该幂等键已用于另一条命令', en: 'This idempotency key was used for another command' },
        })
      return { id: known.command, fresh: false }
    })
  }

  async function settle(id: string, outcome: Outcome): Promise<void> {
    await db
      .updateTable('command_attempt')
      .set({ outcome: sql`${JSON.stringify(outcome)}::text::jsonb` })
      .where('command', '=', id)
      .execute()
  }

  async function release(id: string): Promise<void> {
    await db.deleteFrom('command_intake').where('command', '=', id).execute()
  }

  async function request(id: string, { org: _org, ...wish }: CommandWish): Promise<CommandRow> {
    const reply = await runtime.ask({ type: 'command.request', id, ...wish })
    if (!reply.ok) {
      const { reason, options } = refusalOf(reply)
      await settle(id, { taken: false, reason, options })
      // It never got anywhere: the same wish may be sent again under its key.
      if (reason === 'throttled' || reason === 'unavailable') await release(id)
      return rejected(id, reason, options)
    }
    await settle(id, { taken: true })
    return reply.command ? orRejected(stateAsRow(runtime, reply.command)) : again(id)
  }

  /** The refusal with the words for its code, and with the command's row where it got that far. */
  async function rejected(id: string, reason: RefusalReason, options: RefusalOptions): Promise<never> {
    const row = await db.selectFrom('command').selectAll().where('id', '=', id).executeTakeFirst()
    throw new Refusal(reason, {
      ...options,
      ...(isRejectCode(options.code) ? { message: rejectMessage(options.code) } : {}),
      ...(row ? { detail: recordAsRow(runtime, row) } : {}),
    })
  }

  /** The answer given before, or the state the command has reached since. */
  async function again(id: string): Promise<CommandRow> {
    const attempt = await db.selectFrom('command_attempt').select('outcome').where('command', '=', id).executeTakeFirst()
    const outcome = attempt?.outcome as Outcome | null | undefined
    if (outcome && !outcome.taken) return rejected(id, outcome.reason, outcome.options)
    const row = await db.selectFrom('command').selectAll().where('id', '=', id).executeTakeFirst()
    if (row) return orRejected(recordAsRow(runtime, row))
    return refuse('conflict', { code: 'BUSY', message: { zh: '该命令正在受理中', en: 'This command is being taken right now' } })
  }

  return {
    async take(wish, key) {
      const slot = `${wish.org} ${key}`
      for (;;) {
        const running = underWay.get(slot)
        if (!running) break
        await running.catch(() => undefined)
      }
      const work = reserve(wish, key).then(({ id, fresh }) => (fresh ? request(id, wish) : again(id)))
      underWay.set(slot, work)
      try {
        return await work
      } finally {
        underWay.delete(slot)
      }
    },
  }
}

/** A rejected command is an answer of its own: 409 with the code, its words and the whole row. */
export function orRejected(row: CommandRow): CommandRow {
  if (row.phase !== 'REJECTED') return row
  const code = row.rejectCode ?? 'conflict'
  throw new Refusal('conflict', { code, message: rejectMessage(code), detail: row })
}

/**
 * At start, before anything is taken: what was asked but never reached the actors has expired. It is never replayed, because nobody
 * knows whether it is still wanted. What did reach them only lacks its audit line. Returns how many expired.
 */
export async function expireUntaken(
  parts: Pick<HttpParts, 'store' | 'clock'> & {
    readonly runtime: Pick<Runtime, 'stationOf'>
    readonly security: Pick<Security, 'audit'>
    /** Other nodes may be taking what is younger. */
    readonly olderThanMs?: number
  },
): Promise<number> {
  const { store, clock, security } = parts
  const db = store.db.withTables<AuthTables>()
  const open = await db
    .selectFrom('command_attempt')
    .select(['command', 'at', 'request'])
    .where('outcome', 'is', null)
    .where('at', '<=', Math.trunc(parts.clock.now()) - (parts.olderThanMs ?? 0))
    .orderBy('at')
    .execute()
  let expired = 0
  for (const { command: id, at, request } of open) {
    const wish = request as CommandWish
    const now = Math.trunc(clock.now())
    const detail = '受理前服务器重启 The server restarted before it was taken'
    const taken = await db.transaction().execute(async (trx) => {
      const steps = [
        { phase: 'REQUESTED' as const, at, by: wish.by.id, detail: null },
        { phase: 'EXPIRED' as const, at: now, by: null, detail },
      ]
      const jsonb = (value: unknown) => sql<never>`${JSON.stringify(value)}::text::jsonb`
      const inserted = await trx
        .insertInto('command')
        .values({
          id,
          org: wish.org,
          station: wish.station,
          target: wish.target,
          code: wish.code,
          args: jsonb(wish.args),
          reason: wish.reason,
          requested_by: jsonb(wish.by),
          approved_by: null,
          phase: 'EXPIRED',
          reject_code: 'EXPIRED',
          detail,
          issued_at: at,
          ended_at: now,
          deadline: null,
          expires_at: null,
          n: null,
          attempts: 0,
          video: 'notRequired',
          steps: jsonb(steps),
          before: jsonb({}),
          after: jsonb({}),
        })
        .onConflict((on) => on.column('id').doNothing())
        .returning('id')
        .executeTakeFirst()
      await trx
        .updateTable('command_attempt')
        .set({ outcome: jsonb({ taken: true }) })
        .where('command', '=', id)
        .execute()
      return inserted === undefined
    })
    if (!taken) expired++
    const { code, args, reason } = wish
    const result = taken ? 'ok' : 'EXPIRED'
    await security.audit.append({
      user: wish.by.id,
      userName: wish.by.name,
      from: wish.by.from,
      kind: 'command.issue',
      target: wish.target,
      result,
      after: { id, code, args, reason },
    })
  }
  return expired
}
