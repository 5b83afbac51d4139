import { topicOf } from '@twin/models/wire'
import type { StationConfig } from '@twin/models/stations'
import { deviceSecret } from '../fleet/command-guard.ts'
import { syntheticPoints, syntheticValues } from '../fleet/synthetic.ts'
import type { Recording } from '../replay/recording.ts'

/** What a k6 script has to know of a device, ready made: k6 can't read the models. */
export interface ScriptDevice {
  readonly telemetry: string
  readonly events: string
  readonly kind: string
  readonly points: readonly string[]
  /** Sent one after the other and from the beginning again. */
  readonly rows: readonly (readonly unknown[])[]
}
/** One connection. */
export interface ScriptClient {
  readonly username: string
  /** '' = anonymous. */
  readonly password: string
  readonly devices: readonly ScriptDevice[]
}

const ROWS = 600

function clientOf(station: StationConfig, master: string | null, devices: readonly ScriptDevice[]): ScriptClient {
  const gateway = station.devices.find(({ kind }) => kind === 'gateway')
  const signs = master !== null && gateway !== undefined
  return { username: signs ? gateway.id : '', password: signs ? deviceSecret(master, gateway.id) : '', devices }
}

const topics = (station: StationConfig, device: string): Pick<ScriptDevice, 'telemetry' | 'events'> => ({
  telemetry: topicOf({ org: station.org, station: station.id, channel: 't', device }),
  events: topicOf({ org: station.org, station: station.id, channel: 'e', device }),
})

/** A connection per station. */
export function syntheticClients(stations: readonly StationConfig[], master: string | null): ScriptClient[] {
  const rows = Array.from({ length: ROWS }, (_, k) => syntheticValues(k))
  return stations.map((station) =>
    clientOf(
      station,
      master,
      station.devices
        .filter(({ kind }) => kind === 'compressor')
        .map(({ id, kind }) => ({ ...topics(station, id), kind, points: syntheticPoints, rows })),
    ),
  )
}

/** Recorded values one row a second, with the times of today. */
export function recordedClients({ station, tracks }: Recording, master: string | null): ScriptClient[] {
  return [
    clientOf(
      station,
      master,
      tracks.map(({ device, kind, points, rows }) => ({
        ...topics(station, device),
        kind,
        points,
        rows: rows.slice(0, ROWS).map(([, values]) => values),
      })),
    ),
  ]
}
