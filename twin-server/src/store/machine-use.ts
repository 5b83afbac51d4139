import { addUse, useOf } from '@twin/models/analysis'
import type { Sql } from './connection.ts'
import { BucketReader, daysOf, HOUR, MINUTE, type Stretch } from './history-buckets.ts'
import { readOnly } from './series.ts'

export interface UseQuery {
  readonly devices: readonly { readonly device: string; readonly kind: string }[]
  /** Starts of local days, ascending, and the end of the last. */
  readonly edges: readonly number[]
}

/**
 * How machines spent each local day: ms loaded, unloaded and stopped, a list of days per device; the rest of the day is offline. Right even
 * while rollups lag: dirty days are put together from hours and dirty hours from minutes. Kinds without a run state give nothing.
 */
export async function machineUse(sql: Sql, { devices, edges }: UseQuery, timeZone: string): Promise<number[][][]> {
  const days = daysOf(timeZone)
  const dayIndex = new Map(edges.slice(0, -1).map((start, i) => [start, i]))
  const [from, to] = [edges[0] ?? 0, edges.at(-1) ?? 0]
  const found = devices.map(() => edges.slice(1).map(() => [0, 0, 0]))
  const place = new Map(devices.map(({ device }, i) => [device, i]))
  const slots = devices.map(({ device, kind }) => ({ device, slot: useOf(kind)?.slot ?? 0 }))
  const add = (device: string, start: number, use: readonly number[]): void => {
    const time = found[place.get(device) ?? -1]?.[dayIndex.get(start) ?? -1]
    for (const [i, ms] of use.entries()) if (time) time[i] = (time[i] ?? 0) + ms
  }
  await sql.begin(async (tx) => {
    const reader = new BucketReader(tx, slots, days)
    const dirty = await reader.marks()
    const names = devices.map(({ device }) => device)
    const whole = await tx<{ device: string; bucket: number; use: number[] }[]>`
      select device, bucket, use from rollup_1d where device = any(${names}::text[]) and bucket >= ${from} and bucket < ${to}`
    for (const { device, bucket, use } of whole) if (!dirty.get(device)?.[2].has(bucket)) add(device, bucket, use)

    const behind = names.filter((device) => dirty.has(device))
    if (behind.length === 0) return
    const hours = await tx<{ device: string; bucket: number; use: number[] }[]>`
      select device, bucket, use from rollup_1h where device = any(${behind}::text[]) and bucket >= ${from} and bucket < ${to}`
    for (const { device, bucket, use } of hours) {
      const day = days.startOf(bucket)
      if (dirty.get(device)?.[2].has(day) && !dirty.get(device)?.[1].has(bucket)) add(device, day, use)
    }
    const stretches: Stretch[] = behind.flatMap((device) =>
      [...(dirty.get(device)?.[1] ?? [])]
        .filter((hour) => hour >= from && hour < to)
        .map((hour) => ({ of: place.get(device) ?? 0, from: hour, to: hour + HOUR })),
    )
    for (const [of, minutes] of (await reader.read(0, stretches)).entries()) {
      const one = devices[of]
      const use = one && useOf(one.kind)
      if (!one || !use) continue
      for (const minute of minutes) {
        const time = [0, 0, 0]
        addUse(time, use, minute, MINUTE)
        add(one.device, days.startOf(minute.start), time)
      }
    }
  }, readOnly)
  return found
}
