import { createHmac } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Aedes } from 'aedes'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { kindOf } from '@twin/models/kinds'
import { demoFleet, type DeviceConfig, type StationConfig } from '@twin/models/stations'
import { canonicalCommand, readEnvelope, readEvent, readTelemetry, type CommandMessage } from '@twin/models/wire'
import { deviceSecret } from './command-guard.ts'
import { Fleet, type FleetOptions } from './fleet.ts'
import { decode } from './payload.ts'

/** What the other side of the network sees. Written from the wire contract, knowing nothing of the fleet. */
class Listener {
  readonly problems: string[] = []
  readonly declared = new Map<string, readonly string[]>()
  readonly latest = new Map<string, Record<string, number>>()
  readonly counters = new Map<string, { at: number; value: number }[]>()
  readonly samples = new Map<string, number>()
  readonly acks: { id: string; ok: boolean; reason?: string | undefined }[] = []
  readonly boots = new Map<string, string>()
  readonly deaths: string[] = []

  readonly stations: readonly StationConfig[]

  constructor(stations: readonly StationConfig[]) {
    this.stations = stations
  }

  hear(topic: string, payload: Uint8Array): void {
    const [, , station = '', channel, id = ''] = topic.split('/')
    const device = this.stations.find((one) => one.id === station)?.devices.find((one) => one.id === id)
    if (!device) return void this.problems.push(`unknown ${topic}`)
    const read = readEnvelope(decode(payload))
    if (!read.ok) return void this.problems.push(`${topic}: ${read.detail}`)
    if (channel === 'e') return this.#event(device, read.envelope)
    const kind = kindOf(device.kind)
    const limits = { now: Date.now(), futureToleranceMs: 5000, maxAgeMs: Infinity }
    const { samples, rejects } = readTelemetry(kind, this.declared.get(id) ?? [], read.envelope, limits)
    for (const reject of rejects) this.problems.push(`${device.code} ${reject.point}: ${reject.detail}`)
    this.samples.set(id, (this.samples.get(id) ?? 0) + samples.length)
    for (const sample of samples) {
      const latest = this.latest.get(id) ?? {}
      for (const [slot, value] of sample.values.entries()) {
        const point = kind.points[slot]
        if (Number.isNaN(value) || !point) continue
        latest[point.name] = value
        if (point.counter)
          this.counters.set(`${id}.${point.name}`, [...(this.counters.get(`${id}.${point.name}`) ?? []), { at: sample.at, value }])
      }
      this.latest.set(id, latest)
    }
  }
  #event(device: DeviceConfig, envelope: { readonly boot?: string | number; readonly body: unknown }): void {
    const event = readEvent(envelope.body)
    if (!event.ok) return void this.problems.push(event.detail)
    if (event.body.type === 'birth') {
      this.declared.set(device.id, event.body.points)
      this.boots.set(device.id, String(envelope.boot))
    }
    if (event.body.type === 'ack') this.acks.push({ id: event.body.id, ok: event.body.ok, reason: event.body.reason })
    if (event.body.type === 'death') this.deaths.push(device.id)
  }
}

let broker: Aedes
let server: Server
let url = ''
let heard: Listener
const fleets: Fleet[] = []

beforeAll(async () => {
  broker = await Aedes.createBroker()
  broker.on('publish', (packet, client) => {
    if (client) heard.hear(packet.topic, packet.payload as Uint8Array)
  })
  server = createServer((socket) => broker.handle(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  await Promise.all(fleets.splice(0).map((fleet) => fleet.stop()))
})
afterAll(async () => {
  await new Promise<void>((resolve) => broker.close(resolve))
  server.close()
})

const master = 'a master secret for tests only, long enough'
const base: Omit<FleetOptions, 'url'> = {
  org: 'main',
  master,
  format: 'json',
  log: () => undefined,
  rate: 5,
  backlogDays: 0,
  state: null,
  viaGateway: false,
  incidents: false,
}
async function start(stations: readonly StationConfig[], change: Partial<FleetOptions> = {}) {
  const fleet = new Fleet({ ...base, url, ...change })
  fleets.push(fleet)
  return { fleet, ...(await fleet.start(stations)) }
}
const stationOf = (code: string): StationConfig => {
  const found = demoFleet().find((station) => station.code === code)
  if (!found) throw new Error(code)
  return found
}
async function until(what: string, condition: () => boolean, ms = 10_000): Promise<void> {
  const deadline = Date.now() + ms
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}; ${heard.problems.slice(0, 5).join('; ')}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
let n = 0
function command(config: StationConfig, code: string, kind: string, args: Record<string, unknown> = {}): string {
  const device = config.devices.find((one) => one.code === code)
  if (!device) throw new Error(code)
  const id = `cmd-${++n}`
  const now = Date.now()
  const boot = heard.boots.get(device.id) ?? null
  const message: CommandMessage = { v: 1, id, e: 1, n, boot, kind, args, issuedAt: now, expiresAt: now + 10_000, mac: '' }
  const mac = createHmac('sha256', deviceSecret(master, device.id)).update(canonicalCommand(message)).digest('hex')
  const topic = `tw/main/${config.id}/c/${device.id}`
  broker.publish(
    { cmd: 'publish', topic, payload: Buffer.from(JSON.stringify({ ...message, mac })), qos: 1, retain: false, dup: false },
    () => undefined,
  )
  return id
}
const value = (config: StationConfig, code: string, point: string): number =>
  heard.latest.get(config.devices.find((one) => one.code === code)?.id ?? '')?.[point] ?? NaN
const word = (kind: string, point: string, index: number): string | undefined =>
  kindOf(kind).points.find((one) => one.name === point)?.values?.[index]

it('speaks the wire contract for every kind of device, in JSON and in msgpack through gateways', async () => {
  const stations = [stationOf('CQ-C01'), stationOf('JS-S01'), stationOf('BJ-M01')]
  heard = new Listener(stations)
  await start(stations.slice(0, 2))
  await start(stations.slice(2), { format: 'msgpack', viaGateway: true })
  const devices = stations.flatMap((station) => station.devices)
  await until('all devices', () => devices.every((device) => (heard.samples.get(device.id) ?? 0) > 0))
  expect(heard.problems).toEqual([])
  expect([...heard.declared.values()].every((points) => points.length >= 4)).toBe(true)
})

it('obeys commands: acknowledges, acts on the physics, shows it, and refuses what its interlocks forbid', async () => {
  const config = stationOf('JS-S01')
  heard = new Listener([config])
  const { fleet } = await start([config])
  await until('births', () => heard.boots.size === config.devices.length)
  const acked = (id: string) => heard.acks.find((ack) => ack.id === id)
  const run = (code: string) => word('compressor', 'runState', value(config, code, 'runState'))
  await until('a running unit', () => ['LOADED', 'UNLOADED'].includes(run('AC-3') ?? ''))
  const stop = command(config, 'AC-3', 'compressor.stop', { reason: 'test' })
  await until('ack', () => acked(stop) !== undefined)
  expect(acked(stop)).toMatchObject({ ok: true })
  await until('effect', () => run('AC-3') === 'STOPPING' || run('AC-3') === 'STOPPED')
  const target = command(config, config.code, 'station.setTargetPressure', { targetPressure: 6.8 })
  await until('target', () => Math.abs(value(config, config.code, 'targetPressureSet') - 6.8) < 0.001)
  expect(acked(target)).toMatchObject({ ok: true })
  fleet.fault({ station: config.id, fault: 'room' })
  await until('occupied', () => value(config, config.code, 'roomOccupied') === 1)
  const refused = command(config, 'AC-1', 'compressor.unload')
  await until('refusal', () => acked(refused) !== undefined)
  expect(acked(refused)).toMatchObject({ ok: false, reason: 'INTERLOCK' })
  fleet.fault({ station: config.id, fault: 'room', off: true })
  fleet.fault({ station: config.id, fault: 'local', device: 'AC-1' })
  const local = command(config, 'AC-1', 'compressor.stop')
  await until('refusal', () => acked(local) !== undefined)
  expect(acked(local)).toMatchObject({ ok: false, reason: 'LOCAL' })
  expect(fleet.fault({ station: config.id, fault: 'trip', device: 'AC-2', class: 'MOTOR_OVERLOAD' })).toBeNull()
  await until('trip', () => run('AC-2') === 'FAULT')
  expect(heard.problems).toEqual([])
})

it('uploads its past once, live counters go on from it, and a restart brings only what was missed', async () => {
  const config = stationOf('BJ-M01')
  const state = await mkdtemp(join(tmpdir(), 'fleet-'))
  heard = new Listener([config])
  const first = await start([config], { backlogDays: 0.25, state })
  expect(await first.uploaded).toBe(360 * config.devices.length)
  expect(first.resumed).toBe(false)
  const meter = `${config.devices.find((device) => device.kind === 'powerMeter')?.id}.activeEnergyImport`
  const past = 360
  await until('live samples', () => (heard.counters.get(meter)?.length ?? 0) > past)
  await first.fleet.stop()
  const second = await start([config], { backlogDays: 0.25, state })
  expect(second.resumed).toBe(true)
  expect(await second.uploaded).toBe(0)
  const before = past + 1
  await until('live samples', () => (heard.counters.get(meter)?.length ?? 0) > before)
  const readings = (heard.counters.get(meter) ?? []).toSorted((a, b) => a.at - b.at)
  expect(readings.length).toBeGreaterThan(360)
  for (const [i, reading] of readings.entries()) expect(reading.value).toBeGreaterThanOrEqual(readings[i - 1]?.value ?? 0)
  expect(heard.problems).toEqual([])
  await second.fleet.stop()
  await rm(state, { recursive: true, force: true })
})

it('keeps samples while it is cut off and brings them when it is back', async () => {
  const config = stationOf('FJ-M01')
  heard = new Listener([config])
  const { fleet } = await start([config])
  const unit = config.devices.find((device) => device.kind === 'compressor')?.id ?? ''
  await until('samples', () => (heard.samples.get(unit) ?? 0) > 3)
  fleet.fault({ station: config.id, fault: 'cut', device: unit, seconds: 2 })
  await until('last will', () => heard.deaths.includes(unit))
  const before = heard.samples.get(unit) ?? 0
  await until('buffer', () => fleet.status().depth > 1)
  await until('return', () => fleet.status().depth === 0 && fleet.status().online === config.devices.length)
  expect(heard.samples.get(unit) ?? 0).toBeGreaterThan(before + 1)
  expect(heard.problems).toEqual([])
})
