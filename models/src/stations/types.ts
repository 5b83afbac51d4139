import type { Label } from '../kinds/types.ts'

/** 单机模块, 智慧空压站, 集中空压站 (readings.md 1). */
export type StationKind = 'singleModule' | 'smartStation' | 'centralStation'

/** Where a unit stands: metres in the station's plan, y up, rotation in degrees about y. */
export interface Placement {
  readonly position: readonly [number, number, number]
  readonly rotation: number
}

/** A run of pipe between two ends (device ids) through corner points, in plan metres. */
export interface Pipe {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly path: readonly (readonly [number, number, number])[]
  readonly medium: 'air' | 'water' | 'condensate'
  readonly diameter: number
}

export interface DeviceConfig {
  /** 12 characters of 0-9a-z, immutable; for the device of kind `station` it is the station's id. */
  readonly id: string
  readonly stationId: string
  readonly kind: string
  readonly variant: string | null
  /** What people read on the nameplate and re-enter to confirm a command. */
  readonly code: string
  readonly name: string
  readonly placement: Placement
  /** Settings named by the kind's `config` plus ratings: ratedPower kW, ratedFlow m3/min, ratedPressure bar, volume m3 … */
  readonly settings: Readonly<Record<string, number>>
  /** Customer name of an outlet, and whatever else is text. */
  readonly texts?: Readonly<Record<string, string>>
}

export interface StationPolicy {
  /** false until cameras exist; shown as such on the station page. */
  readonly videoRequired: boolean
  readonly allowSafeStopWhenOccupied: boolean
  /** Silence after which all points of a device are stale, ms; never looser than 10 000 for interlocks. */
  readonly silenceMs: number
  /** Sender clock may be ahead of ours by this much, ms. */
  readonly futureToleranceMs: number
  /** An alarm unacknowledged for so long goes to the station's manager, minutes; 0 = never, absent = 10. */
  readonly escalateAfterMin?: number | undefined
}
export const defaultPolicy: StationPolicy = {
  videoRequired: true,
  allowSafeStopWhenOccupied: false,
  silenceMs: 10_000,
  futureToleranceMs: 5_000,
}

export interface StationConfig {
  readonly id: string
  readonly org: string
  readonly code: string
  readonly name: string
  readonly nameEn: string
  readonly kind: StationKind
  /** Administrative code of the province, city or district, e.g. '310000'. */
  readonly region: string
  readonly address: string
  readonly manager: string
  /** WGS-84 degrees; null = 未定位. */
  readonly position: { readonly lat: number; readonly lng: number } | null
  /** IANA zone that cuts days and tariffs. */
  readonly timeZone: string
  readonly policy: StationPolicy
  /** Tanks and piping, m3. */
  readonly volume: number
  /** m; null = no fence. */
  readonly fenceRadius: number | null
  /** Plant outline as a closed ring in plan metres [x, z]; null = none drawn. */
  readonly outline: readonly (readonly [number, number])[] | null
  readonly devices: readonly DeviceConfig[]
  readonly pipes: readonly Pipe[]
  /** Daily energy quota, kWh; null = none. */
  readonly energyQuota: number | null
}

export const stationKindLabels: Readonly<Record<StationKind, Label>> = {
  singleModule: { zh: '单机模块', en: 'Single module' },
  smartStation: { zh: '智慧空压站', en: 'Smart station' },
  centralStation: { zh: '集中空压站', en: 'Central station' },
}
