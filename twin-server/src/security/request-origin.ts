/**
 * Whether a request with this Origin may act for the person whose cookie it carries. Same host as the request, or listed.
 * Live transports ask it at the handshake, because browsers open sockets across sites.
 */
export function originAllowed(headers: Headers, listed: readonly string[]): boolean {
  const origin = headers.get('origin')
  if (origin === null) return headers.get('sec-fetch-site') === 'same-origin' || !headers.has('cookie')
  if (listed.includes(origin)) return true
  try {
    return new URL(origin).host === headers.get('host')
  } catch {
    return false
  }
}
