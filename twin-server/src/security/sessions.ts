import { LRUCache } from 'lru-cache'
import type { Kysely } from 'kysely'
import { type AuthEngine, cookiePrefix } from './auth-engine.ts'
import type { Principal, Role } from './principal.ts'
import type { AuthDatabase } from './tables.ts'

/** Reads a user's permissions; asked once per session and change. */
export type PermissionSource = (user: { readonly id: string; readonly org: string; readonly role: Role }) => Promise<ReadonlySet<string>>

export interface Sessions {
  /** Who the cookie or bearer token belongs to; undefined = nobody, expired, revoked or disabled. */
  authenticate(headers: Headers): Promise<Principal | undefined>
  /** The user's rights changed or ended: the next request reads them anew, and listeners (live streams) look again. */
  changed(userId: string): void
  /** The same for everybody: a role changed. */
  allChanged(): void
  onPrincipalChanged(listener: (userId: string) => void): () => void
}

/** getSession costs about a millisecond, so answers are kept for 10 s; every change made here clears them at once. */
export function createSessions(db: Kysely<AuthDatabase>, engine: AuthEngine, permissionsOf: PermissionSource): Sessions {
  const cache = new LRUCache<string, Principal>({ max: 10_000, ttl: 10_000 })
  const listeners = new Set<(userId: string) => void>()
  let generation = 0

  async function load(headers: Headers): Promise<Principal | undefined> {
    const session = await engine.api.getSession({ headers, query: { disableRefresh: true } })
    if (!session) return undefined
    const user = await db.selectFrom('auth_user').selectAll().where('id', '=', session.user.id).executeTakeFirst()
    if (!user || user.disabled) return undefined
    return {
      id: user.id,
      org: user.org,
      username: user.username,
      name: user.name,
      role: user.role,
      permissions: await permissionsOf(user),
      stations: user.stations === null ? null : new Set(user.stations),
      mustChangePassword: user.must_change_password,
    }
  }

  return {
    async authenticate(headers) {
      const credential = credentialOf(headers)
      if (credential === undefined) return undefined
      const known = cache.get(credential)
      if (known) return known
      const began = generation
      const principal = await load(new Headers(credential.startsWith('Bearer ') ? { authorization: credential } : { cookie: credential }))
      // What was read before a change must not outlive it.
      if (principal && began === generation) cache.set(credential, principal)
      return principal
    },
    changed(userId) {
      generation++
      for (const [credential, principal] of cache.entries()) if (principal.id === userId) cache.delete(credential)
      for (const listener of listeners) listener(userId)
    },
    allChanged() {
      generation++
      const users = new Set(Array.from(cache.values(), ({ id }) => id))
      cache.clear()
      for (const user of users) for (const listener of listeners) listener(user)
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
