import type { Row } from '../fleet/uplink.ts'

const HOUR = 3_600_000
/** `hour_start` has a fixed offset that its source does not name; a European plant without daylight saving: UTC+1 (zone Etc/GMT-1). */
const OFFSET_MS = HOUR

export interface PlantHour {
  /** Epoch ms. */
  readonly from: number
  readonly m3: number
  readonly kwh: number
}

/** Rows of plant12bar_2018.csv as they are. Throws for a line that is not `hour_start,air_m3,energy_kwh`. */
export function readPlant(text: string): PlantHour[] {
  const [header, ...lines] = text.trim().split(/\r?\n/)
  if (header !== 'hour_start,air_m3,energy_kwh') throw new Error(`not a plant recording: ${header?.slice(0, 80)}`)
  return lines.map((line, i) => {
    const [start = '', air = '', energy = ''] = line.split(',')
    const hour = { from: Date.parse(`${start}Z`) - OFFSET_MS, m3: Number(air), kwh: Number(energy) }
    if (!Number.isFinite(hour.from) || air === '' || energy === '' || !Number.isFinite(hour.m3) || !Number.isFinite(hour.kwh))
      throw new Error(`line ${i + 2}: ${line.slice(0, 80)}`)
    return hour
  })
}

export interface PlantRows {
  /** Points of the header flow meter and its rows: mean flow of the hour that ended, total. */
  readonly flow: { readonly points: readonly string[]; readonly rows: readonly Row[] }
  /** Points of the main power meter and its rows: mean power of the hour that ended, counter. */
  readonly power: { readonly points: readonly string[]; readonly rows: readonly Row[] }
}

/**
 * Hours as a meter would have shown them: counters from 0 at the start of the recording, read at the end of every hour. Where hours are
 * missing, the counter stands still over the gap and is read again where recording goes on.
 */
export function plantRows(hours: readonly PlantHour[]): PlantRows {
  const flow: Row[] = []
  const power: Row[] = []
  let [m3, kwh, end] = [0, 0, NaN]
  for (const hour of hours) {
    if (hour.from !== end) {
      flow.push([hour.from, [null, milli(m3)]])
      power.push([hour.from, [null, milli(kwh)]])
    }
    m3 += hour.m3
    kwh += hour.kwh
    end = hour.from + HOUR
    flow.push([end, [milli(hour.m3 / 60), milli(m3)]])
    power.push([end, [milli(hour.kwh), milli(kwh)]])
  }
  return { flow: { points: ['flow', 'total'], rows: flow }, power: { points: ['activePower', 'activeEnergyImport'], rows: power } }
}

/** Meters show three decimals; sums of them must not show more. */
const milli = (value: number): number => Math.round(value * 1000) / 1000
