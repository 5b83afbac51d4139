export interface DemoAccount {
  readonly username: string
  readonly password: string
  readonly role?: string
}

/** Demo sign-ins as the server lists them in demo mode: JSON in the detail of health part `demo`; anything else means none. */
export function demoAccounts(detail: string | undefined): readonly DemoAccount[] {
  if (!detail) return []
  try {
    const json = JSON.parse(detail) as unknown
    const list = Array.isArray(json) ? json : ((json as { accounts?: unknown } | null)?.accounts ?? [])
    return Array.isArray(list) ? list.filter(isAccount) : []
  } catch {
    return []
  }
}

function isAccount(value: unknown): value is DemoAccount {
  const account = value as { username?: unknown; password?: unknown } | null
  return typeof account?.username === 'string' && typeof account.password === 'string'
}
