/**
 * A whole amount (fen, watt-hours) cut by weight, so that the parts add up exactly: each gets its share rounded down, and what is left goes
 * one by one to the largest remainders (the earlier of two equal ones first). Who has no weight gets nothing. Weights are whole numbers, not
 * negative; with no weight at all nothing is given away. A negative amount is cut like its opposite.
 */
export function shareOut(amount: number, weights: readonly number[]): number[] {
  if (amount < 0) return shareOut(-amount, weights).map((part) => 0 - part)
  const all = weights.reduce((sum, weight) => sum + BigInt(weight), 0n)
  if (all === 0n) return weights.map(() => 0)
  // Amount times weight passes 2^53 long before either does.
  const whole = weights.map((weight) => BigInt(amount) * BigInt(weight))
  const parts = whole.map((product) => Number(product / all))
  const left = amount - parts.reduce((sum, part) => sum + part, 0)
  const order = whole
    .map((product, i) => ({ i, rest: product % all }))
    .toSorted((a, b) => (a.rest < b.rest ? 1 : a.rest > b.rest ? -1 : a.i - b.i))
  for (const { i } of order.slice(0, left)) parts[i] = (parts[i] ?? 0) + 1
  return parts
}
