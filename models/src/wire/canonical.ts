import type { CommandMessage } from './types.ts'

/**
 * The text a command's mac is made over: JSON of everything but `mac`, keys in code unit order at every level, no blanks.
 * Undefined entries are left out, as on the wire.
 */
export function canonicalCommand(message: Omit<CommandMessage, 'mac'> & { readonly mac?: string }): string {
  const { mac: _, ...signed } = message
  return JSON.stringify(sorted(signed))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  // From pairs, so that a key like __proto__ stays an entry.
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}
