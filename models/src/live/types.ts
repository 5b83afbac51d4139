import type { Patch } from './patch.ts'
import type { Condition } from '../alarms/condition.ts'
import type { StationKind } from '../stations/types.ts'
import type { DeviceState, StationState } from '../twin/types.ts'

/**
 * Live protocol, the same over socket.io (event `f` carries the bytes, requests are acknowledged emits) and plain ws at /ws.
 * Every frame and reply is one msgpackr buffer (`useRecords: false`).
 *
 * Topics:  `st:<stationId>:f` station at 100 ms   `st:<stationId>:s` station at 1 s   `fleet` summaries of all stations in the user's scope at 1 s.
 *
 * Client → server (ws: msgpack or JSON text; socket.io: emit(name, …)):
 *   { op: 'subscribe', topic }   { op: 'unsubscribe', topic }   { op: 'sync', topic }   { op: 'ping', t }
 * Server → client: Snapshot | Frame | Closed | Pong.
 * A frame applies only if `e` equals the epoch held and `s0` the sequence held; lower `e` or `s` ≤ held → drop; anything else → send `sync`.
 * A provisional frame has `s0` = `s`: it does not move the sequence, lies over the state until its patches come confirmed, and is never missed.
 */
export interface Snapshot {
  readonly k: 'snap'
  /** Topic. */
  readonly r: string
  readonly e: number
  readonly s: number
  /** Server time, epoch ms. */
  readonly t: number
  readonly state: StationView | FleetView
}

export interface Frame {
  readonly k: 'f'
  readonly r: string
  readonly e: number
  readonly s0: number
  readonly s: number
  readonly t: number
  /** Changed points, one entry per value: device index in `StationView.order`, point index of its kind, value (NaN = none), source time, quality index. */
  readonly d?: {
    readonly dev: readonly number[]
    readonly pt: readonly number[]
    readonly val: readonly number[]
    readonly ts: readonly number[]
    readonly q: readonly number[]
  }
  /** Patches to `StationView` / `FleetView` outside the slabs. */
  readonly o?: readonly Patch[]
  /** True: not committed yet (a new alarm shown at once); the same patches come again confirmed. */
  readonly provisional?: true
}

export interface Closed {
  readonly k: 'closed'
  readonly r: string
  readonly reason: 'not-signed-in' | 'not-permitted' | 'unknown-topic' | 'slow' | 'shutting-down'
}
export interface Pong {
  readonly k: 'pong'
  /** As sent. */
  readonly c: number
  /** Server time. */
  readonly t: number
}
export type ServerMessage = Snapshot | Frame | Closed | Pong

/** Columns of one device's slab. NaN and 255 where never seen. */
export interface SlabView {
  readonly val: number[]
  readonly ts: number[]
  readonly q: number[]
}

export interface StationView {
  readonly id: string
  /** Device ids; `Frame.d.dev` indexes it. The station's own device is first. */
  readonly order: readonly string[]
  readonly kinds: readonly string[]
  readonly slabs: readonly SlabView[]
  readonly devices: Readonly<Record<string, DeviceState>>
  readonly station: StationState
  /** Time the state is of; live = server time, twin at t = t. */
  readonly at: number
}

export type RunSummary = 'running' | 'standby' | 'alarm' | 'offline'

/** A line of the fleet list and a marker of the map. */
export interface StationSummary {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly nameEn: string
  readonly kind: StationKind
  readonly region: string
  /** WGS-84; null = 未定位. */
  readonly position: { readonly lat: number; readonly lng: number } | null
  readonly state: RunSummary
  /** Worst condition of its devices. */
  readonly condition: Condition
  /** bar gauge, m3/min, kW, kWh/m3; null when unknown or stale. */
  readonly pressure: number | null
  readonly flow: number | null
  readonly power: number | null
  readonly specificEnergy: number | null
  readonly units: { readonly total: number; readonly running: number; readonly loaded: number }
  readonly devices: { readonly total: number; readonly online: number }
  /** Open annunciated alarms by priority, and those not yet acknowledged. */
  readonly alarms: { readonly P1: number; readonly P2: number; readonly P3: number; readonly unacked: number }
  readonly presence: StationState['presence']
  /** Rated flow of all compressors in service and not scrapped, m3/min. */
  readonly ratedFlow: number
  /** Where customers take their air, by the name of the customer. */
  readonly outlets: readonly { readonly id: string; readonly name: string }[]
}
export interface FleetView {
  readonly stations: Readonly<Record<string, StationSummary>>
  /** The latest open alarms, newest first, at most 200: enough for banners and sound; the console pages through REST. */
  readonly alarms: readonly OpenAlarm[]
}
export interface OpenAlarm {
  readonly occurrence: string
  readonly code: string
  readonly station: string
  readonly device: string
  readonly priority: 'P1' | 'P2' | 'P3'
  readonly phase: string
  readonly raisedAt: number
  readonly provisional?: true
}
