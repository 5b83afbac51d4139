import { describe, expect, it } from 'vitest'
import { SHARDS, shardOf, xxh32 } from './shard.ts'

describe('shard', () => {
  it('[RT1] xxh32 gives the published test vectors', () => {
    expect(xxh32('')).toBe(0x02cc5d05)
    expect(xxh32('', 0x9e3779b1)).toBe(0x36b78ae7)
    expect(xxh32('a')).toBe(0x550d7456)
    expect(xxh32('abc')).toBe(0x32d153ff)
    expect(xxh32('Nobody inspects the spammish repetition')).toBe(0xe2293b2f)
  })
  it('[RT1] a station stays in its shard for ever', () => {
    expect(shardOf('abcdefghijkl')).toBe(xxh32('abcdefghijkl') % SHARDS)
    expect(shardOf('000000000001')).toBe(3419)
  })
})
