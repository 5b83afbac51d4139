/**
 * Devices over MQTT: each connection sends a row of each of its devices a second, QoS 1, from a file that `npm run load` makes: typical values
 * or a recording. Needs grafana/xk6-mqtt, which k6 fetches by itself where it may (else `xk6 build --with github.com/grafana/xk6-mqtt`).
 */
import { Counter, Trend } from 'k6/metrics'
import { Client } from 'k6/x/mqtt'
import type { ScriptClient } from '../src/profile/devices.ts'
import { bounds } from '../src/profile/index.ts'

const clients = JSON.parse(open(__ENV['DEVICES'] ?? '')) as ScriptClient[]
const seconds = Number(__ENV['SECONDS'] ?? 30)
const url = __ENV['MQTT'] ?? 'mqtt://127.0.0.1:1883'

export const options = {
  scenarios: {
    devices: { executor: 'per-vu-iterations', vus: clients.length, iterations: 1, maxDuration: `${seconds + 30}s` },
  },
  thresholds: {
    acknowledged: ['count>0'],
    unacknowledged: ['count<1'],
    acknowledge_ms: [`p(95)<${bounds.operation}`],
  },
}
const acknowledged = new Counter('acknowledged')
const unacknowledged = new Counter('unacknowledged')
const acknowledgeMs = new Trend('acknowledge_ms', true)

export default function (): void {
  const own = clients[(__VU - 1) % clients.length]
  if (!own) return
  const signed = own.password === '' ? {} : { username: own.username, password: own.password }
  const client = new Client({ client_id: `k6-${__VU}-${Date.now().toString(36)}`, ...signed })
  const boot = Date.now().toString(36)
  const state = { row: 0, open: 0, over: false }
  const sequence = own.devices.map(() => 0)
  const send = async (device: number, topic: string, body: object): Promise<void> => {
    const began = Date.now()
    state.open++
    const seq = (sequence[device] ?? 0) + 1
    sequence[device] = seq
    const envelope = { v: 1, boot, seq, ts: began, body }
    try {
      await client.publishAsync(topic, JSON.stringify(envelope), { qos: 1 })
      acknowledged.add(1)
      acknowledgeMs.add(Date.now() - began)
    } catch {
      unacknowledged.add(1)
    }
    state.open--
    if (state.over && state.open === 0) client.end()
  }
  client.on('connect', () => {
    for (const [i, { events, kind, points }] of own.devices.entries()) void send(i, events, { type: 'birth', kind, points })
    const timer = setInterval(() => {
      const at = Date.now()
      for (const [i, { telemetry, rows }] of own.devices.entries()) void send(i, telemetry, { s: [[at, rows[state.row % rows.length]]] })
      state.row++
    }, 1000)
    setTimeout(() => {
      clearInterval(timer)
      state.over = true
      if (state.open === 0) client.end()
    }, seconds * 1000)
  })
  client.on('error', () => unacknowledged.add(1))
  client.connect(url, { clean_session: true, keepalive: 30 })
}
