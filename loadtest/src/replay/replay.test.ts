import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Aedes } from 'aedes'
import { describe, expect, it } from 'vitest'
import { accountEnergy, type CounterReading } from '@twin/models/energy'
import { kindOf } from '@twin/models/kinds'
import { plantLimits, replayStation } from '@twin/models/stations'
import { readTelemetry, type Envelope } from '@twin/models/wire'
import { metroRows } from './metro.ts'
import { plantRows, readPlant, type PlantHour } from './plant.ts'
import { play } from './player.ts'

const data = process.env['TWIN_DATA'] ?? join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'data')
const plantFile = join(data, 'plant12bar_2018.csv')
const metroFile = join(data, 'metropt3_sample.csv')

/** The rules of the data's README, written down once more: 12 bar gauge, 1.19 MW. */
function impossible({ m3, kwh }: PlantHour): boolean {
  const isentropic = ((100 / 60) * 3.5 * (13 ** 0.2857 - 1)) / 60
  return kwh > 1.1 * 1190 || (m3 > 0 && (kwh <= 0 || kwh < m3 * isentropic))
}
const sum = (hours: readonly PlantHour[], field: 'm3' | 'kwh'): number => hours.reduce((total, hour) => total + hour[field], 0)

describe.skipIf(!existsSync(plantFile))('the 12 bar plant of 2018 (needs TWIN_DATA)', () => {
  it('ends its year with the sums of the file less the impossible hours, each of which is listed', async () => {
    const hours = readPlant(await readFile(plantFile, 'utf8'))
    const { flow, power } = plantRows(hours)
    const counter = ({ rows }: typeof flow): CounterReading[] => rows.map(([at, [, value]]) => ({ at, value: Number(value) }))
    const station = replayStation('plant12bar')
    const input = {
      from: hours[0]?.from ?? 0,
      to: (hours.at(-1)?.from ?? 0) + 3_600_000,
      timeZone: station.timeZone,
      energy: counter(power),
      air: counter(flow),
      plant: plantLimits(station),
    }
    const account = accountEnergy({ ...input, by: 'hour' })
    const bad = hours.filter(impossible)
    expect(account.flagged.map((hour) => hour.from)).toEqual(bad.map((hour) => hour.from))
    expect(account.total.flaggedHours).toBe(116)
    expect(account.total.m3).toBeCloseTo(sum(hours, 'm3') - sum(bad, 'm3'), 2)
    expect(account.total.kwh).toBeCloseTo(sum(hours, 'kwh') - sum(bad, 'kwh'), 2)
    expect(Math.max(...account.flagged.map((hour) => hour.kwh))).toBeCloseTo(46_210.586, 3)
    // Idle running is a cost: about 1,400 hours of energy without air count.
    const idle = account.buckets.filter((bucket) => bucket.m3 === 0 && (bucket.kwh ?? 0) > 0)
    expect(idle.length).toBe(1415)
    expect(idle.every((bucket) => bucket.flags.length === 0)).toBe(true)
    const months = accountEnergy({ ...input, by: 'month' })
    expect(months.total).toEqual(account.total)
    expect(months.buckets.reduce((total, bucket) => total + (bucket.kwh ?? 0), 0)).toBeCloseTo(account.total.kwh, 2)
  })
})

describe.skipIf(!existsSync(metroFile))('the metro compressor (needs TWIN_DATA)', () => {
  it('maps to points that its kinds take without a refusal', async () => {
    const rows = metroRows(await readFile(metroFile, 'utf8'))
    for (const kind of ['compressor', 'tank', 'station'] as const) {
      const track = rows[kind]
      const envelope: Envelope<unknown> = { v: 1, ts: 0, body: { s: track.rows } }
      const reading = readTelemetry(kindOf(kind), track.points, envelope, { now: Date.now(), futureToleranceMs: 0, maxAgeMs: Infinity })
      expect(reading.rejects).toEqual([])
      expect(reading.samples).toHaveLength(1000)
    }
    expect(new Set(rows.compressor.rows.map(([, [state]]) => state))).toEqual(new Set(['STANDBY', 'UNLOADED', 'LOADED']))
  })
})

describe('a recording', () => {
  const hours = Array.from({ length: 600 }, (_, i): PlantHour => ({ from: i * 3_600_000 + (i > 300 ? 7_200_000 : 0), m3: 60, kwh: 6 }))
  it('is refused when it is something else, and reads its meter again after a gap', () => {
    expect(() => readPlant('a,b\n1,2')).toThrow('not a plant recording')
    expect(() => readPlant('hour_start,air_m3,energy_kwh\n2018-01-01T00:00:00,,1')).toThrow('line 2')
    expect(readPlant('hour_start,air_m3,energy_kwh\n2018-01-01T00:00:00,1,2')[0]?.from).toBe(Date.UTC(2017, 11, 31, 23))
    const { flow } = plantRows(hours)
    expect(flow.rows).toHaveLength(602)
    expect(flow.rows.at(-1)?.[1]).toEqual([1, 36_000])
  })
  it('is played in order with a birth that says so', async () => {
    const broker = await Aedes.createBroker()
    const messages: { channel: string; body: { type?: string; replay?: unknown; s?: readonly (readonly [number, unknown])[] } }[] = []
    broker.on('publish', (packet, client) => {
      if (!client) return
      const { body } = JSON.parse(packet.payload.toString()) as { body: (typeof messages)[number]['body'] }
      messages.push({ channel: packet.topic.split('/')[3] ?? '', body })
    })
    const server = createServer((socket) => broker.handle(socket))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { flow } = plantRows(hours)
    const acknowledged = await play({
      url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
      station: replayStation('plant12bar'),
      tracks: [{ device: 'replaymeter0', kind: 'flowMeter', ...flow }],
      source: 'test',
      speed: 'max',
      master: null,
      signal: new AbortController().signal,
    })
    await new Promise<void>((resolve) => broker.close(resolve))
    server.close()
    expect(acknowledged).toBe(602)
    expect(messages[0]?.body).toMatchObject({ type: 'birth', replay: { source: 'test', speed: 'max' } })
    const times = messages.slice(1).flatMap(({ body }) => body.s?.map(([at]) => at) ?? [])
    expect(times).toEqual(flow.rows.map(([at]) => at))
  })
})
