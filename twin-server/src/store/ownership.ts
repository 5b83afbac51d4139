/** What this process holds: an epoch per shard, and where each of its streams stands. */
export interface Held {
  readonly epoch: number
  factSeq: number
  sampleSeq: number
}

export class Ownership {
  /** Incarnation of this process in tw_node. */
  readonly inc: string
  /** One process holds everything; otherwise shards come and go one by one. */
  all = true
  readonly shards = new Map<number, Held>()
  /** Deaths of owners count together when they follow each other within this time, ms. */
  crashWindowMs = 600_000
  /** Commits done, as tw_node.commits has it. */
  commits = 0

  constructor(inc: string) {
    this.inc = inc
  }
}

/** One stream of one shard that a commit moves. */
export interface Move {
  readonly shard: number
  readonly stream: 'e' | 't'
  readonly epoch: number
  readonly from: number
  readonly to: number
}

/**
 * The fences a batch moves, ascending. Rows must follow on what is committed without a gap: a gap means lost rows and is a bug of the
 * caller, so it throws. Rows up to what is committed already are a repeated batch; the fence decides what became of it.
 */
export function movesOf(
  held: ReadonlyMap<number, Held>,
  facts: readonly { readonly shard: number; readonly seq: number }[],
  samples: readonly { readonly shard: number; readonly seq: number }[],
  touches: readonly number[] = [],
): Move[] {
  const moves: Move[] = []
  const moved = new Set<number>()
  for (const [stream, rows] of [
    ['e', facts],
    ['t', samples],
  ] as const) {
    const spans = new Map<number, { first: number; last: number }>()
    for (const { shard, seq } of rows) {
      const span = spans.get(shard)
      if (!span) spans.set(shard, { first: seq, last: seq })
      else if (seq === span.last + 1) span.last = seq
      else throw new Error(`shard ${shard} stream ${stream}: ${seq} does not follow ${span.last}`)
    }
    for (const [shard, { first, last }] of spans) {
      moved.add(shard)
      const epoch = held.get(shard)?.epoch
      if (epoch === undefined) throw new Error(`shard ${shard} was not claimed`)
      moves.push({ shard, stream, epoch, from: first - 1, to: last })
    }
  }
  for (const shard of touches) {
    const now = held.get(shard)
    if (!moved.has(shard) && now) moves.push({ shard, stream: 'e', epoch: now.epoch, from: now.factSeq, to: now.factSeq })
  }
  return moves.sort((a, b) => a.shard - b.shard || (a.stream < b.stream ? -1 : 1))
}
