import type { StationConfig, StationKind } from './types.ts'

/** How derivation looks at the points of a station's devices. Slab form: bool 0/1, enum index. */
export interface PointReader {
  /** NaN when missing, bad or stale. */
  value(device: string, point: string): number
  /** Seconds since the value last changed, NaN when unknown. */
  stuckS(device: string, point: string): number
  /** Declared by the device at birth: it measures this itself, so the twin must not write it. */
  measures(device: string, point: string): boolean
  /** Increase of a counter over the last 24 h, NaN when history does not reach that far. */
  count24h?(device: string, point: string): number
}

/** Values by point name of one device, NaN = unknown. Only points that the twin computes and the device does not measure. */
export type DerivedValues = Readonly<Record<string, number>>

export interface StationDerivation {
  readonly values: DerivedValues
  /** Devices whose share is missing in a total (flow, power, energy, air, units): totals are partial. */
  readonly missing: readonly string[]
  /** GB 19153-2019 grade of the weighted units, 1 best; 4 = worse than the entry limit; null = no rating or no value. */
  readonly grade: 1 | 2 | 3 | 4 | null
}

/** Leak result known from a test or from night flow; NaN or absent = unknown. */
export interface LeakKnowledge {
  /** m3/min at the present header pressure. */
  readonly flow: number
  /** Mean header flow, m3/min, the rate refers to; absent = the present flow. */
  readonly mean?: number
}

/** stations/index.ts: `deriveStation`. Stateless; run it after the devices' own `deriveDevice`. */
export type DeriveStation = (config: StationConfig, reader: PointReader, leak?: LeakKnowledge, energyToday?: number) => StationDerivation
/**
 * stations/index.ts: `deriveDevice`: compressor expectedPower, specificPower, loadFactor24h; tank inspectionDueDays, safetyValveDueDays.
 * Everything that needs commands or links (commandedState, lastSeenAgeS …) is the actors'. `now` in epoch ms.
 */
export type DeriveDevice = (config: StationConfig, device: string, reader: PointReader, now: number) => DerivedValues

/** Where the station's energy and air counters are: its main meters, else the station's own totals. */
export interface CounterSource {
  readonly device: string
  readonly point: string
}
/** stations/index.ts: `counterSources`. */
export type CounterSources = (config: StationConfig) => { readonly energy: CounterSource; readonly air: CounterSource }

/** stations/index.ts: `composeStation`. */
export interface ComposeOptions {
  /** 12 characters 0-9a-z; device ids derive from it. */
  readonly id: string
  readonly kind: StationKind
  readonly code: string
  readonly name: string
  readonly nameEn: string
  readonly region: string
  readonly address: string
  readonly manager?: string
  readonly position: { readonly lat: number; readonly lng: number } | null
  readonly timeZone?: string
  readonly units: readonly UnitOptions[]
  readonly dryer?: 'refrigerated' | 'desiccant'
  /** m3 of each receiver that stands as a device of its own. */
  readonly tanks: readonly number[]
  /** m3 of everything that stores air; default: receivers and a tenth more in pipes. Needed where the receiver is part of the package. */
  readonly volume?: number
  /** Customer names of outlets, central stations only. */
  readonly outlets?: readonly string[]
  /** Cooling tower with two pumps, central stations only. */
  readonly waterCooled?: boolean
  readonly cameras?: number
  readonly powerMeter?: boolean
  readonly flowMeter?: boolean
  readonly filters?: number
  readonly pressure?: number
  readonly videoRequired?: boolean
  readonly energyQuota?: number | null
}
export interface UnitOptions {
  readonly variant: 'fixed' | 'vsd'
  /** kW of the motor; m3/min FAD at ratedPressure; bar gauge. */
  readonly ratedPower: number
  readonly ratedFlow: number
  readonly ratedPressure: number
}
