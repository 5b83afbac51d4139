import { createHmac, timingSafeEqual } from 'node:crypto'

/** Thrown at start when the server would have to run with a missing or guessable master secret. */
export class MasterSecretError extends Error {
  override readonly name = 'MasterSecretError'
}

/** At least 32 characters, as `openssl rand -base64 32` gives them; throws MasterSecretError otherwise. */
export function requireMaster(master: string | undefined): string {
  if (!master || master.length < 32 || new Set(master).size < 8)
    throw new MasterSecretError('The master secret of the devices is missing or too simple: give at least 32 random characters.')
  return master
}

/** Password of a device. A new generation makes the old one worthless without storing either. */
export function deviceSecret(master: string, id: string, generation: number): string {
  return createHmac('sha256', master).update(`device:${id}:${generation}`).digest('base64url')
}

/** Compares in constant time; lengths may differ. */
export function sameSecret(given: Uint8Array, expected: string): boolean {
  // Both are hashed first, so that neither length nor content shows in the time taken.
  const digest = (value: Uint8Array | string): Buffer => createHmac('sha256', 'compare').update(value).digest()
  return timingSafeEqual(digest(given), digest(expected))
}

/** mac of a command: hex HMAC-SHA256 over its canonical text. */
export function commandMac(secret: string, canonical: string): string {
  return createHmac('sha256', secret).update(canonical).digest('hex')
}
