import { type Kysely, type Transaction, sql } from 'kysely'
import { customAlphabet, nanoid } from 'nanoid'
import type { Clock } from '@twin/actors/runtime'
import type { AuditLog } from './audit-log.ts'
import { hashPassword, passwordFault } from './password.ts'
import type { Role } from './principal.ts'
import type { AuthDatabase } from './tables.ts'

/** Ids of people look like those of stations and devices. */
const newId = customAlphabet('0123456789abcdefghijklmnopqrstuvwxyz', 12)

export interface UserRow {
  readonly id: string
  readonly username: string
  readonly name: string
  readonly department: string | null
  readonly role: Role
  readonly stations: readonly string[] | null
  readonly disabled: boolean
  readonly mustChangePassword: boolean
  readonly lastSignInAt: number | null
}
export interface NewUser {
  readonly username: string
  readonly name: string
  readonly department?: string | null
  readonly role: Role
  readonly stations: readonly string[] | null
  readonly password: string
}
export interface UserChange {
  readonly name?: string | undefined
  readonly department?: string | null | undefined
  readonly role?: Role | undefined
  readonly stations?: readonly string[] | null | undefined
  readonly disabled?: boolean | undefined
  readonly password?: string | undefined
}
/** Who changes users, for the log. `id` null: the installation itself. */
export interface Actor {
  readonly id: string | null
  readonly name: string
  readonly from: string | null
}
export type UserResult =
  | { readonly ok: true; readonly user: UserRow }
  | {
      readonly ok: false
      readonly reason: 'not-found' | 'username-taken' | 'weak-password' | 'last-administrator' | 'oneself'
      readonly detail?: string
    }

export interface Users {
  list(filter: { readonly text?: string | undefined; readonly page: number; readonly size: number }): Promise<{
    readonly rows: readonly UserRow[]
    readonly total: number
  }>
  byId(id: string): Promise<UserRow | undefined>
  count(): Promise<number>
  create(user: NewUser, by: Actor, mustChangePassword?: boolean): Promise<UserResult>
  update(id: string, change: UserChange, by: Actor): Promise<UserResult>
  /** Ends the account and its sessions; its login name is free again, what it did keeps the person's name. */
  remove(id: string, by: Actor): Promise<UserResult>
  /** The caller has checked the present password. Ends the user's other sessions. */
  setOwnPassword(id: string, next: string, keepToken: string | undefined, by: Actor): Promise<UserResult>
}

export function createUsers(
  db: Kysely<AuthDatabase>,
  clock: Clock,
  org: string,
  audit: AuditLog,
  changed: (userId: string) => void,
): Users {
  const rows = () =>
    db
      .selectFrom('auth_user')
      .select(['id', 'username', 'name', 'department', 'role', 'stations', 'disabled', 'must_change_password', 'last_sign_in_at'])
      .where('org', '=', org)
      .where('deleted_at', 'is', null)
  const byId = async (id: string): Promise<UserRow | undefined> => {
    const row = await rows().where('id', '=', id).executeTakeFirst()
    return row && asUser(row)
  }
  const saved = async (id: string): Promise<UserResult> => {
    const user = await byId(id)
    return user ? { ok: true, user } : { ok: false, reason: 'not-found' }
  }
  const setPassword = async (
    trx: Transaction<AuthDatabase>,
    id: string,
    hashed: string,
    mustChange: boolean,
    keepToken?: string,
  ): Promise<void> => {
    const now = Math.trunc(clock.now())
    await trx.updateTable('auth_account').set({ password: hashed, updated_at: now }).where('user_id', '=', id).execute()
    await trx.updateTable('auth_user').set({ must_change_password: mustChange, updated_at: now }).where('id', '=', id).execute()
    await trx
      .deleteFrom('auth_session')
      .where('user_id', '=', id)
      .where('token', '!=', keepToken ?? '')
      .execute()
  }

  /** The account, locked, and whether it is the last administrator. Those are locked together, so that two cannot remove each other at once. */
  const taken = async (trx: Transaction<AuthDatabase>, id: string) => {
    const administrators = await trx
      .selectFrom('auth_user')
      .select('id')
      .where('org', '=', org)
      .where('role', '=', 'administrator')
      .where('disabled', '=', false)
      .orderBy('id')
      .forUpdate()
      .execute()
    const old = await trx
      .selectFrom('auth_user')
      .selectAll()
      .where('org', '=', org)
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
      .forUpdate()
      .executeTakeFirst()
    return { old, last: administrators.length === 1 && administrators[0]?.id === id }
  }

  return {
    byId,
    async list({ text, page, size }) {
      const like = `%${(text ?? '').replaceAll(/[\\%_]/g, (c) => `\\${c}`)}%`
      const found = rows().$if(Boolean(text), (query) =>
        query.where((where) =>
          where.or([where('username', 'ilike', like), where('name', 'ilike', like), where('department', 'ilike', like)]),
        ),
      )
      const { total } = await found
        .clearSelect()
        .select(sql<string>`count(*)`.as('total'))
        .executeTakeFirstOrThrow()
      const list = await found
        .orderBy('username')
        .limit(size)
        .offset((page - 1) * size)
        .execute()
      return { rows: list.map(asUser), total: Number(total) }
    },
    async count() {
      const { total } = await db
        .selectFrom('auth_user')
        .select(sql<string>`count(*)`.as('total'))
        .executeTakeFirstOrThrow()
      return Number(total)
    },
    async create(user, by, mustChangePassword = true) {
      const fault = passwordFault(user.password)
      if (fault) return { ok: false, reason: 'weak-password', detail: fault }
      const hashed = await hashPassword(user.password)
      const id = newId()
      const now = Math.trunc(clock.now())
      const username = user.username.toLowerCase()
      const known = await db.transaction().execute(async (trx) => {
        const inserted = await trx
          .insertInto('auth_user')
          .values({
            id,
            org,
            username,
            name: user.name,
            // better-auth wants an address; nobody is ever written to.
            email: `${id}@users.invalid`,
            email_verified: true,
            image: null,
            role: user.role,
            stations: user.stations === null ? null : [...user.stations],
            disabled: false,
            must_change_password: mustChangePassword,
            last_sign_in_at: null,
            deleted_at: null,
            department: user.department ?? null,
            kind: 'staff',
            expires_at: null,
            mobile: null,
            password_set_at: now,
            created_at: now,
            updated_at: now,
          })
          .onConflict((on) => on.column('username').doNothing())
          .returning('id')
          .executeTakeFirst()
        if (!inserted) return true
        await trx
          .insertInto('auth_account')
          .values({
            id: nanoid(),
            user_id: id,
            provider_id: 'credential',
            account_id: id,
            password: hashed,
            created_at: now,
            updated_at: now,
          })
          .execute()
        const after = { username, name: user.name, department: user.department ?? null, role: user.role, stations: user.stations }
        await audit.appendIn(trx, { ...whoOf(by), kind: 'user.create', target: username, result: 'ok', after })
        return false
      })
      return known ? { ok: false, reason: 'username-taken' } : saved(id)
    },
    async update(id, change, by) {
      const fault = change.password === undefined ? null : passwordFault(change.password)
      if (fault) return { ok: false, reason: 'weak-password', detail: fault }
      const hashed = change.password === undefined ? undefined : await hashPassword(change.password)
      const refused = await db.transaction().execute(async (trx): Promise<'not-found' | 'last-administrator' | null> => {
        const { old, last } = await taken(trx, id)
        if (!old) return 'not-found'
        const falls = change.disabled === true || (change.role !== undefined && change.role !== 'administrator')
        if (falls && last) return 'last-administrator'
        const next = {
          name: change.name ?? old.name,
          department: change.department === undefined ? old.department : change.department,
          role: change.role ?? old.role,
          stations: change.stations === undefined ? old.stations : change.stations === null ? null : [...change.stations],
          disabled: change.disabled ?? old.disabled,
        }
        await trx
          .updateTable('auth_user')
          .set({ ...next, updated_at: Math.trunc(clock.now()) })
          .where('id', '=', id)
          .execute()
        if (hashed !== undefined) await setPassword(trx, id, hashed, true)
        if (next.disabled) await trx.deleteFrom('auth_session').where('user_id', '=', id).execute()
        await audit.appendIn(trx, {
          ...whoOf(by),
          kind: 'user.update',
          target: old.username,
          result: 'ok',
          before: { name: old.name, department: old.department, role: old.role, stations: old.stations, disabled: old.disabled },
          after: { ...next, ...(hashed === undefined ? {} : { password: 'reset' }) },
        })
        return null
      })
      if (refused) return { ok: false, reason: refused }
      changed(id)
      return saved(id)
    },
    async remove(id, by) {
      if (id === by.id) return { ok: false, reason: 'oneself' }
      const user = await byId(id)
      const refused = await db.transaction().execute(async (trx): Promise<'not-found' | 'last-administrator' | null> => {
        const { old, last } = await taken(trx, id)
        if (!old) return 'not-found'
        if (last) return 'last-administrator'
        const now = Math.trunc(clock.now())
        await trx
          .updateTable('auth_user')
          .set({ disabled: true, deleted_at: now, updated_at: now, username: id })
          .where('id', '=', id)
          .execute()
        await trx.deleteFrom('auth_session').where('user_id', '=', id).execute()
        await trx.deleteFrom('auth_account').where('user_id', '=', id).execute()
        const before = { name: old.name, role: old.role, stations: old.stations }
        await audit.appendIn(trx, { ...whoOf(by), kind: 'user.delete', target: old.username, result: 'ok', before })
        return null
      })
      if (refused || !user) return { ok: false, reason: refused ?? 'not-found' }
      changed(id)
      return { ok: true, user }
    },
    async setOwnPassword(id, next, keepToken, by) {
      const fault = passwordFault(next)
      if (fault) return { ok: false, reason: 'weak-password', detail: fault }
      const hashed = await hashPassword(next)
      await db.transaction().execute(async (trx) => {
        await setPassword(trx, id, hashed, false, keepToken)
        await audit.appendIn(trx, { ...whoOf(by), kind: 'user.password', target: by.name, result: 'ok' })
      })
      changed(id)
      return saved(id)
    },
  }
}

const whoOf = (by: Actor): { user: string | null; userName: string; from: string | null } => ({
  user: by.id,
  userName: by.name,
  from: by.from,
})

function asUser(row: {
  id: string
  username: string
  name: string
  department: string | null
  role: Role
  stations: string[] | null
  disabled: boolean
  must_change_password: boolean
  last_sign_in_at: number | null
}): UserRow {
  return {
    id: row.id,
    username: row.username,
    name: row.name,
    department: row.department,
    role: row.role,
    stations: row.stations,
    disabled: row.disabled,
    mustChangePassword: row.must_change_password,
    lastSignInAt: row.last_sign_in_at,
  }
}
