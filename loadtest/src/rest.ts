import type { StationConfig } from '@twin/models/stations'

/** Signs in with TWIN_USER and TWIN_PASSWORD, else as the demo's administrator; a bearer token. Throws a sentence that says what to do. */
export async function signIn(base: string): Promise<string> {
  const username = process.env['TWIN_USER'] ?? 'admin'
  const password = process.env['TWIN_PASSWORD'] ?? 'Admin#2026'
  const response = await fetch(new URL('/api/auth/sign-in/username', base), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  }).catch((error: unknown) => {
    throw new Error(`Nothing answers at ${base}: start the server first or give its address. (${String(error)})`)
  })
  if (!response.ok) throw new Error(`${username} may not sign in at ${base} (${response.status}): set TWIN_USER and TWIN_PASSWORD.`)
  const { token } = (await response.json()) as { token?: string }
  if (!token) throw new Error(`${base} gave no token at sign-in.`)
  return token
}

/** Creates or updates stations: PUT /api/stations/:id. */
export async function putStations(base: string, stations: readonly StationConfig[]): Promise<void> {
  const token = await signIn(base)
  for (const station of stations) {
    const response = await fetch(new URL(`/api/stations/${station.id}`, base), {
      method: 'PUT',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(station),
    })
    if (!response.ok) throw new Error(`station ${station.code} was refused (${response.status}): ${(await response.text()).slice(0, 300)}`)
  }
}
