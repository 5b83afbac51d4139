import { type Kysely, type Transaction, sql } from 'kysely'
import { customAlphabet, nanoid } from 'nanoid'
import type { Clock } from '@twin/actors/runtime'
import type { AuditLog } from './audit-log.ts'
import { hashPassword, verifyPassword } from './password.ts'
import { classFor, dueAt, passwordFault, type PasswordClass, type PasswordPolicy, rememberedPasswords } from './password-policy.ts'
import type { AccountKind, Role } from './principal.ts'
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
  readonly kind: AccountKind
  /** Epoch ms from which nobody gets in. */
  readonly expiresAt: number | null
  readonly mobile: string | null
  /** When the password falls due; null: never. */
  readonly passwordDueAt: number | null
}
export interface NewUser {
  readonly username: string
  readonly name: string
  readonly department?: string | null
  readonly role: Role
  readonly stations: readonly string[] | null
  readonly password: string
  readonly kind?: AccountKind
  readonly expiresAt?: number | null
  readonly mobile?: string | null
}
export interface UserChange {
  readonly name?: string | undefined
  readonly department?: string | null | undefined
  readonly role?: Role | undefined
  readonly stations?: readonly string[] | null | undefined
  readonly disabled?: boolean | undefined
  readonly password?: string | undefined
  readonly expiresAt?: number | null | undefined
  readonly mobile?: string | null | undefined
}
export interface UserFilter {
  readonly text?: string | undefined
  readonly kind?: AccountKind | undefined
  /** due: soon to be changed. overdue: lets in only to be changed. */
  readonly password?: 'due' | 'overdue' | undefined
  readonly page: number
  readonly size: number
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
      readonly reason:
        | 'not-found'
        | 'username-taken'
        | 'mobile-taken'
        | 'weak-password'
        | 'used-password'
        | 'last-administrator'
        | 'oneself'
      readonly detail?: string
      /** Characters that a password needs. */
      readonly least?: number
    }

export interface Users {
  list(filter: UserFilter): Promise<{
    readonly rows: readonly UserRow[]
    readonly total: number
  }>
  byId(id: string): Promise<UserRow | undefined>
  count(): Promise<number>
  /** `demo`: a published password, which is neither checked nor ever due. */
  create(user: NewUser, by: Actor, demo?: boolean): Promise<UserResult>
  update(id: string, change: UserChange, by: Actor): Promise<UserResult>
  /** Ends the account and its sessions; its login name is free again, what it did keeps the person's name. */
  remove(id: string, by: Actor): Promise<UserResult>
  /** Ends the sessions of accounts whose time is over; their open pages and screens hear of it. */
  endExpired(): Promise<void>
  /** The caller has checked the present password. Ends the user's other sessions. */
  setOwnPassword(id: string, next: string, keepToken: string | undefined, by: Actor): Promise<UserResult>
}

export interface UsersParts {
  readonly db: Kysely<AuthDatabase>
  readonly clock: Clock
  readonly org: string
  readonly audit: AuditLog
  readonly changed: (userId: string) => void
  readonly policy: () => PasswordPolicy
}

export function createUsers({ db, clock, org, audit, changed, policy }: UsersParts): Users {
  const rows = () =>
    db
      .selectFrom('auth_user as u')
      .select(['id', 'username', 'name', 'department', 'role', 'stations', 'disabled', 'must_change_password', 'last_sign_in_at'])
      .select(['kind', 'expires_at', 'mobile', dueAt(policy()).as('password_due_at')])
      .where('org', '=', org)
      .where('deleted_at', 'is', null)
  const weak = (password: string, kind: PasswordClass): UserResult | null => {
    const fault = passwordFault(password, kind, policy())
    return fault === null ? null : { ok: false, reason: 'weak-password', detail: fault, least: policy()[kind].length }
  }
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
    await trx
      .updateTable('auth_user')
      .set({ must_change_password: mustChange, updated_at: now, password_set_at: now })
      .where('id', '=', id)
      .execute()
    await remember(trx, id, hashed, now)
    await trx
      .deleteFrom('auth_session')
      .where('user_id', '=', id)
      .where('token', '!=', keepToken ?? '')
      .execute()
  }

  /** Keeps the hashes of the passwords that a new one must differ from. */
  const remember = async (trx: Transaction<AuthDatabase>, id: string, hashed: string, now: number): Promise<void> => {
    await trx.insertInto('auth_password').values({ id: nanoid(), user_id: id, org, password: hashed, set_at: now }).execute()
    await sql`delete from auth_password where user_id = ${id} and id not in
      (select id from auth_password where user_id = ${id} order by n desc limit ${rememberedPasswords})`.execute(trx)
  }
  /** A number belongs to one account of each kind; the index settles what happens at once. */
  const mobileTaken = async (mobile: string | null | undefined, kind: AccountKind, id: string | null): Promise<boolean> =>
    typeof mobile === 'string' &&
    (await db
      .selectFrom('auth_user')
      .select('id')
      .where('org', '=', org)
      .where('deleted_at', 'is', null)
      .where('kind', '=', kind)
      .where('mobile', '=', mobile)
      .where('id', '!=', id ?? '')
      .executeTakeFirst()) !== undefined

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
    async list({ text, kind, password, page, size }) {
      const like = `%${(text ?? '').replaceAll(/[\\%_]/g, (c) => `\\${c}`)}%`
      const found = rows()
        .$if(Boolean(text), (query) =>
          query.where((where) =>
            where.or((['username', 'name', 'department', 'mobile'] as const).map((field) => where(field, 'ilike', like))),
          ),
        )
        .$if(kind !== undefined, (query) => query.where('kind', '=', kind ?? 'staff'))
        .$if(password !== undefined, (query) => {
          const now = sql`to_timestamp(${clock.now() / 1000})`
          const soon = sql`${policy().warnDays}::int * interval '1 day'`
          const due = dueAt(policy())
          const late = sql<boolean>`${due} <= ${now}`
          return query
            .where('disabled', '=', false)
            .where(password === 'overdue' ? late : sql<boolean>`${due} > ${now} and ${due} - ${soon} <= ${now}`)
        })
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
    async create(user, by, demo = false) {
      const kind = user.kind ?? 'staff'
      const fault = demo ? null : weak(user.password, await classFor(db, org, '', user.role))
      if (fault) return fault
      if (await mobileTaken(user.mobile, kind, null)) return { ok: false, reason: 'mobile-taken' }
      // What a screen shows may depend on nobody typing at it.
      const mustChangePassword = !demo && kind !== 'screen'
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
            kind,
            expires_at: user.expiresAt ?? null,
            mobile: user.mobile ?? null,
            password_set_at: demo ? null : now,
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
        await remember(trx, id, hashed, now)
        const after = {
          username,
          name: user.name,
          department: user.department ?? null,
          role: user.role,
          stations: user.stations,
          kind,
          expiresAt: user.expiresAt ?? null,
        }
        await audit.appendIn(trx, { ...whoOf(by), kind: 'user.create', target: username, result: 'ok', after })
        return false
      })
      return known ? { ok: false, reason: 'username-taken' } : saved(id)
    },
    async update(id, change, by) {
      const present = await byId(id)
      if (!present) return { ok: false, reason: 'not-found' }
      const fault = change.password === undefined ? null : weak(change.password, await classFor(db, org, id, change.role ?? present.role))
      if (fault) return fault
      if (await mobileTaken(change.mobile, present.kind, id)) return { ok: false, reason: 'mobile-taken' }
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
          expires_at: change.expiresAt === undefined ? old.expires_at : change.expiresAt,
          mobile: change.mobile === undefined ? old.mobile : change.mobile,
        }
        await trx
          .updateTable('auth_user')
          .set({ ...next, updated_at: Math.trunc(clock.now()) })
          .where('id', '=', id)
          .execute()
        if (hashed !== undefined) await setPassword(trx, id, hashed, old.kind !== 'screen')
        if (next.disabled) await trx.deleteFrom('auth_session').where('user_id', '=', id).execute()
        await audit.appendIn(trx, {
          ...whoOf(by),
          kind: 'user.update',
          target: old.username,
          result: 'ok',
          before: logged(old),
          after: { ...logged(next), ...(hashed === undefined ? {} : { password: 'reset' }) },
        })
        return null
      })
      if (refused) return { ok: false, reason: refused }
      changed(id)
      return saved(id)
    },
    async endExpired() {
      const ended = await db
        .deleteFrom('auth_session')
        .where(sql<boolean>`user_id in (select id from auth_user where org = ${org} and expires_at <= to_timestamp(${clock.now() / 1000}))`)
        .returning('user_id')
        .execute()
      for (const id of new Set(ended.map((session) => session.user_id))) changed(id)
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
      const present = await byId(id)
      if (!present) return { ok: false, reason: 'not-found' }
      const fault = weak(next, await classFor(db, org, id, present.role))
      if (fault) return fault
      const before = await db
        .selectFrom('auth_password')
        .select('password')
        .where('user_id', '=', id)
        .orderBy('n', 'desc')
        .limit(rememberedPasswords)
        .execute()
      for (const { password } of before) if (await verifyPassword(password, next)) return { ok: false, reason: 'used-password' }
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

const logged = (user: Pick<AuthDatabase['auth_user'], 'name' | 'department' | 'role' | 'stations' | 'disabled' | 'expires_at'>) => ({
  name: user.name,
  department: user.department,
  role: user.role,
  stations: user.stations,
  disabled: user.disabled,
  expiresAt: user.expires_at,
})
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
  kind: AccountKind
  expires_at: number | null
  mobile: string | null
  password_due_at: number | null
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
    kind: row.kind,
    expiresAt: row.expires_at,
    mobile: row.mobile,
    passwordDueAt: row.password_due_at,
  }
}
