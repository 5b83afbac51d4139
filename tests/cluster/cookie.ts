/** Signs in; what the browser would send from then on. */
export async function cookieOf(url: string, username: string, password: string): Promise<string> {
  const response = await fetch(`${url}/api/auth/sign-in/username`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ username, password }),
  })
  if (!response.ok) throw new Error(`sign-in: ${response.status} ${await response.text()}`)
  return cookieFrom(response)
}

export const cookieFrom = ({ headers }: Response): string =>
  headers
    .getSetCookie()
    .map((c) => c.split(';')[0])
    .join('; ')
