import { randomUUID } from 'node:crypto'
import type { StationConfig } from '@twin/models/stations'
import type { Effect } from '@twin/models/twin'
import { canonicalCommand, type CommandMessage, topicOf, type Watermark } from '@twin/models/wire'
import type { IngestRuntime } from './intake.ts'
import type { IngestMetrics } from './metrics.ts'
import { commandMac, deviceSecret } from './secrets.ts'

export type PublishOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'not-connected' | 'unknown-device' | 'expired' | 'failed'; readonly detail: string }

/** How a transport brings bytes to one device. Resolves when they are on their way, not when the device acted. */
export interface DownTransport {
  send(topic: string, payload: Uint8Array, options: { readonly qos: 0 | 1; readonly expiresInMs: number }): Promise<PublishOutcome>
}

export interface Downlink {
  /** Signs and sends a command; the outcome tells only whether it left. The device's ack is the real answer. */
  publishCommand(effect: Pick<Extract<Effect, { kind: 'publishCommand' }>, 'station' | 'device' | 'message'>): Promise<PublishOutcome>
  /** Asks a device to send its birth again. */
  requestRebirth(effect: { readonly station: string; readonly device: string }): Promise<PublishOutcome>
  /** Sends the watermarks that moved, and every sixth round all of them, because a device may have missed one. */
  publishWatermarks(): Promise<void>
}

export const REBIRTH = 'rebirth'
const REBIRTH_TTL = 30_000

export function createDownlink(options: {
  readonly transport: DownTransport
  readonly runtime: Pick<IngestRuntime, 'watermarks' | 'stationOf'>
  readonly master: string
  readonly generationOf?: (device: string) => number
  readonly metrics: IngestMetrics
  readonly now?: () => number
}): Downlink {
  const { transport, runtime, master, metrics } = options
  const now = options.now ?? Date.now
  const generationOf = options.generationOf ?? (() => 1)
  const sent = new Map<string, string>()
  let round = 0

  const addressed = (station: string, device: string): StationConfig | undefined => {
    const config = runtime.stationOf(device)
    return config?.id === station ? config : undefined
  }
  const command = async (station: string, device: string, message: Omit<CommandMessage, 'mac'>): Promise<PublishOutcome> => {
    const config = addressed(station, device)
    if (!config) return { ok: false, reason: 'unknown-device', detail: `no device ${device} in station ${station}` }
    const left = message.expiresAt - now()
    if (left <= 0) return { ok: false, reason: 'expired', detail: 'the command expired before it could be sent' }
    const mac = commandMac(deviceSecret(master, device, generationOf(device)), canonicalCommand(message))
    const payload = Buffer.from(JSON.stringify({ ...message, mac } satisfies CommandMessage))
    return transport.send(topicOf({ org: config.org, station, channel: 'c', device }), payload, { qos: 1, expiresInMs: left })
  }
  const counted = async (outcome: Promise<PublishOutcome>): Promise<PublishOutcome> => {
    const result = await outcome.catch((error: unknown): PublishOutcome => ({ ok: false, reason: 'failed', detail: String(error) }))
    metrics[result.ok ? 'published' : 'publishFailures']++
    return result
  }

  return {
    publishCommand: ({ station, device, message }) => counted(command(station, device, message)),
    requestRebirth: ({ station, device }) => {
      const issuedAt = now()
      // Outside the order of commands: e and n are 0, and a device answers it whatever it took before.
      const message = {
        v: 1,
        id: randomUUID(),
        e: 0,
        n: 0,
        boot: null,
        kind: REBIRTH,
        args: {},
        issuedAt,
        expiresAt: issuedAt + REBIRTH_TTL,
      } as const
      return counted(command(station, device, message))
    },
    async publishWatermarks() {
      const all = round++ % 6 === 0
      let sends = 0
      for (const [device, watermark] of runtime.watermarks()) {
        const mark = JSON.stringify(watermark satisfies Watermark)
        if (!all && sent.get(device) === mark) continue
        const config = runtime.stationOf(device)
        if (!config) {
          sent.delete(device)
          continue
        }
        const payload = Buffer.from(mark)
        const outcome = await transport
          .send(topicOf({ org: config.org, station: config.id, channel: 'a', device }), payload, { qos: 1, expiresInMs: 60_000 })
          .catch(() => undefined)
        if (outcome?.ok) {
          sent.set(device, mark)
          metrics.watermarks++
        } else sent.delete(device)
        // Thousands of devices must not hold the loop for long.
        if (++sends % 200 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
    },
  }
}
