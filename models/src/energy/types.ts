/** A counter as read: value in kWh or m3 at a source time (epoch ms). */
export interface CounterReading {
  readonly at: number
  readonly value: number
}

export type BucketUnit = 'hour' | 'day' | 'month'
export type EnergyFlag = 'reset' | 'gap' | 'impossible' | 'partial'

/** What the plant can do, for the rules that find impossible hours. */
export interface PlantLimits {
  /** Sum of the compressors' rated power, kW. */
  readonly ratedPower: number
  /** Pressure the air is made at, bar gauge: nothing compresses below isentropic work. */
  readonly pressure: number
}

export interface EnergyInput {
  /** Buckets are cut at whole hours, days or months of the zone that cover [from, to). */
  readonly from: number
  readonly to: number
  readonly by: BucketUnit
  readonly timeZone: string
  /**
   * Ascending by time. The last reading at or before each hour edge (see `bucketEdges(from, to, 'hour', zone)`) is enough, plus the
   * latest; more readings find more resets. Between readings a counter is taken to grow evenly.
   */
  readonly energy: readonly CounterReading[]
  readonly air: readonly CounterReading[]
  /** null: no rules, nothing is called impossible. */
  readonly plant: PlantLimits | null
  /** Readings further apart than this flag the hours between them as a gap; default 2 h. */
  readonly maxGapMs?: number
}

export interface EnergyBucket {
  readonly from: number
  readonly to: number
  /** An impossible hour shows what was measured; days, months and totals leave it out. null = no reading covers it. */
  readonly kwh: number | null
  readonly m3: number | null
  readonly kwhPerM3: number | null
  readonly m3PerKwh: number | null
  /** Counter readings behind the difference: those around its two edges. */
  readonly energyReadings: readonly CounterReading[]
  readonly airReadings: readonly CounterReading[]
  readonly flags: readonly EnergyFlag[]
}

export interface FlaggedHour {
  readonly from: number
  /** In both languages, e.g. `能量超过装机功率 / energy above 1.1 × rated power`. */
  readonly reason: string
  readonly kwh: number
  readonly m3: number
}

/** The result part of the `energy` operation that readings decide. */
export interface EnergyAccount {
  readonly buckets: readonly EnergyBucket[]
  readonly total: { readonly kwh: number; readonly m3: number; readonly kwhPerM3: number | null; readonly flaggedHours: number }
  readonly flagged: readonly FlaggedHour[]
}

export interface QuotaCheck {
  /** Energy of the day so far, kWh. */
  readonly used: number
  readonly quota: number | null
  readonly exceeded: boolean
  /** Start of the day in the station's zone. */
  readonly day: number
}

/** energy/index.ts: `accountEnergy`. */
export type AccountEnergy = (input: EnergyInput) => EnergyAccount
/** energy/index.ts: `bucketEdges`, ascending, first <= from, last >= to. */
export type BucketEdges = (from: number, to: number, by: BucketUnit, timeZone: string) => number[]
/** energy/index.ts: `checkQuota`, for the day that `now` lies in. */
export type CheckQuota = (energy: readonly CounterReading[], quota: number | null, now: number, timeZone: string) => QuotaCheck
