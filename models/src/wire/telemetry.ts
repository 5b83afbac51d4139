import { type DeviceKind, findPoint, type PointDefinition, toSlab } from '../kinds/index.ts'
import { qualities } from '../twin/types.ts'
import { blankSample } from './blank-sample.ts'
import type { Envelope, RejectReason } from './types.ts'

/** One sample in slab form: a slot per point of the kind; NaN and 255 where nothing was measured. */
export interface Sample {
  /** Source time, epoch ms. */
  readonly at: number
  readonly values: Float64Array
  readonly quality: Uint8Array
}
export interface TextReading {
  readonly point: string
  readonly text: string
  readonly at: number
}
export interface Reject {
  readonly reason: RejectReason
  /** '' when a whole sample or message was refused. */
  readonly point: string
  readonly detail: string
}
export interface TelemetryReading {
  readonly samples: readonly Sample[]
  readonly texts: readonly TextReading[]
  readonly rejects: readonly Reject[]
}
export interface TelemetryLimits {
  readonly now: number
  /** How far a sender's clock may be ahead, ms. */
  readonly futureToleranceMs: number
  /** Older samples are refused, ms; Infinity = none. */
  readonly maxAgeMs: number
}

const GOOD = qualities.indexOf('good')
const MAX_TEXT = 256

/**
 * Telemetry body → samples. Never throws: a bad value is refused alone, with its reason, and the rest of its sample is kept.
 * Points computed by the twin are unknown to devices. `declared` is the order of `s` rows from the birth; its slots are remembered.
 */
export function readTelemetry(
  kind: DeviceKind,
  declared: readonly string[],
  envelope: Envelope<unknown>,
  limits: TelemetryLimits,
): TelemetryReading {
  const reading = new Reading(kind, limits)
  const body = envelope.body as { readonly p?: unknown; readonly s?: unknown } | null | undefined
  if (isRecord(body?.p)) reading.named(envelope.ts, body.p)
  else if (!Array.isArray(body?.s)) reading.refuse('wrong-type', '', 'neither p nor s')
  else if (declared.length === 0) reading.refuse('no-birth', '', 's rows need a birth')
  else {
    const slots = slotsOf(kind, declared)
    for (const row of body.s as readonly unknown[]) reading.row(row, declared, slots)
  }
  const { samples, texts, rejects } = reading
  return { samples, texts, rejects }
}

class Reading implements TelemetryReading {
  readonly samples: Sample[] = []
  readonly texts: TextReading[] = []
  readonly rejects: Reject[] = []
  readonly #kind: DeviceKind
  readonly #limits: TelemetryLimits

  constructor(kind: DeviceKind, limits: TelemetryLimits) {
    this.#kind = kind
    this.#limits = limits
  }

  refuse(reason: RejectReason, point: string, detail: string): void {
    this.rejects.push({ reason, point, detail })
  }

  named(at: number, values: Readonly<Record<string, unknown>>): void {
    if (!this.#timely(at)) return
    const sample = this.#blank(at)
    let filled = false
    for (const name of Object.keys(values)) {
      const value = values[name]
      if (value === null) continue
      const slot = reportedSlot(this.#kind, name)
      if (this.#put(sample, slot, name, value)) filled = true
    }
    if (filled) this.samples.push(sample)
  }

  row(row: unknown, declared: readonly string[], slots: Int32Array): void {
    if (!Array.isArray(row) || !Array.isArray(row[1])) return this.refuse('wrong-type', '', 'row is not [ts, values]')
    const at: unknown = row[0]
    const values: readonly unknown[] = row[1]
    if (!this.#timely(at)) return undefined
    if (values.length > slots.length) this.refuse('unknown-point', '', `${values.length} values for ${slots.length} declared points`)
    const sample = this.#blank(at)
    let filled = false
    const count = Math.min(values.length, slots.length)
    for (let column = 0; column < count; column += 1) {
      const value = values[column]
      if (value === null) continue
      if (this.#put(sample, slots[column] ?? -1, declared[column] ?? '', value)) filled = true
    }
    if (filled) this.samples.push(sample)
    return undefined
  }

  /** True when a number went into the sample. */
  #put(sample: Sample, slot: number, name: string, value: unknown): boolean {
    const point = this.#kind.points[slot]
    if (!point) {
      this.refuse('unknown-point', name.slice(0, 64), 'not a point this kind reports')
      return false
    }
    if (point.type === 'string') {
      if (typeof value !== 'string') this.refuse('wrong-type', name, `text expected, got ${typeof value}`)
      else if (value.length > MAX_TEXT) this.refuse('out-of-range', name, `text longer than ${MAX_TEXT}`)
      else this.texts.push({ point: name, text: value, at: sample.at })
      return false
    }
    const number = quickly(point, value)
    if (Number.isNaN(number)) {
      const result = toSlab(point, value)
      if (!result.ok) {
        this.refuse(result.reason, name, result.detail)
        return false
      }
      sample.values[slot] = result.value
    } else sample.values[slot] = number
    sample.quality[slot] = GOOD
    return true
  }

  #timely(at: unknown): at is number {
    const { now, futureToleranceMs, maxAgeMs } = this.#limits
    if (!Number.isSafeInteger(at) || (at as number) < 0) this.refuse('wrong-type', '', 'source time is no epoch milliseconds')
    else if ((at as number) > now + futureToleranceMs) this.refuse('future', '', `${(at as number) - now} ms ahead`)
    else if (now - (at as number) > maxAgeMs) this.refuse('too-old', '', `${now - (at as number)} ms old`)
    else return true
    return false
  }

  #blank(at: number): Sample {
    const room = blankSample(this.#kind.points.length)
    return { at, values: room.values, quality: room.quality }
  }
}

/** The common cases of `toSlab` without an object per value; NaN = let `toSlab` decide. */
function quickly(point: PointDefinition, value: unknown): number {
  if (point.type === 'float' && typeof value === 'number')
    return value >= (point.min ?? -Number.MAX_VALUE) && value <= (point.max ?? Number.MAX_VALUE) ? value : Number.NaN
  if (point.type === 'bool' && typeof value === 'boolean') return value ? 1 : 0
  if (point.type === 'enum' && typeof value === 'string') {
    const index = point.values?.indexOf(value) ?? -1
    return index < 0 ? Number.NaN : index
  }
  return Number.NaN
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function reportedSlot(kind: DeviceKind, name: string): number {
  const slot = findPoint(kind, name)
  return kind.points[slot]?.tier === 'derived' ? -1 : slot
}

const known = new WeakMap<readonly string[], { readonly kind: DeviceKind; readonly slots: Int32Array }>()

function slotsOf(kind: DeviceKind, declared: readonly string[]): Int32Array {
  const found = known.get(declared)
  if (found?.kind === kind && found.slots.length === declared.length) return found.slots
  const slots = Int32Array.from(declared, (name) => reportedSlot(kind, name))
  known.set(declared, { kind, slots })
  return slots
}
