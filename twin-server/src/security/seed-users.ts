import type { Security } from './security.ts'
import type { Role } from './principal.ts'

export interface DemoUser {
  readonly username: string
  readonly password: string
  readonly name: string
  readonly role: Role
}

/** Printed by `npm start`; they exist in demo mode alone. Two engineers, because a command for two persons needs two. */
export const demoUsers: readonly DemoUser[] = [
  { username: 'viewer', password: 'Viewer#2026', name: '访客 Viewer', role: 'viewer' },
  { username: 'operator', password: 'Operator#2026', name: '值班员 Operator', role: 'operator' },
  { username: 'engineer', password: 'Engineer#2026', name: '工程师甲 Engineer A', role: 'engineer' },
  { username: 'engineer2', password: 'Engineer2#2026', name: '工程师乙 Engineer B', role: 'engineer' },
  { username: 'admin', password: 'Admin#2026', name: '管理员 Administrator', role: 'administrator' },
]

const installation = { id: null, name: 'installation', from: null }

/** Demo mode only. Users that exist are left as they are. */
export async function seedDemoUsers(security: Security): Promise<readonly DemoUser[]> {
  if ((await security.users.count()) === 0)
    for (const user of demoUsers) await security.users.create({ ...user, stations: null }, installation, true)
  return demoUsers
}

/**
 * Production: makes `admin` on an empty database with the given password, to be changed at the first sign-in.
 * Throws a sentence that says what to set when there is nobody and no password, or a weak one.
 */
export async function createFirstAdministrator(security: Security, password: string | null): Promise<void> {
  if ((await security.users.count()) > 0) return
  if (password === null) throw new Error('There are no users yet: set TWIN_ADMIN_PASSWORD once to create the user admin.')
  const made = await security.users.create(
    { username: 'admin', name: '管理员 Administrator', role: 'administrator', stations: null, password },
    installation,
  )
  if (!made.ok)
    throw new Error('TWIN_ADMIN_PASSWORD must have at least 8 characters with an upper-case, a lower-case and a special character.')
}
