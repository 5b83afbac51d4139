/**
 * What devices and server say to each other over MQTT.
 * Topics `tw/{org}/{station}/{t|e|c|a}/{device}`; a first payload byte `{` means JSON, anything else msgpack (no records).
 */
export type Channel = 't' | 'e' | 'c' | 'a'

/** Every payload up: `seq` counts per device and boot from 1. Without boot and seq: idempotent set-state only. */
export interface Envelope<Body> {
  readonly v: 1
  /** Random text or counter chosen at device start. */
  readonly boot?: string | number
  readonly seq?: number
  /** Source time, epoch ms. */
  readonly ts: number
  readonly body: Body
}

export type WireValue = number | boolean | string | null

/** `p`: one sample by name. `s`: samples `[ts, values]` with values in the order declared at birth (null = not measured). */
export type TelemetryBody =
  | { readonly p: Readonly<Record<string, WireValue>> }
  | { readonly s: readonly (readonly [number, readonly WireValue[]])[] }

export type EventBody =
  | {
      readonly type: 'birth'
      readonly kind: string
      /** Names of the points in the order of `s` rows. */
      readonly points: readonly string[]
      readonly firmware?: string
      /** A recording played back: this station runs on the recording's clock at this speed ('max' = as fast as it goes). */
      readonly replay?: { readonly source: string; readonly speed: number | 'max' }
    }
  | { readonly type: 'death'; readonly reason?: string }
  | {
      readonly type: 'ack'
      /** Command id (UUIDv7). */
      readonly id: string
      readonly ok: boolean
      /** Why not, in the device's words: `LOCAL`, `INTERLOCK`, `RANGE` … */
      readonly reason?: string
    }
  | { readonly type: 'event'; readonly name: string; readonly data?: Readonly<Record<string, WireValue>> }
  | { readonly type: 'position'; readonly lat: number; readonly lng: number; readonly accuracy?: number; readonly source: 'gnss' | 'cell' }

/** Down on `c`. mac = hex HMAC-SHA256 with the device's secret over `canonicalCommand(message)`. */
export interface CommandMessage {
  readonly v: 1
  readonly id: string
  /** Epoch and number of the sender: a device refuses an older (e, n). */
  readonly e: number
  readonly n: number
  /** Boot of the device the command is for; another boot refuses it. */
  readonly boot: string | number | null
  /** Command code, e.g. `compressor.stop`. */
  readonly kind: string
  readonly args: Readonly<Record<string, unknown>>
  readonly issuedAt: number
  readonly expiresAt: number
  readonly mac: string
}

/**
 * Down on `a` every 10 s: what is durable; a store-and-forward device may forget it. Up to and including `seq` everything is; on telemetry
 * everything up to `t`, on events up to `e`. These may be ahead of `seq`, because the channels share numbers but not their way.
 */
export interface Watermark {
  readonly boot: string | number
  /** 0 = nothing known to be complete. */
  readonly seq: number
  readonly t?: number
  readonly e?: number
}

/** Why a message or a value was not taken; counted per device and reason. */
export type RejectReason =
  | 'unreadable'
  | 'oversize'
  | 'unknown-device'
  | 'not-permitted'
  | 'wrong-version'
  | 'wrong-type'
  | 'unknown-point'
  | 'out-of-range'
  | 'not-a-number'
  | 'future'
  | 'too-old'
  | 'no-birth'
  | 'throttled'
  | 'poison'
  | 'duplicate'
