import { LRUCache } from 'lru-cache'
import type { Kysely } from 'kysely'
import type { Clock } from '@twin/actors/runtime'
import { type AuthEngine, cookiePrefix } from './auth-engine.ts'
import type { Freshness } from './freshness.ts'
import { classOf, type PasswordPolicy } from './password-policy.ts'
import type { Principal, Role } from './principal.ts'
import type { AuthDatabase } from './tables.ts'

/** What a user's roles give, all added up. */
export interface Rights {
  readonly permissions: ReadonlySet<string>
  /** Stations beyond the user's own; null = all. */
  readonly stations: readonly string[] | null
  /** `stations` follow regions: they change with master data. */
  readonly byRegion: boolean
}
/** Reads a user's rights; asked once per session and change. */
export type RightsSource = (user: { readonly id: string; readonly org: string; readonly role: Role }) => Promise<Rights>

export interface Sessions {
  /** Who the cookie or bearer token belongs to; undefined = nobody, expired, revoked or disabled. */
  authenticate(headers: Headers): Promise<Principal | undefined>
  /** The user's rights changed or ended: the next request reads them anew, and listeners (live streams) look again. */
  changed(userId: string): void
  /** The same for everybody: a role changed. */
  allChanged(): void
  /** Stations came, went or moved: scopes by region are read anew. */
  regionsChanged(): void
  onPrincipalChanged(listener: (userId: string) => void): () => void
}

interface Kept {
  readonly principal: Principal
  readonly byRegion: boolean
  /** Epoch ms from which the account is nobody's. */
  readonly endsAt: number
  /** null: the password does not age. */
  readonly passwordSetAt: number | null
  /** Of the session as it was read; null where no other server changes it. */
  readonly mark: string | null
}

/**
 * getSession costs about a millisecond, so answers are kept for 10 s; every change made here clears them at once. `fresh`: and no request is
 * answered by what another server changed before.
 */
export function createSessions(
  db: Kysely<AuthDatabase>,
  engine: AuthEngine,
  rightsOf: RightsSource,
  clock: Clock,
  policy: () => PasswordPolicy,
  fresh?: Freshness,
): Sessions {
  const cache = new LRUCache<string, Kept>({ max: 10_000, ttl: 10_000 })
  const listeners = new Set<(userId: string) => void>()
  let generation = 0

  async function load(headers: Headers, mark: string | null): Promise<Kept | undefined> {
    const session = await engine.api.getSession({ headers, query: { disableRefresh: true } })
    if (!session) return undefined
    const user = await db.selectFrom('auth_user').selectAll().where('id', '=', session.user.id).executeTakeFirst()
    if (!user || user.disabled) return undefined
    const { permissions, stations, byRegion } = await rightsOf(user)
    const own = user.stations === null || stations === null ? null : new Set([...user.stations, ...stations])
    const principal: Principal = {
      id: user.id,
      org: user.org,
      username: user.username,
      name: user.name,
      role: user.role,
      kind: user.kind,
      permissions,
      stations: own,
      mustChangePassword: user.must_change_password,
    }
    const passwordSetAt = user.kind === 'screen' ? null : user.password_set_at
    return { principal, byRegion, endsAt: user.expires_at ?? Infinity, passwordSetAt, mark }
  }

  /** What time does to it: an account ends, a password falls due. */
  const valid = ({ principal, endsAt, passwordSetAt }: Kept): Principal | undefined => {
    if (clock.now() >= endsAt) return undefined
    const due = passwordSetAt !== null && clock.now() >= passwordSetAt + policy()[classOf(principal.permissions)].days * 86_400_000
    return due && !principal.mustChangePassword ? { ...principal, mustChangePassword: true } : principal
  }

  const changed = (userId: string): void => {
    generation++
    for (const [credential, { principal }] of cache.entries()) if (principal.id === userId) cache.delete(credential)
    for (const listener of listeners) listener(userId)
  }

  return {
    async authenticate(headers) {
      const credential = credentialOf(headers)
      if (credential === undefined) return undefined
      const mark = fresh ? await fresh.check(tokenOf(headers) ?? '') : null
      const known = cache.get(credential)
      if (known?.mark === mark && known !== undefined) return valid(known)
      if (known) changed(known.principal.id)
      if (mark === undefined) return undefined
      const began = generation
      const loaded = await load(
        new Headers(credential.startsWith('Bearer ') ? { authorization: credential } : { cookie: credential }),
        mark,
      )
      // What was read before a change must not outlive it.
      if (loaded && began === generation) cache.set(credential, loaded)
      return loaded && valid(loaded)
    },
    changed,
    allChanged() {
      generation++
      const users = new Set(Array.from(cache.values(), ({ principal }) => principal.id))
      cache.clear()
      for (const user of users) for (const listener of listeners) listener(user)
    },
    regionsChanged() {
      generation++
      for (const [credential, { principal, byRegion }] of cache.entries()) {
        if (!byRegion) continue
        cache.delete(credential)
        for (const listener of listeners) listener(principal.id)
      }
    },
    onPrincipalChanged(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** `Bearer <token>`, or the session cookie alone as a cookie header; a bearer token wins. */
export function credentialOf(headers: Headers): string | undefined {
  const authorization = headers.get('authorization')
  if (authorization && /^bearer /i.test(authorization)) return `Bearer ${authorization.slice(7).trim()}`
  return headers
    .get('cookie')
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${cookiePrefix}.session_token=`) || part.startsWith(`__Secure-${cookiePrefix}.session_token=`))
}

/** The session's token, without its signature. */
export function tokenOf(headers: Headers): string | undefined {
  const credential = credentialOf(headers)
  const value = credential?.startsWith('Bearer ') ? credential.slice(7) : credential?.slice(credential.indexOf('=') + 1)
  try {
    return value === undefined ? undefined : decodeURIComponent(value).split('.')[0]
  } catch {
    return undefined
  }
}
