import { xxh32 } from '@twin/actors/runtime'

/** What is to be placed: where it is now (null: with nobody who lives), and what it costs its owner; 0 = a shard without stations. */
export interface PlacedShard {
  readonly owner: string | null
  readonly weight: number
}

/**
 * Wanted owner of every shard, by its index. What has a living owner stays there; the rest goes by capped rendezvous hashing to nodes that are
 * not full. Then the most loaded node gives to the least loaded one of `takers`, as few shards as it needs, until no two nodes differ by more
 * than twice (cap − 1) of the mean, or nothing it could give would make them more alike. Shards without stations are evened out by number, for
 * themselves. Pure, so that all nodes that see the same want the same; where they differ, the claims decide.
 */
export function placement(
  shards: readonly PlacedShard[],
  members: readonly string[],
  cap: number,
  takers: readonly string[] = members,
): readonly (string | null)[] {
  const wanted: (string | null)[] = shards.map(() => null)
  if (members.length === 0) return wanted
  for (const full of [true, false]) {
    const indices = shards.flatMap(({ weight }, i) => (weight > 0 === full ? [i] : []))
    // Heavy ones first: what is light fills the gaps.
    if (full) indices.sort((a, b) => (shards[b]?.weight ?? 0) - (shards[a]?.weight ?? 0) || a - b)
    const round = new Round(members, takers.length, (shard) => (full ? (shards[shard]?.weight ?? 1) : 1))
    round.place(indices, (shard) => shards[shard]?.owner ?? null, cap)
    round.level(new Set(takers), cap)
    for (const { id, held } of round.nodes) for (const shard of held) wanted[shard] = id
  }
  return wanted
}

interface Node {
  readonly id: string
  readonly seed: number
  readonly held: Set<number>
  load: number
}

class Round {
  readonly nodes: readonly Node[]
  readonly #weight: (shard: number) => number
  readonly #share: number
  #mean = 0

  /** `share`: nodes that what there is should be spread over. */
  constructor(members: readonly string[], share: number, weight: (shard: number) => number) {
    this.#share = share > 0 ? share : members.length
    this.nodes = members.toSorted().map((id) => ({ id, seed: xxh32(id), held: new Set(), load: 0 }))
    this.#weight = weight
  }

  place(shards: readonly number[], ownerOf: (shard: number) => string | null, cap: number): void {
    this.#mean = shards.reduce((sum, shard) => sum + this.#weight(shard), 0) / this.#share
    const byId = new Map(this.nodes.map((node) => [node.id, node]))
    const homeless: number[] = []
    for (const shard of shards) {
      const owner = byId.get(ownerOf(shard) ?? '')
      if (owner) this.#add(owner, shard)
      else homeless.push(shard)
    }
    for (const shard of homeless) {
      const most = Math.max(cap * this.#mean, Math.ceil(this.#mean)) - this.#weight(shard)
      let best: Node | undefined
      let highest = -1
      for (const node of this.nodes) {
        const rank = node.load <= most ? mix(node.seed, shard) : -1
        if (rank > highest) [best, highest] = [node, rank]
      }
      this.#add(best ?? this.#least(() => true), shard)
    }
  }

  level(takers: ReadonlySet<string>, cap: number): void {
    const slack = (cap - 1) * this.#mean
    if (!this.nodes.some(({ id }) => takers.has(id))) return
    for (;;) {
      const to = this.#least(({ id }) => takers.has(id))
      const move = this.nodes
        .filter((from) => from.load - to.load > 2 * slack)
        .toSorted((a, b) => b.load - a.load)
        .map((from) => ({ from, shard: this.#best(from, to, slack) }))
        .find(({ shard }) => shard !== undefined)
      if (move?.shard === undefined) return
      move.from.held.delete(move.shard)
      move.from.load -= this.#weight(move.shard)
      this.#add(to, move.shard)
    }
  }

  /** What brings both closest; nothing that would leave them nearly as far apart the other way round. */
  #best(from: Node, to: Node, slack: number): number | undefined {
    const gap = from.load - to.load
    let best: number | undefined
    let nearest = Infinity
    let highest = -1
    for (const shard of from.held) {
      const weight = this.#weight(shard)
      if (weight > gap - slack || weight >= gap) continue
      const left = Math.abs(gap - 2 * weight)
      if (left > nearest) continue
      const rank = mix(to.seed, shard)
      if (left < nearest || rank > highest) [best, nearest, highest] = [shard, left, rank]
    }
    return best
  }

  #least(which: (node: Node) => boolean): Node {
    const [first, ...rest] = this.nodes.filter(which)
    if (!first) throw new Error('no node to choose from')
    return rest.reduce((least, node) => (node.load < least.load ? node : least), first)
  }
  #add(node: Node, shard: number): void {
    node.held.add(shard)
    node.load += this.#weight(shard)
  }
}

/** A well-spread number of both (the finaliser of MurmurHash3). */
function mix(seed: number, shard: number): number {
  let h = (seed ^ Math.imul(shard + 1, 0x9e3779b1)) | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
