import type { Principal } from './principal.ts'

/** What user management asks of roles. */
export interface Grants {
  /** The role exists, and whoever gives it holds everything it does. Throws invalid, not-permitted. */
  demandRole(principal: Principal, role: string): Promise<void>
  /** Who takes over an account, as by its password, gets its rights. Throws not-permitted. */
  demandOver(principal: Principal, user: { readonly id: string; readonly org: string; readonly role: string }): Promise<void>
}
