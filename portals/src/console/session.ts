import { operations } from '@twin/models/api'
import type { schemas } from '@twin/models/api'
import type { z } from 'zod'
import { create } from 'zustand'
import { ApiFailure, call, onSignedOut, send } from '../api/index.ts'
import type { Text } from '../i18n/index.ts'
import { live } from '../live/index.ts'

export type Me = z.output<typeof schemas.me>
type Session =
  | { readonly state: 'asking' }
  | { readonly state: 'out'; readonly expired: boolean }
  | {
      readonly state: 'in'
      readonly me: Me
      /** Must sign in again; the page and what was typed on it wait below. */ readonly expired?: true
    }
  | { readonly state: 'unreachable' }

export const useSession = create<{ readonly session: Session }>()(() => ({ session: { state: 'asking' } }))
const set = (session: Session): void => useSession.setState({ session })

/** Asks who is signed in. */
export async function loadSession(): Promise<void> {
  try {
    const me = await call(operations.me, {})
    set({ state: 'in', me })
    if (!me.mustChangePassword) live.start()
  } catch (error) {
    const status = error instanceof ApiFailure ? error.status : 0
    set(status === 401 || status === 403 ? { state: 'out', expired: false } : { state: 'unreachable' })
  }
}

/** Rejects with ApiFailure: 401 wrong, 403 disabled or locked, 429 too many attempts. */
export async function signIn(username: string, password: string): Promise<void> {
  await send('post', '/api/auth/sign-in/username', { username, password })
  await loadSession()
}

export async function signOut(): Promise<void> {
  try {
    await send('post', '/api/auth/sign-out', {})
  } finally {
    live.stop()
    set({ state: 'out', expired: false })
  }
}

onSignedOut(() => {
  const { session } = useSession.getState()
  if (session.state !== 'in' || session.expired) return
  live.stop()
  set({ state: 'in', me: session.me, expired: true })
})

// Asking who we are is answered 401 when the session is over, and that ends it here too; no network is no answer.
live.whenRefused = () => {
  if (useSession.getState().session.state === 'in') call(operations.me, {}).catch(() => undefined)
}

/** The signed-in user; only below the shell, where there is one. */
export function useMe(): Me {
  const session = useSession((state) => state.session)
  if (session.state !== 'in') throw new Error('useMe outside a signed-in page')
  return session.me
}

/** `alarm:operate`; wildcards `*` and `alarm:*` as the server's roles may hold them. */
export function permits(permissions: readonly string[], wanted: string): boolean {
  const [subject = ''] = wanted.split(':')
  return permissions.includes(wanted) || permissions.includes('*') || permissions.includes(`${subject}:*`)
}

export function useMay(permission: string): boolean {
  return permits(useMe().permissions, permission)
}

const builtIn = ['viewer', 'operator', 'engineer', 'administrator'] as const
/** Name of a role that comes with the product; other roles go by their code where their name is not at hand. */
export function roleText(t: Text['t'], role: string): string {
  const known = builtIn.find((each) => each === role)
  return known ? t(`role.${known}`) : role
}
