import http from 'k6/http'

export const base = __ENV['BASE'] ?? 'http://127.0.0.1:8080'
export const seconds = Number(__ENV['SECONDS'] ?? 30)
export const vus = Number(__ENV['VUS'] ?? 20)

/** Signs in as TWIN_USER (default: the demo's administrator); a bearer token. */
export function signIn(): string {
  const body = JSON.stringify({ username: __ENV['TWIN_USER'] ?? 'admin', password: __ENV['TWIN_PASSWORD'] ?? 'Admin#2026' })
  const answer = http.post(`${base}/api/auth/sign-in/username`, body, { headers: { 'content-type': 'application/json', origin: base } })
  const token = answer.json('token')
  if (typeof token !== 'string') throw new Error(`sign-in: ${answer.status}`)
  return token
}

export function stationIds(token: string): string[] {
  const answer = http.get(`${base}/api/stations`, { headers: { authorization: `Bearer ${token}` } })
  return (answer.json('stations') as { id: string }[]).map(({ id }) => id)
}
