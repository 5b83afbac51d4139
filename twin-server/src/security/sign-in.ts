import type { Kysely } from 'kysely'
import type { Clock } from '@twin/actors/runtime'
import type { Attempts } from './attempts.ts'
import type { AuditLog } from './audit-log.ts'
import { type AuthEngine, addressHeader, screenSeconds } from './auth-engine.ts'
import { maxPasswordLength, verifyPassword } from './password.ts'
import type { Sessions } from './sessions.ts'
import type { AuthDatabase } from './tables.ts'
import { deviceOf } from './user-agent.ts'

export type SignInResult =
  | { readonly ok: true; readonly response: Response }
  | {
      readonly ok: false
      readonly reason: 'sign-in-failed' | 'locked' | 'throttled' | 'invalid'
      readonly retryAfter?: number
      readonly field?: string
    }

export interface SignIn {
  /** POST /api/auth/sign-in/username. Wrong name, wrong password and disabled user answer alike. */
  signIn(request: Request, from: string): Promise<SignInResult>
  signOut(request: Request, from: string): Promise<Response>
  /** GET /api/auth/get-session; prolongs the session and its cookie. */
  session(request: Request, from: string): Promise<Response>
  /** The password typed again, for commands and approvals; failures count towards the lock. */
  confirm(user: { readonly id: string; readonly username: string }, password: string): Promise<'ok' | 'wrong' | 'locked'>
}

export function createSignIn(
  db: Kysely<AuthDatabase>,
  clock: Clock,
  engine: AuthEngine,
  attempts: Attempts,
  sessions: Sessions,
  audit: AuditLog,
): SignIn {
  const log = (
    kind: string,
    user: string | null,
    userName: string | null,
    from: string,
    headers: Headers,
    result: string,
  ): Promise<void> => {
    const device = deviceOf(headers.get('user-agent'))
    return audit.append({ user, userName, from, kind, target: userName, result, ...(device === null ? {} : { after: { device } }) })
  }

  return {
    async signIn(request, from) {
      const body = (await request.json().catch(() => null)) as { username?: unknown; password?: unknown; rememberMe?: unknown } | null
      const { username, password } = body ?? {}
      if (typeof username !== 'string' || username.length === 0 || username.length > 100 || username.includes('\0'))
        return { ok: false, reason: 'invalid', field: 'username' }
      if (typeof password !== 'string' || password.length === 0 || password.length > maxPasswordLength)
        return { ok: false, reason: 'invalid', field: 'password' }
      const name = username.toLowerCase()
      return attempts.inTurn(name, async (): Promise<SignInResult> => {
        const locked = await attempts.lockedFor(name)
        if (locked > 0) {
          await log('sign-in', null, name, from, request.headers, 'locked')
          return { ok: false, reason: 'locked', retryAfter: locked / 1000 }
        }
        const response = await engine.handler(
          new Request(request.url, {
            method: 'POST',
            headers: cleaned(request.headers, from),
            body: JSON.stringify({ username: name, password, rememberMe: body?.rememberMe !== false }),
          }),
        )
        if (response.status === 429) {
          await log('sign-in', null, name, from, request.headers, 'throttled')
          return { ok: false, reason: 'throttled', retryAfter: Number(response.headers.get('x-retry-after') ?? 60) }
        }
        if (response.status >= 500) throw new Error(`sign-in answered ${response.status}`)
        if (!response.ok) {
          await attempts.failed(name)
          await log('sign-in', null, name, from, request.headers, 'failed')
          return { ok: false, reason: 'sign-in-failed' }
        }
        await attempts.succeeded(name)
        const { user } = (await response.clone().json()) as { user: { id: string } }
        await db
          .updateTable('auth_user')
          .set({ last_sign_in_at: Math.trunc(clock.now()) })
          .where('id', '=', user.id)
          .execute()
        await log('sign-in', user.id, name, from, request.headers, 'ok')
        const account = await db.selectFrom('auth_user').select('kind').where('id', '=', user.id).executeTakeFirst()
        return { ok: true, response: account?.kind === 'screen' ? lasting(response) : response }
      })
    },
    async signOut(request, from) {
      const principal = await sessions.authenticate(request.headers)
      const response = await engine.handler(
        new Request(request.url, { method: 'POST', headers: cleaned(request.headers, from), body: '{}' }),
      )
      if (principal) {
        sessions.changed(principal.id)
        await log('sign-out', principal.id, principal.username, from, request.headers, 'ok')
      }
      return response
    },
    async session(request, from) {
      const url = new URL(request.url)
      // Prolonging would cut the long session of a screen down to that of a person.
      if ((await sessions.authenticate(request.headers))?.kind === 'screen') url.searchParams.set('disableRefresh', 'true')
      return engine.handler(new Request(url, { headers: cleaned(request.headers, from) }))
    },
    async confirm(user, password) {
      return attempts.inTurn(user.username, async () => {
        if ((await attempts.lockedFor(user.username)) > 0) return 'locked'
        const account = await db.selectFrom('auth_account').select('password').where('user_id', '=', user.id).executeTakeFirst()
        if (account?.password && (await verifyPassword(account.password, password))) {
          await attempts.succeeded(user.username)
          return 'ok'
        }
        await attempts.failed(user.username)
        return 'wrong'
      })
    },
  }
}

/** The same answer with a cookie that stays as long as the session of a screen does. */
function lasting(response: Response): Response {
  const headers = new Headers(response.headers)
  const cookies = headers.getSetCookie().map((cookie) => cookie.replace(/Max-Age=[1-9]\d*/i, `Max-Age=${screenSeconds}`))
  headers.delete('set-cookie')
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  return new Response(response.body, { status: response.status, headers })
}

/** Only what better-auth needs, with the address as we know it. */
function cleaned(from: Headers, address: string): Headers {
  const headers = new Headers({ 'content-type': 'application/json', [addressHeader]: address })
  for (const name of ['cookie', 'authorization', 'user-agent', 'host', 'origin']) {
    const value = from.get(name)
    if (value !== null) headers.set(name, value)
  }
  return headers
}
