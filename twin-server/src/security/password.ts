import { hash, verify } from '@node-rs/argon2'

// OWASP's second choice: 19 MiB, two passes; about 22 ms here. 2 is Argon2id (the library's const enum is not importable).
const cost = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 }
export const maxPasswordLength = 128

export function hashPassword(password: string): Promise<string> {
  return hash(password, cost)
}

/** False for a wrong password and for a hash that is none. */
export async function verifyPassword(stored: string, password: string): Promise<boolean> {
  if (password.length > maxPasswordLength) return false
  return verify(stored, password).catch(() => false)
}
