const MODULUS = 36n ** 12n

/** 12 characters of 0-9a-z that follow from a text: the same station always composes to the same device ids. */
export function idFrom(text: string): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  return (hash % MODULUS).toString(36).padStart(12, '0')
}
