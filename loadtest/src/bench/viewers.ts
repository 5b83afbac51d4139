import { Unpackr } from 'msgpackr'
import WebSocket from 'ws'

export interface Viewers {
  readonly frames: () => number
  readonly bytes: () => number
  /** Source time of a value → its frame here, ms, since the last call. */
  latency(): { readonly p50: number; readonly p99: number; readonly max: number; readonly count: number }
  close(): void
}

interface ProductFrame {
  readonly k: string
  readonly d?: { readonly dev: readonly number[]; readonly ts: readonly number[] }
}
interface PlainFrame {
  readonly frame: Readonly<Record<string, { readonly at: number }>>
}

const AT_ONCE = 20
const unpackr = new Unpackr({ useRecords: false, int64AsType: 'number' })

/** Newest source time of every device in a frame: values of one message share it. */
function* times(bytes: Buffer, product: boolean): Generator<number> {
  const message = unpackr.unpack(bytes) as ProductFrame | PlainFrame
  if (!product) {
    for (const { at } of Object.values((message as PlainFrame).frame)) yield at
    return
  }
  const { k, d } = message as ProductFrame
  if (k !== 'f' || !d) return
  const newest = new Map<number, number>()
  for (const [i, dev] of d.dev.entries()) newest.set(dev, Math.max(newest.get(dev) ?? 0, d.ts[i] ?? 0))
  yield* newest.values()
}

/**
 * One viewer per entry of `stations`. `token` = the product's /ws with a subscription; null = the straight-line program, station in the path.
 * `measure` reads the frames; otherwise they are only counted.
 */
export async function openViewers(base: string, stations: readonly string[], token: string | null, measure = true): Promise<Viewers> {
  let frames = 0
  let bytes = 0
  let latencies: number[] = []
  const open = (station: string): Promise<WebSocket> =>
    new Promise((resolve, reject) => {
      const socket =
        token === null
          ? new WebSocket(`${base}/${station}`)
          : new WebSocket(`${base}/ws`, { headers: { authorization: `Bearer ${token}` } })
      socket.on('message', (data: Buffer) => {
        frames++
        bytes += data.length
        if (!measure) return
        const now = Date.now()
        for (const at of times(data, token !== null)) latencies.push(now - at)
      })
      socket.once('error', reject)
      socket.once('open', () => {
        if (token !== null) socket.send(JSON.stringify({ op: 'subscribe', topic: `st:${station}:f` }))
        resolve(socket)
      })
    })
  // A few at a time: each is signed in, and a thousand at once is a storm, which is another test.
  const sockets: WebSocket[] = []
  for (let from = 0; from < stations.length; from += AT_ONCE)
    sockets.push(...(await Promise.all(stations.slice(from, from + AT_ONCE).map(open))))
  return {
    frames: () => frames,
    bytes: () => bytes,
    latency() {
      const sorted = Float64Array.from(latencies).toSorted()
      latencies = []
      const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
      return { p50: at(0.5), p99: at(0.99), max: at(1), count: sorted.length }
    },
    close: () => {
      for (const socket of sockets) socket.terminate()
    },
  }
}
