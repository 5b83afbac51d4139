/** Fixed for ever: journal, fences and topics of every installation are cut by it. */
export const SHARDS = 4096

const P1 = 0x9e3779b1
const P2 = 0x85ebca77
const P3 = 0xc2b2ae3d
const P4 = 0x27d4eb2f
const P5 = 0x165667b1

const rotate = (x: number, bits: number) => (x << bits) | (x >>> (32 - bits))
const round = (lane: number, input: number) => Math.imul(rotate((lane + Math.imul(input, P2)) | 0, 13), P1)

/** xxHash32 of UTF-8 text, as an unsigned number. */
export function xxh32(text: string, seed = 0): number {
  const bytes = new TextEncoder().encode(text)
  const view = new DataView(bytes.buffer)
  const length = bytes.length
  let at = 0
  let hash = (seed + P5) | 0
  if (length >= 16) {
    let a = (seed + P1 + P2) | 0
    let b = (seed + P2) | 0
    let c = seed | 0
    let d = (seed - P1) | 0
    for (; at <= length - 16; at += 16) {
      a = round(a, view.getUint32(at, true))
      b = round(b, view.getUint32(at + 4, true))
      c = round(c, view.getUint32(at + 8, true))
      d = round(d, view.getUint32(at + 12, true))
    }
    hash = (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0
  }
  hash = (hash + length) | 0
  for (; at + 4 <= length; at += 4) hash = Math.imul(rotate((hash + Math.imul(view.getUint32(at, true), P3)) | 0, 17), P4)
  for (; at < length; at++) hash = Math.imul(rotate((hash + Math.imul(bytes[at] ?? 0, P5)) | 0, 11), P1)
  hash = Math.imul(hash ^ (hash >>> 15), P2)
  hash = Math.imul(hash ^ (hash >>> 13), P3)
  return (hash ^ (hash >>> 16)) >>> 0
}

const shards = new Map<string, number>()
const REMEMBERED = 100_000

/** Asked several times for every message, of the same stations. */
export function shardOf(station: string): number {
  let shard = shards.get(station)
  if (shard !== undefined) return shard
  shard = xxh32(station) & (SHARDS - 1)
  if (shards.size < REMEMBERED) shards.set(station, shard)
  return shard
}
export const shardOfTechnician = (id: string): number => xxh32(`tech:${id}`) & (SHARDS - 1)
