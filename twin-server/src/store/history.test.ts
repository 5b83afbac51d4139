import fc from 'fast-check'
import { pointIndex, kindOf } from '@twin/models/kinds'
import type { SampleRow } from '@twin/actors/runtime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts'
import { emptyBatch, factOf, sampleOf, stationOf } from '../testing/rows.ts'
import { createStore, type Store } from './index.ts'

const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000
/** 2018-03-01 00:00 in Shanghai. */
const base = Date.UTC(2018, 1, 28, 16)
const far = Date.UTC(2100, 0, 1)
const width = kindOf('compressor').points.length
const PRESSURE = pointIndex('compressor', 'dischargePressure')
const ENERGY = kindOf('compressor').points.findIndex((point) => point.counter)
const energyName = kindOf('compressor').points[ENERGY]?.name ?? ''

let pg: TestPostgres
let store: Store
let seq = 0
beforeAll(async () => {
  pg = await startTestPostgres()
  store = await createStore({ url: pg.url })
  await store.recoveryPort.claim()
})
afterAll(async () => {
  await store.close()
  await pg.stop()
})

function row(device: string, at: number, pressure: number, more: Partial<SampleRow> = {}, energy = Number.NaN): SampleRow {
  const values = new Array<number>(width).fill(Number.NaN)
  values[PRESSURE] = pressure
  values[ENERGY] = energy
  return sampleOf(++seq, at, values, { device, ...more })
}
const commit = (samples: readonly SampleRow[]) => store.commitPort.commit({ ...emptyBatch, samples })
const series = (device: string, from: number, to: number, resolution: 'auto' | 'raw' | '1m' | '1h' | '1d', maxPoints = 100_000) =>
  store.history.series({ device, kind: 'compressor', point: 'dischargePressure', from, to, resolution, maxPoints })
const stored = (table: string, device: string) =>
  store.sql.unsafe(
    `select bucket, n[${PRESSURE + 1}] n, vmin[${PRESSURE + 1}] min, vmax[${PRESSURE + 1}] max, vsum[${PRESSURE + 1}] sum, vfirst[${PRESSURE + 1}] first,
    vlast[${PRESSURE + 1}] last from ${table} where device = $1 and n[${PRESSURE + 1}] > 0 order by bucket`,
    [device],
  )

describe('rollups', () => {
  it('[ST11] equal what raw rows give, whatever order they came in, in every tier; and history shows the same before they are made', async () => {
    let run = 0
    const reading = fc.record({
      offset: fc.integer({ min: 0, max: 2 * DAY }),
      value: fc.integer({ min: -500, max: 2000 }),
      bad: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(reading, { minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 4 }), async (batches) => {
        const device = `prop${String(++run).padStart(8, '0')}`
        const good: { at: number; value: number; seq: number }[] = []
        for (const batch of batches) {
          const rows = batch.map(({ offset, value, bad }) => {
            const made = row(device, base + Math.floor(offset / 1000) * 1000, value / 8)
            if (bad) made.quality[PRESSURE] = 3
            else good.push({ at: made.at, value: value / 8, seq: made.seq })
            return made
          })
          await commit(rows)
          const before = await Promise.all((['1m', '1h', '1d'] as const).map((tier) => series(device, base, base + 3 * DAY, tier)))
          if (run % 3 > 0) await store.rollups.drain(far)
          const after = await Promise.all((['1m', '1h', '1d'] as const).map((tier) => series(device, base, base + 3 * DAY, tier)))
          expect(after).toEqual(before)
        }
        await store.rollups.drain(far)
        good.sort((a, b) => a.at - b.at || a.seq - b.seq)
        for (const [table, size] of [
          ['rollup_1m', MINUTE],
          ['rollup_1h', HOUR],
          ['rollup_1d', DAY],
        ] as const) {
          const expected = Map.groupBy(good, ({ at }) => base + Math.floor((at - base) / size) * size)
          const rows = [...expected].map(([bucket, of]) => {
            const values = of.map(({ value }) => value)
            return {
              bucket,
              n: of.length,
              min: Math.min(...values),
              max: Math.max(...values),
              sum: values.reduce((a, b) => a + b, 0),
              first: values[0],
              last: values.at(-1),
            }
          })
          expect([...(await stored(table, device))]).toEqual(rows)
        }
      }),
      { numRuns: 12, seed: 20180301 },
    )
    const partitions = await store.sql`select name from tw_partition where parent = 'sample' order by day`
    expect(partitions.map((p) => p['name'])).toEqual(expect.arrayContaining(['sample_20180228', 'sample_20180301']))
  })

  it('[ST12] late data corrects minutes, hours and days, and the worker keeps up by itself', async () => {
    const device = 'late00000001'
    await commit([row(device, base, 7), row(device, base + 2 * HOUR, 9)])
    await store.rollups.drain(far)
    expect((await stored('rollup_1d', device))[0]).toMatchObject({ n: 2, sum: 16 })
    await commit([row(device, base + HOUR + 1, 20)])
    const live = await series(device, base, base + DAY, '1d')
    await store.rollups.drain(far)
    expect((await stored('rollup_1d', device))[0]).toMatchObject({ n: 3, sum: 36, max: 20, last: 9 })
    expect(await series(device, base, base + DAY, '1d')).toEqual(live)
    expect(live).toEqual({ resolution: '1d', t: [base], v: [12], min: [7], max: [20], n: [3] })
    expect(await store.rollups.lag()).toEqual({ marks: 0, oldestMs: 0 })
  })
})

describe('history', () => {
  it('[ST13] shows gaps as null, keeps peaks when thinned, and picks the resolution', async () => {
    const device = 'gaps00000001'
    const from = base + 10 * DAY
    const rows = Array.from({ length: 600 }, (_, i) =>
      row(device, from + i * 1000 + (i >= 300 ? 120_000 : 0), i === 450 ? 15 : 7 + (i % 10) / 100),
    )
    await commit(rows)
    const raw = await series(device, from, from + HOUR, 'raw')
    expect(raw.t.length).toBe(601)
    expect(raw.v.indexOf(null)).toBe(300)
    expect(raw.t[300]).toBe(from + 299_001)
    const thinned = await series(device, from, from + HOUR, 'raw', 50)
    expect(thinned.t.length).toBeLessThanOrEqual(52)
    expect(Math.max(...thinned.v.map((v) => v ?? 0))).toBe(15)
    expect((await series(device, from, from + HOUR, 'auto', 1000)).resolution).toBe('raw')
    const minutes = await series(device, from, from + HOUR, 'auto', 100)
    expect([minutes.resolution, minutes.n?.reduce((a, b) => a + b, 0)]).toEqual(['1m', 600])
    expect((await series(device, from - 365 * DAY, from + HOUR, 'auto', 100)).resolution).toBe('1d')
  })

  it('[ST14] finds the last reading of a counter at each hour edge with its own time, over gaps and resets, and after raw rows are gone', async () => {
    const device = 'count0000001'
    const from = base + 20 * DAY
    const at = (h: number, minute: number): number => from + h * HOUR + minute * MINUTE
    const readings: [number, number][] = [
      [at(-30, 5), 90],
      [at(0, 10), 100],
      [at(0, 50), 110],
      [at(1, 0), 111],
      [at(5, 20), 180],
      [at(6, 10), 190],
      [at(6, 20), 3],
      [at(6, 50), 8],
    ]
    await commit(readings.map(([t, value]) => row(device, t, 7, {}, value)))
    const edges = Array.from({ length: 8 }, (_, i) => from + i * HOUR)
    const query = { device, kind: 'compressor', point: energyName, edges, to: from + 8 * HOUR }
    const read = async () => (await store.history.counterReadings([query], 'UTC'))[0] ?? []
    const expected = [
      [at(-30, 5), 90],
      [at(0, 50), 110],
      [at(1, 0), 111],
      [at(5, 20), 180],
      [at(6, 10), 190],
      [at(6, 20), 3],
      [at(6, 50), 8],
    ].map(([t, value]) => ({ at: t, value }))
    const first = expected.filter(({ at: t }) => t !== at(0, 50))
    expect(await read()).toEqual(first)
    await store.rollups.drain(far)
    expect(await read()).toEqual(first)
    await store.sql`delete from sample where device = ${device}`
    expect((await read()).map(({ value }) => value)).toEqual([90, 110, 111, 180, 8])
  })

  it('[ST15] gives what makes the station as it was: nearest snapshot before, facts and samples up to then', async () => {
    const station = 'twinstation1'
    await store.stations.save(stationOf(station, ['twindevice01', 'twindevice02']))
    const t = base + 30 * DAY
    const place = { station, shard: 99 }
    let n = 0
    const sample = (device: string, at: number) => sampleOf(++n, at, [n], { ...place, device })
    const fact = (k: number, at: number) =>
      factOf(k, { kind: 'commanded', v: 1, at, body: { state: String(k) } }, { ...place, actor: 'device:twindevice01' })
    expect(await store.history.twinSource(station, t)).toBeUndefined()
    await store.commitPort.commit({
      ...emptyBatch,
      samples: [sample('twindevice02', t - 5 * HOUR), sample('twindevice01', t - 1000), sample('twindevice01', t)],
      facts: [fact(1, t - 10)],
    })
    await store.recoveryPort.save([{ v: 1, station, shard: 99, at: t, factSeq: 1, sampleSeq: 3, body: { here: 1 } }])
    await store.commitPort.commit({
      ...emptyBatch,
      samples: [sample('twindevice01', t + 10), sample('twindevice01', t + 20)],
      facts: [fact(2, t + 15), fact(3, t + 25)],
    })
    const early = await store.history.twinSource(station, t - 1)
    expect([early?.snapshot, early?.facts.length, early?.samples.map((s) => s.seq)]).toEqual([null, 1, [1, 2]])
    const later = await store.history.twinSource(station, t + 20)
    expect([later?.snapshot?.body, later?.facts.map((f) => f.seq), later?.samples.map((s) => s.seq)]).toEqual([{ here: 1 }, [2], [4, 5]])
    expect((await store.history.lastSample('twindevice01', t + 12))?.seq).toBe(4)
  })
})
