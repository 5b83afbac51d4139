import type { Generated } from 'kysely'
import type { Database } from '../store/index.ts'
import type { AccountKind, Role } from './principal.ts'

/** Tables of migration 0002, as Kysely sees them; times are epoch ms like everywhere in the store. */
export type AuthTables = {
  auth_user: {
    id: string
    org: string
    username: string
    name: string
    email: string
    email_verified: boolean
    image: string | null
    role: Role
    stations: string[] | null
    disabled: boolean
    must_change_password: boolean
    last_sign_in_at: number | null
    /** Set when the account was deleted: it is disabled, its name is free again. */
    deleted_at: number | null
    department: string | null
    kind: AccountKind
    /** The account is nobody's from then on. */
    expires_at: number | null
    mobile: string | null
    /** null: it never falls due. */
    password_set_at: number | null
    created_at: number
    updated_at: number
  }
  auth_session: {
    id: string
    user_id: string
    token: string
    expires_at: number
    ip_address: string | null
    user_agent: string | null
    created_at: number
    updated_at: number
  }
  auth_account: {
    id: string
    user_id: string
    provider_id: string
    account_id: string
    password: string | null
    created_at: number
    updated_at: number
  }
  /** Hashes of passwords a user had, to refuse them again. */
  auth_password: { id: string; user_id: string; org: string; password: string; set_at: number; n: Generated<number> }
  auth_attempt: { username: string; org: string; failures: number; first_at: number; last_at: number }
  audit_head: { org: string; rows: number; hash: string }
  command_attempt: { command: string; org: string; at: number; request: unknown; outcome: unknown }
}
export type AuthDatabase = Database & AuthTables
