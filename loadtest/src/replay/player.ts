import { randomUUID } from 'node:crypto'
import type { StationConfig } from '@twin/models/stations'
import type { Watermark } from '@twin/models/wire'
import { deviceSecret } from '../fleet/command-guard.ts'
import { Connection } from '../fleet/connection.ts'
import { encode } from '../fleet/payload.ts'
import { Uplink, type Row } from '../fleet/uplink.ts'

export interface Track {
  readonly device: string
  readonly kind: string
  readonly points: readonly string[]
  readonly rows: readonly Row[]
}

export interface PlayOptions {
  readonly url: string
  readonly station: StationConfig
  readonly tracks: readonly Track[]
  readonly source: string
  /** Recorded seconds per second, or as fast as it is acknowledged. */
  readonly speed: number | 'max'
  readonly master: string | null
  readonly signal: AbortSignal
  readonly onProgress?: (at: number, samples: number) => void
}

/** Samples in one message at full speed. */
const BATCH = 240
const TICK_MS = 200

/** Plays recorded samples with their own times, every device under its own session; resolves with the samples acknowledged. */
export async function play(options: PlayOptions): Promise<number> {
  const players = options.tracks.map((track) => open(track, options))
  const samples = { acknowledged: 0 }
  try {
    await Promise.all(players.map((player) => player.up))
    const first = Math.min(...options.tracks.map(({ rows }) => rows[0]?.[0] ?? Infinity))
    const began = Date.now()
    let open = true
    while (open && !options.signal.aborted) {
      open = false
      const upTo = options.speed === 'max' ? Infinity : first + (Date.now() - began) * options.speed
      for (const player of players) {
        // A few batches ahead of the acknowledgements, never the whole year.
        while (player.uplink.ready && player.next < player.track.rows.length) {
          const batch = player.track.rows.slice(player.next, player.next + BATCH).filter(([at]) => at <= upTo)
          if (batch.length === 0) break
          player.next += batch.length
          player.uplink.upload(batch, () => (samples.acknowledged += batch.length))
        }
        open ||= player.next < player.track.rows.length
      }
      options.onProgress?.(Math.min(upTo, latest(players)), samples.acknowledged)
      await new Promise((resolve) => setTimeout(resolve, options.speed === 'max' ? 5 : TICK_MS))
    }
    const sent = players.reduce((sum, player) => sum + player.next, 0)
    const deadline = Date.now() + 60_000
    while (samples.acknowledged < sent && Date.now() < deadline && !options.signal.aborted)
      await new Promise((resolve) => setTimeout(resolve, 10))
    return samples.acknowledged
  } finally {
    await Promise.all(players.map((player) => player.connection.stop()))
  }
}

interface Player {
  readonly track: Track
  readonly uplink: Uplink
  readonly connection: Connection
  readonly up: Promise<void>
  next: number
}

function open(track: Track, { url, station, source, speed, master }: PlayOptions): Player {
  const boot = randomUUID().slice(0, 8)
  const { device } = track
  const uplink = new Uplink({ org: station.org, station: station.id, device, boot, format: 'json', batch: BATCH })
  let online = (): void => undefined
  const up = new Promise<void>((resolve) => (online = resolve))
  const topic = `tw/${station.org}/${station.id}`
  uplink.event({ type: 'birth', kind: track.kind, points: track.points, firmware: 'replay', replay: { source, speed } })
  const connection = new Connection({
    url,
    clientId: `replay-${device}-${boot}`,
    ...(master !== null && { username: device, password: deviceSecret(master, device) }),
    will: {
      topic: `${topic}/e/${device}`,
      payload: encode({ v: 1, ts: Date.now(), body: { type: 'death', reason: 'replay ended' } }, 'json'),
    },
    subscribe: [`${topic}/a/${device}`],
    onUp: (send) => {
      uplink.connected(send)
      online()
    },
    onDown: () => uplink.disconnected(),
    onMessage: (_, payload) => {
      const mark = JSON.parse(payload.toString('utf8')) as Partial<Watermark>
      if (mark.boot !== undefined && mark.seq !== undefined) uplink.durable({ ...mark, boot: mark.boot, seq: mark.seq })
    },
  })
  connection.start()
  return { track, uplink, connection, up, next: 0 }
}

const latest = (players: readonly Player[]): number => Math.max(...players.map(({ track, next }) => track.rows[next - 1]?.[0] ?? 0))
