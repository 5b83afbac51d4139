import { SHARDS, xxh32 } from '@twin/actors/runtime'

/**
 * Desired owner of every shard: capped rendezvous hashing. Every node ranks all members for a shard by a hash of both; the first one
 * that is not full gets it. Pure, so that all nodes that see the same members want the same; where they differ, the claims decide.
 */
export function placement(members: readonly string[], cap: number): readonly (string | null)[] {
  const owners: (string | null)[] = Array.from({ length: SHARDS }, () => null)
  if (members.length === 0) return owners
  const sorted = members.toSorted()
  const seeds = sorted.map((member) => xxh32(member))
  const limit = Math.ceil((cap * SHARDS) / sorted.length)
  const load = sorted.map(() => 0)
  for (let shard = 0; shard < SHARDS; shard++) {
    let best = -1
    let weight = -1
    for (const [i, seed] of seeds.entries()) {
      if ((load[i] ?? 0) >= limit) continue
      const w = mix(seed, shard)
      if (w > weight) [best, weight] = [i, w]
    }
    if (best < 0) continue
    load[best] = (load[best] ?? 0) + 1
    owners[shard] = sorted[best] ?? null
  }
  return owners
}

/** A well-spread number of both (the finaliser of MurmurHash3). */
function mix(seed: number, shard: number): number {
  let h = (seed ^ Math.imul(shard + 1, 0x9e3779b1)) | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
