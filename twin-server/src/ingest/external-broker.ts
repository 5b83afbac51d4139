import { openBrokerSession, type SessionLimits } from './broker-session.ts'
import type { DownTransport } from './downlink.ts'
import { createFloodGuard, defaultFloodLimits, type FloodLimits } from './flood-guard.ts'
import type { Intake } from './intake.ts'
import type { Log } from './log.ts'
import type { IngestMetrics } from './metrics.ts'
import { parseTopic } from '@twin/models/wire'

export interface MqttClientIngestOptions {
  /** `mqtt(s)://user:password@host:port`; the account may read `tw/+/+/{t,e}/+` and write `tw/+/+/{c,a}/+`. */
  readonly url: string
  /** Same after a restart, different per node: 1..40 characters of 0-9a-z-. */
  readonly node: string
  readonly intake: Intake
  readonly metrics: IngestMetrics
  readonly log: Log
  readonly flood?: FloodLimits
  /** Asked before every attempt to connect: false once another owner took over. */
  readonly mayConnect?: () => boolean | Promise<boolean>
  /** What devices sent while we were away may be lost: ask them for their births. */
  readonly onSessionLost?: (stream: 'e' | 't') => void
  readonly now?: () => number
  readonly session?: SessionLimits | undefined
}

export interface MqttClientIngest extends DownTransport {
  status(): { readonly connected: boolean; readonly error: string | null; readonly unacknowledged: number }
  close(): Promise<void>
}

/** No subscriber took it (MQTT 5): the device is not there. */
const NO_MATCHING_SUBSCRIBERS = 16

/** Two sessions with a broker outside, so that a flood of telemetry never holds up events. */
export function startMqttClientIngest(options: MqttClientIngestOptions): MqttClientIngest {
  const { intake, metrics } = options
  const now = options.now ?? Date.now
  const flood = createFloodGuard(options.flood ?? defaultFloodLimits)
  const session = (stream: 'e' | 't', receiveMaximum: number) =>
    openBrokerSession({
      limits: options.session,
      url: options.url,
      clientId: `tw-${stream}-${options.node}`,
      filters: () => [`tw/+/+/${stream}/+`],
      receiveMaximum,
      log: options.log,
      mayConnect: options.mayConnect ?? (() => true),
      onSessionLost() {
        metrics.sessionsLost++
        options.onSessionLost?.(stream)
      },
      onMessage({ topic, payload, dup }, done) {
        const incoming = { topic, payload, from: 'broker' } as const
        const device = parseTopic(topic)?.device ?? ''
        // The window is shared by all devices and acknowledged in order, so an excess can't wait here: it is put aside and acknowledged.
        // Events are never put aside, and neither is what comes a second time, because it was within the rate the first time.
        if (stream === 't' && !dup && flood.take(device, now()) > 0) {
          metrics.throttled++
          metrics.throttledDevices.set(device, (metrics.throttledDevices.get(device) ?? 0) + 1)
          intake.refuse(incoming, 'throttled', 'sent faster than a device may', done)
        } else intake.take(incoming, done)
      },
    })
  const events = session('e', 256)
  const telemetry = session('t', 2048)

  return {
    async send(topic, payload, { qos, expiresInMs }) {
      if (!events.status().connected) return { ok: false, reason: 'not-connected', detail: 'no connection to the broker' }
      const messageExpiryInterval = Math.max(1, Math.floor(expiresInMs / 1000))
      const code = await events.publish(topic, payload, { qos, retain: false, properties: { messageExpiryInterval } })
      if (code === NO_MATCHING_SUBSCRIBERS) return { ok: false, reason: 'not-connected', detail: 'no connected device listens' }
      return code < 128 ? { ok: true } : { ok: false, reason: 'failed', detail: `broker answered ${code}` }
    },
    status() {
      const [e, t] = [events.status(), telemetry.status()]
      return { connected: e.connected && t.connected, error: e.error ?? t.error, unacknowledged: e.unacknowledged + t.unacknowledged }
    },
    async close() {
      await Promise.all([events.close(), telemetry.close()])
    },
  }
}
