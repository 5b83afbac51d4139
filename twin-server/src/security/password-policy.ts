import { type RawBuilder, sql } from 'kysely'
import type { AuthDatabase } from './tables.ts'
import type { Kysely } from 'kysely'
import { maxPasswordLength } from './password.ts'

/** Who may change accounts or roles has the stricter password. */
export type PasswordClass = 'administrator' | 'ordinary'
const administrative = ['user:administer', 'role:administer']

export interface PasswordRule {
  /** Age in days from which it lets its user in only to change it. */
  readonly days: number
  /** Characters at least. */
  readonly length: number
}
export interface PasswordPolicy {
  readonly administrator: PasswordRule
  readonly ordinary: PasswordRule
  /** An account is listed as due this many days before its password is. */
  readonly warnDays: number
}
/** Until the settings are read. */
export const standardPolicy: PasswordPolicy = { administrator: { days: 90, length: 10 }, ordinary: { days: 180, length: 8 }, warnDays: 14 }
/** New passwords differ from this many that were before. */
export const rememberedPasswords = 5

export const classOf = (permissions: ReadonlySet<string>): PasswordClass =>
  administrative.some((permission) => permissions.has(permission)) ? 'administrator' : 'ordinary'

/** Whether the account `u`, in SQL, belongs to the administrators' class. */
const isAdministrative = sql<boolean>`exists (select from access_role r where r.org = u.org and r.deleted_at is null
  and (r.code = u.role or u.id = any(r.members)) and r.permissions && ${administrative}::text[])`

/** When the password of `u` falls due; null: never. Screens have an end of their own instead. */
export const dueAt = ({ administrator, ordinary }: PasswordPolicy): RawBuilder<number | null> => sql<number | null>`
  case when u.kind = 'screen' then null
    else u.password_set_at + (case when ${isAdministrative} then ${administrator.days}::int else ${ordinary.days}::int end) * interval '1 day' end`

/** Class of an account that has, or is to have, this role. */
export async function classFor(db: Kysely<AuthDatabase>, org: string, id: string, role: string): Promise<PasswordClass> {
  const { rows } = await sql<{ strict: boolean }>`
    select ${isAdministrative} as strict from (select ${org}::text as org, ${role}::text as role, ${id}::text as id) u`.execute(db)
  return rows[0]?.strict ? 'administrator' : 'ordinary'
}

export type PasswordFault = 'too-short' | 'too-long' | 'no-upper-case' | 'no-lower-case' | 'no-special' | 'no-digit'

/** Upper case, lower case and a special character, as long as the class asks; of administrators a digit too. */
export function passwordFault(password: string, kind: PasswordClass, policy: PasswordPolicy): PasswordFault | null {
  if (password.length < policy[kind].length) return 'too-short'
  if (password.length > maxPasswordLength) return 'too-long'
  if (!/\p{Lu}/u.test(password)) return 'no-upper-case'
  if (!/\p{Ll}/u.test(password)) return 'no-lower-case'
  if (!/[^\p{L}\p{N}\s]/u.test(password)) return 'no-special'
  if (kind === 'administrator' && !/\p{N}/u.test(password)) return 'no-digit'
  return null
}
