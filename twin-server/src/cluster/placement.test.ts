import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { placement, type PlacedShard } from './placement.ts'

const CAP = 1.1
const SHARDS = 1024
const HEAVIEST = 90

/** Numbers below 1 that a seed repeats (mulberry32). */
function numbers(seed: number): () => number {
  let a = seed
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
/** Half of the shards have no station, a few are hot. */
const weightsOf = (random: () => number): number[] =>
  Array.from({ length: SHARDS }, () => {
    const kind = random()
    return kind < 0.5 ? 0 : kind < 0.95 ? 1 + Math.floor(random() * 30) : 30 + Math.floor(random() * (HEAVIEST - 30))
  })
const nodesOf = (count: number): string[] => Array.from({ length: count }, (_, i) => `node-${i}`)
const free = (list: readonly number[]): PlacedShard[] => list.map((weight) => ({ owner: null, weight }))
const at = (owners: readonly (string | null)[], list: readonly number[]): PlacedShard[] =>
  list.map((weight, i) => ({ owner: owners[i] ?? null, weight }))
const loads = (owners: readonly (string | null)[], list: readonly number[], members: readonly string[]): number[] =>
  members.map((id) => list.reduce((total, weight, i) => total + (owners[i] === id ? weight : 0), 0))
const moved = (a: readonly (string | null)[], b: readonly (string | null)[]): number[] =>
  a.flatMap((owner, i) => (owner === b[i] ? [] : [i]))
const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0)
const of = (list: readonly number[], shards: readonly number[]): number => sum(shards.map((shard) => list[shard] ?? 0))
const spread = (list: readonly number[]): number => Math.max(...list) - Math.min(...list)
const allowed = (list: readonly number[], count: number): number => (2 * (CAP - 1) * sum(list)) / count

const property = (most: number, check: (random: () => number, count: number) => void): void =>
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 2, max: most }), (seed, count) => check(numbers(seed), count)),
    { numRuns: 25 },
  )

describe('placement', () => {
  it('gives every shard an owner, evens out load and numbers, and wants nothing else once that is so', () => {
    property(9, (random, count) => {
      const [list, members] = [weightsOf(random), nodesOf(count)]
      const owners = placement(free(list), members, CAP)
      expect(owners).not.toContain(null)
      const empty = list.map((weight) => (weight === 0 ? 1 : 0))
      for (const what of [list, empty]) expect(spread(loads(owners, what, members))).toBeLessThanOrEqual(allowed(what, count) + 1)
      expect(moved(owners, placement(at(owners, list), members, CAP))).toEqual([])
    })
  })

  it('moves to a node that joins only, and no more than its share; of one that leaves what it had, and hardly anything else', () => {
    property(9, (random, count) => {
      const [list, many] = [weightsOf(random), nodesOf(count)]
      const few = many.slice(0, -1)
      const last = many.at(-1)
      const before = placement(free(list), few, CAP)
      const after = placement(at(before, list), many, CAP)
      const joined = moved(before, after)
      expect(joined.filter((shard) => after[shard] !== last)).toEqual([])
      expect(of(list, joined)).toBeLessThanOrEqual(sum(list) / count + HEAVIEST)
      expect(of(list, joined)).toBeGreaterThan((sum(list) / count) * 0.7 - HEAVIEST)
      // Until it has settled it is given nothing.
      expect(moved(before, placement(at(before, list), many, CAP, few))).toEqual([])
      const left = placement(at(after, list), few, CAP)
      const others = moved(after, left).filter((shard) => after[shard] !== last)
      expect(of(list, others)).toBeLessThanOrEqual(sum(list) * 0.05 + HEAVIEST)
    })
  })

  it('stays as it is while weights change a little', () => {
    property(9, (random, count) => {
      const [list, members] = [weightsOf(random), nodesOf(count)]
      const owners = placement(free(list), members, CAP)
      const later = list.map((weight) => Math.round(weight * (0.85 + random() * 0.3)))
      const moves = moved(owners, placement(at(owners, later), members, CAP))
      expect(of(later, moves)).toBeLessThanOrEqual(sum(list) * 0.03)
    })
  })

  it('moves no more than it must when one station gets hot, and gives its node less of the rest', () => {
    property(9, (random, count) => {
      const [list, members] = [weightsOf(random), nodesOf(count)]
      const owners = placement(free(list), members, CAP)
      const hot = list.findIndex((weight) => weight > 0)
      const heat = Math.round((sum(list) / count) * (0.5 + random()))
      const heated = list.map((weight, i) => (i === hot ? heat : weight))
      const after = placement(at(owners, heated), members, CAP)
      const others = moved(owners, after).filter((shard) => shard !== hot)
      expect(of(heated, others)).toBeLessThanOrEqual(heat + HEAVIEST)
      // Even, or it has nothing but the hot one.
      const own = after.flatMap((owner, i) => (owner === after[hot] && i !== hot && heated[i] !== 0 ? [i] : []))
      const rest = own.length > 0 ? members : members.filter((id) => id !== after[hot])
      expect(spread(loads(after, heated, rest))).toBeLessThanOrEqual(allowed(heated, count) + 1)
    })
  })

  it('leaves a station alone where it is that is hotter than a node should be, and two such ones come apart', () => {
    const members = nodesOf(3)
    const calm = [10, 10, ...Array.from({ length: 60 }, () => 10)]
    const together = placement(free(calm), members, CAP).map((owner, i) => (i < 2 ? 'node-0' : owner))
    const one = calm.map((weight, i) => (i === 0 ? 1000 : weight))
    const owners = placement(at(together, one), members, CAP)
    expect(owners[0]).toBe('node-0')
    expect(owners.filter((owner) => owner === 'node-0')).toHaveLength(1)
    expect(spread(loads(owners, one, ['node-1', 'node-2']))).toBeLessThanOrEqual(10)
    const two = calm.map((weight, i) => (i < 2 ? 1000 - i : weight))
    const apart = placement(at(together, two), members, CAP)
    expect(apart[0]).not.toBe(apart[1])
  })
})
