import { isentropicEnergy } from '../physics/air.ts'
import { growthOf, spanOf, type Growth, type Span } from './counter.ts'
import type { CounterReading, EnergyAccount, EnergyBucket, EnergyFlag, EnergyInput, FlaggedHour, PlantLimits, QuotaCheck } from './types.ts'
import { bucketEdges, startOf } from './zone.ts'

const HOUR = 3_600_000
/** A meter may read a tenth above the nameplates before it is not believed. */
const RATED_MARGIN = 1.1
const DEFAULT_MAX_GAP = 2 * HOUR

export const impossibleReasons = {
  aboveRated: '电量超过装机功率的 1.1 倍 / energy above 1.1 × rated power',
  airWithoutEnergy: '有产气而无电量 / air without energy',
  belowIsentropic: '电量低于等熵压缩功 / energy below isentropic work',
} as const

/** Why an hour can't be as measured, or null. Energy without air is idle running: real, and it counts. */
export function impossibleReason(kwh: number | null, m3: number | null, hours: number, plant: PlantLimits): string | null {
  if (kwh === null) return null
  if (kwh > RATED_MARGIN * plant.ratedPower * hours) return impossibleReasons.aboveRated
  if (m3 === null || m3 <= 0) return null
  if (kwh <= 0) return impossibleReasons.airWithoutEnergy
  return kwh < m3 * isentropicEnergy(plant.pressure) ? impossibleReasons.belowIsentropic : null
}

interface Hour {
  readonly bucket: EnergyBucket
  readonly reason: string | null
}

/** Energy and air by hour, day or month as differences of counters, with what cannot be flagged and left out of days, months and totals. */
export function accountEnergy(input: EnergyInput): EnergyAccount {
  const maxGap = input.maxGapMs ?? DEFAULT_MAX_GAP
  const maxKwh = input.plant ? RATED_MARGIN * input.plant.ratedPower : 0
  const maxM3 = input.plant ? maxKwh / isentropicEnergy(input.plant.pressure) : 0
  const energy = growthOf(input.energy, maxKwh, maxGap)
  const air = growthOf(input.air, maxM3, maxGap)
  const edges = bucketEdges(input.from, input.to, input.by, input.timeZone)
  const buckets: EnergyBucket[] = []
  const flagged: FlaggedHour[] = []
  let [kwh, m3] = [0, 0]
  for (const [i, from] of edges.slice(0, -1).entries()) {
    const to = edges[i + 1] ?? from
    const hours = hoursOf(from, to, input, energy, air)
    for (const { bucket, reason } of hours) {
      if (reason) flagged.push({ from: bucket.from, reason, kwh: bucket.kwh ?? 0, m3: bucket.m3 ?? 0 })
      else {
        kwh += bucket.kwh ?? 0
        m3 += bucket.m3 ?? 0
      }
    }
    const only = hours[0]
    buckets.push(input.by === 'hour' && only ? only.bucket : together(from, to, hours, energy, air))
  }
  return {
    buckets,
    total: { kwh: tidy(kwh), m3: tidy(m3), kwhPerM3: ratio(kwh, m3), flaggedHours: flagged.length },
    flagged,
  }
}

function hoursOf(from: number, to: number, input: EnergyInput, energy: Growth, air: Growth): Hour[] {
  const hours: Hour[] = []
  for (let at = from; at < to; at += HOUR) {
    const end = Math.min(at + HOUR, to)
    const e = spanOf(energy, at, end)
    const a = spanOf(air, at, end)
    const flags = flagsOf(e, a)
    const reason =
      input.plant && ruled(e, a) ? impossibleReason(e?.amount ?? null, a?.amount ?? null, (end - at) / HOUR, input.plant) : null
    if (reason) flags.push('impossible')
    hours.push({ bucket: bucketOf(at, end, e?.amount ?? null, a?.amount ?? null, e, a, flags), reason })
  }
  return hours
}

/** The rules compare energy with air of the same minutes: not where one of them is estimated or cut short. */
function ruled(energy: Span | null, air: Span | null): boolean {
  const whole = (span: Span | null): boolean => span === null || (!span.partial && !span.gap && !span.reset)
  return whole(energy) && whole(air)
}

function together(from: number, to: number, hours: readonly Hour[], energy: Growth, air: Growth): EnergyBucket {
  const good = hours.filter((hour) => hour.reason === null)
  const flags = [...new Set(hours.flatMap((hour) => hour.bucket.flags))]
  const e = spanOf(energy, from, to)
  const a = spanOf(air, from, to)
  if ((e?.partial || a?.partial) && !flags.includes('partial')) flags.push('partial')
  return bucketOf(from, to, sumOf(good, 'kwh'), sumOf(good, 'm3'), e, a, flags)
}

function sumOf(hours: readonly Hour[], field: 'kwh' | 'm3'): number | null {
  const known = hours.flatMap((hour) => hour.bucket[field] ?? [])
  return known.length > 0 ? tidy(known.reduce((sum, value) => sum + value, 0)) : null
}

function bucketOf(
  from: number,
  to: number,
  kwh: number | null,
  m3: number | null,
  energy: Span | null,
  air: Span | null,
  flags: readonly EnergyFlag[],
): EnergyBucket {
  return {
    from,
    to,
    kwh,
    m3,
    kwhPerM3: ratio(kwh, m3),
    m3PerKwh: ratio(m3, kwh),
    energyReadings: energy?.readings ?? [],
    airReadings: air?.readings ?? [],
    flags,
  }
}

function flagsOf(energy: Span | null, air: Span | null): EnergyFlag[] {
  const flags: EnergyFlag[] = []
  if (energy?.reset || air?.reset) flags.push('reset')
  if (energy?.gap || air?.gap) flags.push('gap')
  if (energy?.partial || air?.partial) flags.push('partial')
  return flags
}

const tidy = (value: number): number => Math.round(value * 1e6) / 1e6
const ratio = (a: number | null, b: number | null): number | null => (a === null || b === null || b <= 0 ? null : a / b)

/** Energy of the day (in the station's zone) that `now` lies in, against a quota in kWh. A reset never makes a negative or huge day. */
export function checkQuota(energy: readonly CounterReading[], quota: number | null, now: number, timeZone: string): QuotaCheck {
  const day = startOf(now, 'day', timeZone)
  const span = spanOf(growthOf(energy, 0, DEFAULT_MAX_GAP), day, Math.max(now, day + 1))
  const used = span?.amount ?? 0
  return { used, quota, exceeded: quota !== null && used > quota, day }
}
