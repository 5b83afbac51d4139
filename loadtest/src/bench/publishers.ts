import type { StationConfig } from '@twin/models/stations'
import { topicOf } from '@twin/models/wire'
import { deviceSecret } from '../fleet/command-guard.ts'
import { syntheticPoints, syntheticValues } from '../fleet/synthetic.ts'
import { type MqttSocket, openMqttSocket, packetIds } from './mqtt-socket.ts'

export interface LoadOptions {
  readonly url: string
  readonly stations: readonly StationConfig[]
  /** Signs devices (one connection each) or gateways in; null = anonymous. */
  readonly master: string | null
  /** The compressors are dealt out over so many connections; with as many connections as compressors each has its own. */
  readonly connections: number
  /** Unacknowledged messages of a connection. */
  readonly window: number
}

export interface LoadResult {
  readonly sent: number
  readonly acknowledged: number
  readonly seconds: number
  /** Acknowledged while the clock ran. */
  readonly perSecond: number
  /** Unacknowledged at half time and at the end. */
  readonly backlog: readonly [number, number]
  /** Publish to PUBACK, ms. */
  readonly p50: number
  readonly p99: number
}

interface Sender {
  readonly socket: MqttSocket
  readonly devices: { readonly topic: Buffer; readonly birth: Buffer; seq: number }[]
  /** Time of sending by packet id. */
  readonly sentAt: Float64Array
  next: number
}

export interface Load {
  /** Messages per second over all devices, or `max` = as many as the windows let through. May be called again and again. */
  run(rate: number | 'max', seconds: number): Promise<LoadResult>
  /** Ends when all is acknowledged, or after 10 s. */
  close(): Promise<void>
}

const TICK_MS = 5

export async function openLoad(options: LoadOptions): Promise<Load> {
  const boot = Date.now().toString(36)
  let acknowledged = 0
  let latencies: number[] | null = null
  const ended: { by: Error | null } = { by: null }
  const senders = await connectAll(
    options,
    (sender, id) => {
      acknowledged++
      latencies?.push(performance.now() - (sender.sentAt[id] ?? 0))
    },
    (reason) => (ended.by ??= new Error(`a connection of the load ended: ${reason}`)),
  )
  const inFlight = (): number => senders.reduce((sum, { socket }) => sum + socket.inFlight, 0)
  const drained = async (ms: number): Promise<void> => {
    const deadline = performance.now() + ms
    while (inFlight() > 0 && performance.now() < deadline && ended.by === null) await pause()
  }

  const send = (sender: Sender, topic: Buffer, envelope: unknown): boolean => {
    const id = sender.socket.publish(topic, JSON.stringify(envelope))
    if (id > 0) sender.sentAt[id] = performance.now()
    return id > 0
  }
  for (const sender of senders)
    for (const device of sender.devices) {
      const body = { type: 'birth', kind: 'compressor', points: syntheticPoints }
      while (!send(sender, device.birth, { v: 1, boot, seq: device.seq + 1, ts: Date.now(), body })) {
        sender.socket.flush()
        await pause()
      }
      device.seq++
    }
  for (const { socket } of senders) socket.flush()
  await drained(60_000)

  const sample = (sender: Sender): boolean => {
    const device = sender.devices[sender.next % sender.devices.length]
    if (!device) return false
    const at = Date.now()
    if (!send(sender, device.topic, { v: 1, boot, seq: device.seq + 1, ts: at, body: { s: [[at, syntheticValues(device.seq)]] } }))
      return false
    device.seq++
    sender.next++
    return true
  }

  return {
    async run(rate, seconds) {
      const mine: number[] = (latencies = [])
      const before = acknowledged
      const began = performance.now()
      const elapsed = (): number => (performance.now() - began) / 1000
      let sent = 0
      let turn = 0
      let half = -1
      while (elapsed() < seconds) {
        if (ended.by) throw ended.by
        if (half < 0 && elapsed() > seconds / 2) half = inFlight()
        const owed = rate === 'max' ? Infinity : Math.floor(elapsed() * rate) - sent
        // One round after the other, so that all devices move; a full window is passed over.
        for (let idle = 0, k = 0; k < owed && idle < senders.length; k++) {
          const sender = senders[turn++ % senders.length]
          if (sender && sample(sender)) {
            sent++
            idle = 0
          } else idle++
        }
        for (const { socket } of senders) socket.flush()
        await pause()
      }
      const took = elapsed()
      const done = acknowledged - before
      const end = inFlight()
      latencies = null
      const sorted = Float64Array.from(mine).toSorted()
      const at = (share: number): number => Math.round((sorted[Math.floor(sorted.length * share)] ?? NaN) * 10) / 10
      return {
        sent,
        acknowledged: done,
        seconds: took,
        perSecond: Math.round(done / took),
        backlog: [half, end],
        p50: at(0.5),
        p99: at(0.99),
      }
    },
    async close() {
      await drained(10_000)
      const left = inFlight()
      ended.by = new Error('closed')
      for (const { socket } of senders) socket.close()
      if (left > 0) throw new Error(`${left} messages were never acknowledged`)
    },
  }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, TICK_MS))

async function connectAll(
  { url, stations, master, connections, window }: LoadOptions,
  onAck: (sender: Sender, id: number) => void,
  onClose: (reason: string) => void,
): Promise<Sender[]> {
  // Devices speak when they like: neighbours of a station must not come one after the other, which would make frames and turns cheaper.
  const all = stations
    .flatMap((station) => station.devices.filter(({ kind }) => kind === 'compressor').map((device) => ({ station, device })))
    .map((entry, i) => ({ entry, place: (i * 2_654_435_761) % 4_294_967_296 }))
    .toSorted((x, y) => x.place - y.place)
    .map(({ entry }) => entry)
  const count = Math.min(connections, all.length)
  const single = count === all.length
  const groups = Array.from({ length: count }, (_, k) => all.filter((__, i) => i % count === k))
  const { hostname, port } = new URL(url)
  const senders: Sender[] = []
  for (const [k, group] of groups.entries()) {
    // A device speaks for itself; a connection of several is anonymous, as only demo mode and an open broker allow.
    const id = single && master !== null ? group[0]?.device.id : undefined
    const sender: Omit<Sender, 'socket'> & { socket?: MqttSocket } = {
      devices: group.map(({ station, device }) => {
        const topic = (channel: 't' | 'e'): Buffer =>
          Buffer.from(topicOf({ org: station.org, station: station.id, channel, device: device.id }))
        return { topic: topic('t'), birth: topic('e'), seq: 0 }
      }),
      sentAt: new Float64Array(packetIds(window) + 1),
      next: 0,
    }
    sender.socket = await openMqttSocket({
      host: hostname,
      port: Number(port || 1883),
      clientId: `load-${process.pid}-${k}`,
      ...(id !== undefined && master !== null && { username: id, password: deviceSecret(master, id) }),
      window,
      onAck: (packet) => onAck(sender as Sender, packet),
      onClose,
    })
    senders.push(sender as Sender)
  }
  return senders
}
