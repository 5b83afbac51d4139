import { openMqttSocket, type MqttSocket } from '../../loadtest/src/bench/mqtt-socket.ts'
import { findKind, findPoint } from '../../models/src/kinds/index.ts'
import type { StationConfig } from '../../models/src/stations/index.ts'
import type { Sql } from '../../twin-server/src/store/connection.ts'

interface CheckedDevice {
  readonly id: string
  /** What it measures besides the value that tells its messages apart. */
  readonly others: Readonly<Record<string, number>>
  readonly point: { readonly name: string; readonly slot: number; readonly base: number; readonly step: number }
  readonly topic: Buffer
  seq: number
  /** Source time of each message by its number; none twice. */
  readonly times: number[]
  /** Numbers that were acknowledged. */
  readonly acked: Set<number>
  /** Sent or not, but not acknowledged: what a device keeps. */
  readonly kept: Map<number, string>
  socket: MqttSocket | null
  /** Number by packet id, of this connection. */
  under: Map<number, number>
  sentUpTo: number
}

/**
 * Devices with a connection each that keep their own list of what was acknowledged. Every message has a source time of its own, so that the
 * history can be asked for exactly that message. What is not acknowledged when a connection ends is sent again, in order, on the next one.
 */
export class CheckedDevices {
  readonly devices: readonly CheckedDevice[]
  readonly #boot: string
  readonly #port: number
  #timer: NodeJS.Timeout | undefined
  #running = false
  #at = 0

  /** `values`: points of a message. */
  constructor(
    stations: readonly StationConfig[],
    port: number,
    boot: string,
    { takes = (kind: string): boolean => kind === 'compressor', values = 1 } = {},
  ) {
    this.#boot = boot
    this.#port = port
    this.devices = stations.flatMap(({ org, id: station, devices }) =>
      devices
        .filter(({ kind }) => takes(kind) && pointsOf(kind).length > 0)
        .map(({ id, kind }) => ({
          id,
          ...measured(kind, values),
          topic: Buffer.from(`tw/${org}/${station}/t/${id}`),
          seq: 0,
          times: [],
          acked: new Set<number>(),
          kept: new Map<number, string>(),
          socket: null,
          under: new Map<number, number>(),
          sentUpTo: 0,
        })),
    )
  }

  get acked(): number {
    return this.devices.reduce((sum, { acked }) => sum + acked.size, 0)
  }
  get made(): number {
    return this.devices.reduce((sum, { seq }) => sum + seq, 0)
  }
  get unacknowledged(): number {
    return this.devices.reduce((sum, { kept }) => sum + kept.size, 0)
  }
  /** Devices that were acknowledged more than this many messages. */
  ackedBeyond(marks: ReadonlyMap<string, number>): boolean {
    return this.devices.every(({ id, acked }) => acked.size > (marks.get(id) ?? 0))
  }
  get marks(): ReadonlyMap<string, number> {
    return new Map(this.devices.map(({ id, acked }) => [id, acked.size]))
  }

  /** `most`: messages a device keeps; beyond it makes no new ones, as one whose memory is full. */
  start(perSecond: number, most = 5000): void {
    this.#running = true
    for (const device of this.devices) void this.#connect(device)
    const everyMs = 20
    let last = performance.now()
    let owed = 0
    this.#timer = setInterval(() => {
      const at = performance.now()
      owed += ((at - last) * perSecond) / 1000
      last = at
      for (; owed >= 1; owed--) {
        const device = this.devices[this.#at++ % this.devices.length]
        if (device && device.kept.size < most) this.#make(device)
      }
      for (const device of this.devices) this.#pump(device)
    }, everyMs)
  }

  #make(device: CheckedDevice): void {
    const seq = ++device.seq
    const ts = Math.max((device.times.at(-1) ?? 0) + 1, Date.now())
    device.times.push(ts)
    const p = { ...device.others, [device.point.name]: valueOf(device, seq) }
    device.kept.set(seq, JSON.stringify({ v: 1, boot: this.#boot, seq, ts, body: { p } }))
  }

  async #connect(device: CheckedDevice): Promise<void> {
    while (this.#running) {
      try {
        const under = new Map<number, number>()
        const socket = await openMqttSocket({
          host: '127.0.0.1',
          port: this.#port,
          clientId: `${this.#boot}-${device.id}`,
          window: 50,
          onAck: (packet) => {
            const seq = under.get(packet)
            if (seq === undefined) return
            under.delete(packet)
            device.kept.delete(seq)
            device.acked.add(seq)
          },
          onClose: () => {
            device.socket = null
            if (this.#running) setTimeout(() => void this.#connect(device), 300)
          },
        })
        device.under = under
        device.sentUpTo = 0
        device.socket = socket
        this.#pump(device)
        return
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 300))
      }
    }
  }

  #pump(device: CheckedDevice): void {
    const { socket } = device
    if (!socket) return
    for (const [seq, payload] of device.kept) {
      if (seq <= device.sentUpTo) continue
      const packet = socket.publish(device.topic, payload)
      if (packet === 0) break
      device.under.set(packet, seq)
      device.sentUpTo = seq
    }
    socket.flush()
  }

  /** Makes no more messages; resolves when all are acknowledged, rejects when that takes too long. */
  async finish(seconds: number): Promise<void> {
    clearInterval(this.#timer)
    const pump = setInterval(() => {
      for (const device of this.devices) this.#pump(device)
    }, 20)
    const end = performance.now() + seconds * 1000
    while (this.unacknowledged > 0 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 50))
    clearInterval(pump)
    const left = this.unacknowledged
    this.stop()
    if (left > 0) throw new Error(`${left} messages were not acknowledged within ${seconds} s`)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#running = false
    for (const { socket } of this.devices) socket?.close()
  }

  /** Acknowledged messages that are not in the history, messages that are in it more than once, before older ones, or with another value. */
  async verify(
    sql: Sql,
  ): Promise<{ readonly lost: number; readonly doubled: number; readonly disordered: number; readonly wrong: number }> {
    let [lost, doubled, disordered, wrong] = [0, 0, 0, 0]
    for (const device of this.devices) {
      const { id, times, acked, point } = device
      const numbers = new Map(times.map((at, i) => [at, i + 1]))
      const rows = await sql<{ at: number; value: number | null }[]>`
        select at, "values"[${point.slot + 1}] as value from sample where device = ${id} and origin = 0 and at >= ${times[0] ?? 0} order by seq`
      const found = new Map<number, number>()
      let before = 0
      for (const { at, value } of rows) {
        if (value !== valueOf(device, numbers.get(at) ?? 0)) wrong++
        found.set(at, (found.get(at) ?? 0) + 1)
        if (at < before) disordered++
        before = at
      }
      for (const [i, at] of times.entries()) {
        const count = found.get(at) ?? 0
        if (count > 1) doubled++
        if (count === 0 && acked.has(i + 1)) lost++
      }
    }
    return { lost, doubled, disordered, wrong }
  }
}

/** Analog points that a device of this kind sends, the one that varies first. */
const pointsOf = (kind: string) =>
  (findKind(kind)?.points ?? []).filter(
    ({ type, sampleMs, typical, appliesTo, counter }) =>
      type === 'float' && sampleMs > 0 && typeof typical === 'number' && appliesTo === undefined && counter !== true,
  )

function measured(kind: string, values: number): Pick<CheckedDevice, 'others' | 'point'> {
  const [first, ...rest] = pointsOf(kind)
  const found = findKind(kind)
  if (!first || !found) throw new Error(`${kind} measures nothing`)
  const base = Number(first.typical)
  const step = Math.max(1e-3, Math.abs(base) / 10_000)
  // Away from the bound that is nearer.
  const up = first.max === null || base + 50 * step < first.max
  return {
    others: Object.fromEntries(rest.slice(0, values - 1).map(({ name, typical }) => [name, Number(typical)])),
    point: { name: first.name, slot: findPoint(found, first.name), base, step: up ? step : -step },
  }
}

const valueOf = ({ point: { base, step } }: CheckedDevice, seq: number): number => base + (seq % 50) * step
