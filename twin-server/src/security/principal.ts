export const roles = ['viewer', 'operator', 'engineer', 'administrator'] as const
export type Role = (typeof roles)[number]

/** Who asks, with everything that checks need. Made anew after every change of the user. */
export interface Principal {
  readonly id: string
  readonly org: string
  readonly username: string
  readonly name: string
  readonly role: Role
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
