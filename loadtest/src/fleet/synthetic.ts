import mqtt, { type MqttClient } from 'mqtt'
import { composeStation, idFrom, type StationConfig } from '@twin/models/stations'
import { topicOf } from '@twin/models/wire'
import { deviceSecret } from './command-guard.ts'

/** Points of a synthetic compressor: 15 values a message. */
export const syntheticPoints = [
  'dischargePressure',
  'dischargeTemperature',
  'inletTemperature',
  'outletTemperature',
  'oilTemperature',
  'motorCurrentA',
  'motorCurrentB',
  'motorCurrentC',
  'supplyVoltage',
  'activePower',
  'activeEnergy',
  'deliveredFlow',
  'loadPercent',
  'airendSpeed',
  'runningHours',
] as const

/** Typical values with a little motion; the counters grow. */
export function syntheticValues(k: number): number[] {
  const wave = Math.round(Math.sin(k / 7) * 100) / 100
  const counter = Math.round(k * 20) / 1000
  return [
    7 + wave / 5,
    82 + wave,
    25,
    37 + wave,
    60,
    140 + wave,
    141,
    139,
    385,
    78 + wave,
    350_000 + counter,
    12.4,
    95,
    2980,
    12_600 + counter,
  ]
}

/** Stations of one compressor group each: ten devices (station, gateway, eight compressors) until the number is reached. */
export function syntheticFleet(devices: number): StationConfig[] {
  const stations: StationConfig[] = []
  for (let left = devices, i = 0; left > 0; i++) {
    const units = Math.max(1, Math.min(8, left - 2))
    stations.push(
      composeStation({
        id: idFrom(`synthetic/${i}`),
        kind: 'centralStation',
        code: `SIM-${String(i + 1).padStart(4, '0')}`,
        name: `模拟站 ${i + 1}`,
        nameEn: `Simulated station ${i + 1}`,
        region: '310115',
        address: '',
        position: { lat: 28 + ((i * 7) % 120) / 10, lng: 104 + ((i * 13) % 150) / 10 },
        units: Array.from({ length: units }, () => ({ variant: 'fixed', ratedPower: 75, ratedFlow: 12.4, ratedPressure: 8 }) as const),
        tanks: [],
        volume: 2 * units,
        powerMeter: false,
        videoRequired: false,
      }),
    )
    left -= units + 2
  }
  return stations
}

export interface SyntheticOptions {
  readonly url: string
  readonly stations: readonly StationConfig[]
  readonly master: string | null
  /** Messages per second over all devices; Infinity = as fast as they are acknowledged. */
  readonly rate: number
  readonly connections: number
  readonly seconds: number
  readonly signal: AbortSignal
}

export interface SyntheticResult {
  readonly sent: number
  readonly acknowledged: number
  readonly seconds: number
  readonly perSecond: number
  /** Publish to PUBACK, ms. */
  readonly p50: number
  readonly p99: number
}

interface Sender {
  readonly client: MqttClient
  readonly devices: { readonly topic: string; readonly birth: string; seq: number }[]
  next: number
  inFlight: number
}

const MAX_IN_FLIGHT = 1000
const LATENCY_SAMPLES = 100_000

/** QoS 1 load of cheap messages. Latency counts from the call to publish to the broker's acknowledgement. */
export async function runSynthetic(options: SyntheticOptions): Promise<SyntheticResult> {
  const boot = Date.now().toString(36)
  const senders = await open(options)
  let [sent, acknowledged] = [0, 0]
  const latency: number[] = []
  for (const sender of senders)
    for (const device of sender.devices) {
      const body = { type: 'birth', kind: 'compressor', points: syntheticPoints }
      const birth = JSON.stringify({ v: 1, boot, seq: ++device.seq, ts: Date.now(), body })
      await sender.client.publishAsync(device.birth, birth, { qos: 1 })
    }
  const publish = (sender: Sender): void => {
    const device = sender.devices[sender.next++ % sender.devices.length]
    if (!device) return
    const at = Date.now()
    const envelope = { v: 1, boot, seq: ++device.seq, ts: at, body: { s: [[at, syntheticValues(device.seq)]] } }
    const began = performance.now()
    sender.inFlight++
    sent++
    sender.client.publish(device.topic, JSON.stringify(envelope), { qos: 1 }, (error) => {
      sender.inFlight--
      if (error) return
      acknowledged++
      latency[acknowledged % LATENCY_SAMPLES] = performance.now() - began
    })
  }
  const began = performance.now()
  const seconds = (): number => (performance.now() - began) / 1000
  let turn = 0
  while (seconds() < options.seconds && !options.signal.aborted) {
    const owed = Number.isFinite(options.rate) ? Math.min(seconds() * options.rate - sent, options.rate) : MAX_IN_FLIGHT
    for (let i = 0; i < owed; i++) {
      const sender = senders[turn++ % senders.length]
      if (sender && sender.inFlight < MAX_IN_FLIGHT) publish(sender)
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const took = seconds()
  const deadline = performance.now() + 10_000
  while (senders.some((sender) => sender.inFlight > 0) && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 10))
  await Promise.all(senders.map((sender) => sender.client.endAsync().catch(() => undefined)))
  const sorted = latency.filter(Number.isFinite).toSorted((a, b) => a - b)
  const at = (share: number): number => Math.round((sorted[Math.floor(sorted.length * share)] ?? NaN) * 10) / 10
  return { sent, acknowledged, seconds: took, perSecond: Math.round(acknowledged / took), p50: at(0.5), p99: at(0.99) }
}

/** Anonymous: the devices spread over the connections. With secrets: one gateway connection per station. */
async function open({ url, stations, master, connections }: SyntheticOptions): Promise<Sender[]> {
  const addressed = stations.flatMap((config) =>
    config.devices
      .filter((device) => device.kind === 'compressor')
      .map((device) => {
        const topic = (channel: 't' | 'e'): string => topicOf({ org: config.org, station: config.id, channel, device: device.id })
        return { station: config, entry: { topic: topic('t'), birth: topic('e'), seq: 0 } }
      }),
  )
  const groups =
    master === null
      ? Array.from({ length: Math.min(connections, addressed.length) }, (_, k) => addressed.filter((__, i) => i % connections === k))
      : stations.map((config) => addressed.filter(({ station }) => station === config))
  return Promise.all(
    groups
      .filter((group) => group.length > 0)
      .map(async (group, k) => {
        const gateway = group[0]?.station.devices.find((device) => device.kind === 'gateway')
        const signed = master !== null && gateway ? { username: gateway.id, password: deviceSecret(master, gateway.id) } : {}
        const clientId = `load-${process.pid}-${k}`
        const client = await mqtt.connectAsync(url, { clientId, clean: true, reconnectPeriod: 0, ...signed })
        return { client, devices: group.map(({ entry }) => entry), next: 0, inFlight: 0 }
      }),
  )
}
