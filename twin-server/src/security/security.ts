import type { Kysely } from 'kysely'
import type { Clock } from '@twin/actors/runtime'
import type { CommandDefinition } from '@twin/models/kinds'
import type { Database } from '../store/index.ts'
import { createAttempts } from './attempts.ts'
import { type AuditLog, createAuditLog } from './audit-log.ts'
import { createAuthEngine } from './auth-engine.ts'
import { Freshness } from './freshness.ts'
import { type BuiltInRole, isBuiltIn } from './principal.ts'
import { type PasswordPolicy, standardPolicy } from './password-policy.ts'
import { rolePermissions } from './role-permissions.ts'
import { type RightsSource, type Sessions, createSessions } from './sessions.ts'
import { type SignIn, createSignIn } from './sign-in.ts'
import type { AuthTables } from './tables.ts'
import { type Users, createUsers } from './users.ts'

export interface SecurityOptions {
  readonly db: Kysely<Database>
  readonly clock: Clock
  /** Signs cookies; at least 32 characters. */
  readonly secret: string
  /** Address people use; https makes cookies `Secure`. */
  readonly publicUrl: string
  /** Every command there is, for the permissions of the roles. */
  readonly commands: readonly CommandDefinition[]
  readonly org?: string
  /** What a user may do and where; default: the built-in roles as they come. */
  readonly rightsOf?: RightsSource
  /** Per address; default 120. */
  readonly signInsPerMinute?: number
  /** Other servers work on the same database. */
  readonly shared?: boolean
}

export interface Security extends Sessions, SignIn {
  readonly org: string
  readonly users: Users
  readonly audit: AuditLog
  /** Rules for passwords as they are set, asked at each use; the standard ones until then. */
  usePolicy(read: () => PasswordPolicy): void
  readonly permissions: Readonly<Record<BuiltInRole, ReadonlySet<string>>>
  /** Only where servers share a database: who keeps rows of it in memory says here how to renew them. */
  readonly fresh?: Freshness
}

/** People, their rights and the log of what they did. Throws when the secret is missing or short: there is no default. */
export function createSecurity(options: SecurityOptions): Security {
  if (options.secret.length < 32) throw new Error('TWIN_AUTH_SECRET must have at least 32 characters.')
  const { clock, org = 'main' } = options
  const db = options.db.withTables<AuthTables>()
  const permissions = rolePermissions(options.commands)
  const engine = createAuthEngine({
    db,
    secret: options.secret,
    publicUrl: options.publicUrl,
    signInsPerMinute: options.signInsPerMinute ?? 120,
    now: () => clock.now(),
  })
  const standard: RightsSource = ({ role }) =>
    Promise.resolve({ permissions: isBuiltIn(role) ? permissions[role] : new Set(), stations: [], byRegion: false })
  let policy: () => PasswordPolicy = () => standardPolicy
  const fresh = options.shared ? new Freshness(db) : undefined
  const sessions = createSessions(db, engine, options.rightsOf ?? standard, clock, () => policy(), fresh)
  fresh?.renew('roles', () => sessions.allChanged())
  fresh?.renew('stations', () => sessions.regionsChanged())
  const audit = createAuditLog(db, clock, org)
  const attempts = createAttempts(db, clock, org)
  const users = createUsers({ db, clock, org, audit, changed: (userId) => sessions.changed(userId), policy: () => policy() })
  return {
    org,
    users,
    audit,
    permissions,
    ...(fresh && { fresh }),
    usePolicy: (read) => (policy = read),
    ...sessions,
    ...createSignIn(db, clock, engine, attempts, sessions, audit),
  }
}
