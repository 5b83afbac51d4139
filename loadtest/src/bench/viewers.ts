import { pointIndex } from '@twin/models/kinds'
import type { ServerMessage, StationView } from '@twin/models/live'
import { Unpackr } from 'msgpackr'
import WebSocket from 'ws'
import { syntheticPoints } from '../fleet/synthetic.ts'

export interface Viewers {
  readonly frames: () => number
  readonly bytes: () => number
  /** Source time of a value → its frame here, ms, since the last call. */
  latency(): { readonly p50: number; readonly p99: number; readonly max: number; readonly count: number }
  close(): void
}

interface PlainFrame {
  readonly frame: Readonly<Record<string, { readonly at: number }>>
}

const AT_ONCE = 20
const unpackr = new Unpackr({ useRecords: false, int64AsType: 'number' })

/** A point that every message of the load brings: what the server derives has times of its own. */
const sentPoint = pointIndex('compressor', syntheticPoints[0] ?? '')

/** Source times of the messages that a frame tells of; `kinds` of the devices come with the first message of a topic. */
function reader(product: boolean): (bytes: Buffer) => readonly number[] {
  if (!product) return (bytes) => Object.values((unpackr.unpack(bytes) as PlainFrame).frame).map(({ at }) => at)
  let kinds: readonly string[] = []
  return (bytes) => {
    const message = unpackr.unpack(bytes) as ServerMessage
    if (message.k === 'snap') kinds = (message.state as StationView).kinds
    const d = message.k === 'f' ? message.d : undefined
    if (!d) return []
    return d.ts.filter((_, i) => d.pt[i] === sentPoint && kinds[d.dev[i] ?? -1] === 'compressor')
  }
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
      const timesOf = reader(token !== null)
      socket.on('message', (data: Buffer) => {
        frames++
        bytes += data.length
        if (!measure) return
        const now = Date.now()
        for (const at of timesOf(data)) latencies.push(now - at)
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
