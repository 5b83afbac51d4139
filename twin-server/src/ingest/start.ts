import type { Server } from 'node:http'
import type { Runtime } from '@twin/actors/runtime'
import type { StationConfig } from '@twin/models/stations'
import type { SessionLimits } from './broker-session.ts'
import { createCredentials } from './credentials.ts'
import { createDownlink, type Downlink } from './downlink.ts'
import { startEmbeddedBroker } from './embedded-broker.ts'
import { startMqttClientIngest } from './external-broker.ts'
import { createIntake, type IngestRuntime } from './intake.ts'
import type { FloodLimits } from './flood-guard.ts'
import type { Log } from './log.ts'
import { createIngestMetrics, type IngestMetrics } from './metrics.ts'
import { requireMaster } from './secrets.ts'
import { createSpool, type Spool, type SpoolOptions } from './spool.ts'
import { createSpoolDrain, type SpoolDrainOptions } from './spool-drain.ts'
import { SpoolFiles } from './spool-files.ts'
import type { SpoolRecord } from './spool-record.ts'
import { createShardBroker, type ShardBroker } from './shard-broker.ts'

export interface IngestOptions {
  readonly runtime: IngestRuntime & Pick<Runtime, 'stations' | 'epochOf' | 'metrics'>
  readonly log: Log
  /** Master of all device secrets; missing or simple → MasterSecretError. */
  readonly master: string
  /** Anonymous devices on loopback. */
  readonly demo: boolean
  /** Sessions with a broker outside, and what devices are told of; without them those of limits.ts. */
  readonly session?: SessionLimits
  readonly devices?: { readonly watermarkMs: number; readonly rebirthsPerSecond: number }
  readonly generationOf?: (device: string) => number
  /** Rates of devices; without it those of `flood-guard.ts` and `embedded-broker.ts`. */
  readonly limits?: { readonly flood: FloodLimits; readonly acceptPerSecond: number }
  /** What becomes of telemetry while Postgres is away; without it, it waits. */
  readonly outage?: Pick<SpoolOptions, 'policy' | 'awayMs' | 'maxBytes' | 'place' | 'elsewhere' | 'handOn'> & {
    readonly dir: string
    readonly recorded: SpoolDrainOptions['recorded']
  }
  /** The broker inside, with WebSocket at `/mqtt` of `http`; or one outside. */
  readonly broker:
    | { readonly kind: 'embedded'; readonly host: string; readonly port: number; readonly http?: Server }
    | {
        readonly kind: 'sharded'
        readonly url: string
        readonly eventWindow: number
        readonly telemetryWindow: number
        readonly stationsOf: (shard: number) => readonly StationConfig[]
        readonly holds: (shard: number, epoch: number) => Promise<boolean>
      }
    | { readonly kind: 'external'; readonly url: string; readonly node: string; readonly mayConnect?: () => boolean | Promise<boolean> }
}

export interface Ingest extends Downlink {
  /** Sessions of the shards of a node in a cluster; null otherwise. */
  readonly shards: ShardBroker | null
  readonly metrics: IngestMetrics
  /** Telemetry that waits on the disk; null = none, and none will. */
  readonly spool: Spool | null
  /** Spooled messages of another node, taken as their owner; false = not all are ours. */
  takeSpooled(records: readonly SpoolRecord[]): Promise<boolean>
  /** Port of the embedded broker; null with an external one. */
  readonly port: number | null
  health(): { readonly ok: boolean; readonly detail: string }
  /** Cuts the sessions of a device whose secret changed; with an external broker its accounts decide. */
  disconnect(device: string): void
  close(): Promise<void>
}

/** How often devices are told what is durable, and rebirth requests a second after a lost session. */
const defaultPace = { watermarkMs: 10_000, rebirthsPerSecond: 50 }

/** Devices ⇄ runtime over MQTT. Rejects when the port can't be opened; an external broker is connected to in the background. */
export async function startIngest(options: IngestOptions): Promise<Ingest> {
  const { runtime, log, demo, session, devices: pace = defaultPace } = options
  const master = requireMaster(options.master)
  const metrics = createIngestMetrics()
  const generationOf = options.generationOf ?? (() => 1)
  const credentials = createCredentials({ master, demo, generationOf, stationOf: (device) => runtime.stationOf(device) })
  const direct = createIntake({ runtime, credentials, metrics })
  const { outage } = options
  const takeSpooled =
    outage &&
    createSpoolDrain({
      intake: direct,
      stationOf: (device) => runtime.stationOf(device),
      epochOf: (station) => runtime.epochOf(station),
      recorded: outage.recorded,
    })
  const files = outage && (await SpoolFiles.open(outage.dir, log))
  // Whatever the setting is by now: what was acknowledged has to be taken.
  const spool =
    outage && files && takeSpooled && (outage.policy !== 'hold' || files.messages > 0)
      ? createSpool({ ...outage, files, intake: direct, runtime, takeHere: takeSpooled, log })
      : null
  const intake = spool ?? direct
  let closing = false

  const parts = async () => {
    const { broker, limits } = options
    const flood = limits && { flood: limits.flood }
    if (broker.kind === 'embedded') {
      const { host, port, http } = broker
      const embedded = await startEmbeddedBroker({ host, port, intake, credentials, metrics, log, ...limits, ...(http ? { http } : {}) })
      return {
        transport: embedded,
        port: embedded.port,
        health: () => ({ ok: true, detail: `${metrics.connections} connections` }),
        disconnect: (device: string) => embedded.disconnect(device),
        shards: null,
      }
    }
    if (broker.kind === 'sharded') {
      const { url, eventWindow, telemetryWindow, stationsOf, holds } = broker
      const onSessionLost = (shard: number): void => {
        log.warn({ shard }, 'the broker lost the session of a shard; asking its devices for their births')
        void askAllForBirth(stationsOf(shard))
      }
      const sharded = createShardBroker({
        session,
        url,
        intake,
        metrics,
        log,
        eventWindow,
        telemetryWindow,
        stationsOf,
        holds,
        onSessionLost,
        ...flood,
      })
      return {
        transport: sharded,
        port: null,
        health: () => {
          const { sessions, connected, error } = sharded.status()
          return { ok: connected === sessions, detail: `${connected} of ${sessions} sessions with the broker${error ? `: ${error}` : ''}` }
        },
        disconnect: () => undefined,
        shards: sharded,
      }
    }
    const { url, node, mayConnect } = broker
    const onSessionLost = (stream: 'e' | 't'): void => {
      log.warn({ stream }, 'the broker lost our session; asking the devices for their births')
      if (stream === 'e') void askAllForBirth()
    }
    const external = startMqttClientIngest({
      session,
      url,
      node,
      intake,
      metrics,
      log,
      onSessionLost,
      ...flood,
      ...(mayConnect ? { mayConnect } : {}),
    })
    return {
      transport: external,
      port: null,
      health: () => {
        const { connected, error } = external.status()
        return { ok: connected, detail: connected ? 'connected to the broker' : (error ?? 'not connected to the broker') }
      },
      disconnect: () => undefined,
      shards: null,
    }
  }
  const { transport, port, health, disconnect, shards } = await parts()
  const downlink = createDownlink({ transport, runtime, master, generationOf, metrics })

  async function askAllForBirth(stations = runtime.stations()): Promise<void> {
    for (const station of stations)
      for (const device of station.devices) {
        if (closing) return
        await downlink.requestRebirth({ station: station.id, device: device.id })
        await new Promise((resolve) => setTimeout(resolve, 1000 / pace.rebirthsPerSecond))
      }
  }
  let running: Promise<void> | undefined
  const timer = setInterval(() => {
    running ??= downlink.publishWatermarks().finally(() => {
      running = undefined
    })
  }, pace.watermarkMs)

  return {
    ...downlink,
    shards,
    metrics,
    spool,
    takeSpooled: async (records) => (await takeSpooled?.(records)) ?? false,
    port,
    health,
    disconnect,
    async close() {
      closing = true
      clearInterval(timer)
      await running
      await transport.close()
      await spool?.close()
    },
  }
}
