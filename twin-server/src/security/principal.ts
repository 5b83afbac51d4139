/** Roles that every installation comes with. */
export const roles = ['viewer', 'operator', 'engineer', 'administrator'] as const
export type BuiltInRole = (typeof roles)[number]
/** Code of a role, built in or made by people. */
export type Role = string

/** staff: people of the operator. screen: a big screen, which only reads. merchant, member: of the mall. */
export const accountKinds = ['staff', 'screen', 'merchant', 'member'] as const
export type AccountKind = (typeof accountKinds)[number]

/** Who asks, with everything that checks need. Made anew after every change of the user. */
export interface Principal {
  readonly id: string
  readonly org: string
  readonly username: string
  readonly name: string
  readonly role: Role
  readonly kind: AccountKind
  /** `<record>:<action>` and `command:<code>`. */
  readonly permissions: ReadonlySet<string>
  /** Station ids in scope; null = all stations of the organisation. */
  readonly stations: ReadonlySet<string> | null
  /** Until the password is changed nothing but changing it is allowed. */
  readonly mustChangePassword: boolean
}

export function inScope(principal: Principal, station: string): boolean {
  return principal.stations === null || principal.stations.has(station)
}

export const isBuiltIn = (role: Role): role is BuiltInRole => (roles as readonly string[]).includes(role)
