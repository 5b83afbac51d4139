import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect as connectSocket } from 'node:net'
import { parseArgs } from 'node:util'
import mqtt from 'mqtt'
import { Packr } from 'msgpackr'
import postgres from 'postgres'
import { WebSocketServer, type WebSocket } from 'ws'

/**
 * The yardstick: the least that does the visible job, without any of the product's promises. MQTT (QoS 1, acknowledged at once) →
 * JSON.parse → topic lookup → 15 numbers into a nested object → every 50 ms one frame per changed station to its viewers → every 200 ms
 * COPY of one array row per sample. No journal, no fence, no alarms, no quality, nothing held back until it is durable.
 *
 *   node loadtest/src/bench/straight-line.ts --url mqtt://127.0.0.1:1884 --database postgres://… --ws 9100
 *
 * Prints one line of JSON a second: messages, CPU µs per message, rows stored. Viewers connect to ws://127.0.0.1:9100/<stationId>, counts
 * are at http://127.0.0.1:9100.
 */
const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'mqtt://127.0.0.1:1884' },
    database: { type: 'string' },
    ws: { type: 'string', default: '9100' },
  },
})

interface DeviceState {
  readonly values: Record<string, number>
  readonly changed: Set<string>
  seq: number
  at: number
}

const packr = new Packr({ useRecords: false })
const stations = new Map<string, Map<string, DeviceState>>()
const byTopic = new Map<string, { readonly station: string; readonly device: string; readonly state: DeviceState }>()
const dirty = new Map<string, Set<string>>()
const viewers = new Map<string, Set<WebSocket>>()
let points: readonly string[] = []
let rows: string[] = []
const counts = { messages: 0, rows: 0, frames: 0 }

function entryOf(topic: string) {
  let entry = byTopic.get(topic)
  if (!entry) {
    const [, , station = '', , device = ''] = topic.split('/')
    const state: DeviceState = { values: {}, changed: new Set(), seq: 0, at: 0 }
    const devices = stations.get(station) ?? new Map<string, DeviceState>()
    stations.set(station, devices.set(device, state))
    entry = { station, device, state }
    byTopic.set(topic, entry)
  }
  return entry
}

function take(topic: string, payload: Buffer): void {
  const message = JSON.parse(payload.toString()) as {
    seq: number
    body: { type?: string; points?: string[]; s?: [number, number[]][] }
  }
  if (message.body.points) points = message.body.points
  if (!message.body.s) return
  const { station, device, state } = entryOf(topic)
  state.seq = message.seq
  for (const [at, sample] of message.body.s) {
    state.at = at
    for (let i = 0; i < sample.length; i++) {
      const name = points[i] ?? String(i)
      if (state.values[name] === sample[i]) continue
      state.values[name] = sample[i] ?? NaN
      state.changed.add(name)
    }
    rows.push(`${device}\t${new Date(at).toISOString()}\t{${sample.join(',')}}\n`)
  }
  const changed = dirty.get(station)
  if (changed) changed.add(device)
  else dirty.set(station, new Set([device]))
  counts.messages++
}

function broadcast(): void {
  for (const [station, changed] of dirty) {
    const devices = stations.get(station)
    const watching = viewers.get(station)
    const frame: Record<string, Record<string, number>> = {}
    for (const id of changed) {
      const state = devices?.get(id)
      if (!state) continue
      const out: Record<string, number> = { at: state.at }
      for (const name of state.changed) out[name] = state.values[name] ?? NaN
      state.changed.clear()
      frame[id] = out
    }
    if (!watching?.size) continue
    const bytes = packr.pack({ t: Date.now(), station, frame })
    for (const viewer of watching) viewer.send(bytes)
    counts.frames++
  }
  dirty.clear()
}

/** postgres.js leaves Nagle on, which turns a small COPY of 2 ms into 88 ms. */
const socket = async (options: { readonly host: readonly string[]; readonly port: readonly number[] }) => {
  const made = connectSocket({ host: options.host[0] ?? '127.0.0.1', port: options.port[0] ?? 5432 }).setNoDelay(true)
  await once(made, 'connect')
  return made
}

async function main(): Promise<void> {
  const { database } = values
  const sql = database === undefined ? null : postgres(database, { max: 1, onnotice: () => undefined, ...({ socket } as object) })
  if (sql) {
    await sql`drop table if exists straight_line`
    await sql`create table straight_line (device text not null, at timestamptz not null, values double precision[] not null)`
  }
  // GET / tells the counts: what was really taken, not what the broker acknowledged.
  const http = createServer((_, response) => response.end(JSON.stringify(counts))).listen(Number(values.ws), '127.0.0.1')
  const server = new WebSocketServer({ server: http })
  server.on('connection', (viewer, request) => {
    const station = (request.url ?? '/').slice(1)
    const watching = viewers.get(station) ?? new Set()
    viewers.set(station, watching.add(viewer))
    viewer.on('close', () => watching.delete(viewer))
  })
  const client = await mqtt.connectAsync(values.url, { clientId: `straight-line-${process.pid}`, clean: true })
  client.on('message', take)
  await client.subscribeAsync(['tw/+/+/t/+', 'tw/+/+/e/+'], { qos: 1 })

  setInterval(broadcast, 50)
  let storing = false
  const store = async (): Promise<void> => {
    if (!sql || storing || rows.length === 0) return
    storing = true
    const batch = rows
    rows = []
    try {
      const sink = await sql`copy straight_line (device, at, values) from stdin`.writable()
      sink.end(batch.join(''))
      await once(sink, 'finish')
      counts.rows += batch.length
    } finally {
      storing = false
    }
  }
  setInterval(() => void store().catch((error: unknown) => console.error(error)), 200)
  let before = { ...counts, cpu: process.cpuUsage() }
  setInterval(() => {
    const used = process.cpuUsage(before.cpu)
    const messages = counts.messages - before.messages
    const cpu = messages > 0 ? Math.round((used.user + used.system) / messages) : null
    console.log(JSON.stringify({ messages, cpuPerMessage: cpu, total: counts.messages, rows: counts.rows, frames: counts.frames }))
    before = { ...counts, cpu: process.cpuUsage() }
  }, 1000)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0))
  console.log(JSON.stringify({ ready: true }))
}

main().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
