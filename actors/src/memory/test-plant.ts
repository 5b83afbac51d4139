import { kindOf } from '@twin/models/kinds'
import { composeStation, type StationConfig } from '@twin/models/stations'
import type { Effect } from '@twin/models/twin'
import type { EventBody, WireValue } from '@twin/models/wire'
import { createRuntime } from '../runtime/create-runtime.ts'
import type { RuntimeOptions } from '../runtime/options.ts'
import type { Reply, Request, Runtime } from '../runtime/types.ts'
import type { CommitPort, Committed, DeviceInput, Outcome } from '../ports.ts'
import { countingIds, ManualTime } from './manual-time.ts'
import { MemoryStore } from './memory-store.ts'

/** A smart station of two machines, for tests and benchmarks. */
export function testStation(changes: Partial<StationConfig> = {}, id = 'station00001'): StationConfig {
  const config = composeStation({
    id,
    kind: 'smartStation',
    code: 'T-01',
    name: '测试站',
    nameEn: 'Test station',
    region: '310000',
    address: '',
    position: { lat: 31, lng: 121 },
    units: [
      { variant: 'fixed', ratedPower: 75, ratedFlow: 12.5, ratedPressure: 8 },
      { variant: 'vsd', ratedPower: 75, ratedFlow: 12.5, ratedPressure: 8 },
    ],
    tanks: [2],
    cameras: 1,
    dryer: 'refrigerated',
    powerMeter: true,
    flowMeter: true,
    videoRequired: false,
  })
  return { ...config, fenceRadius: 500, ...changes }
}

/** Everything a kind measures, at its typical value. */
export function typicalValues(kind: string): Record<string, WireValue> {
  const points = kindOf(kind).points.filter((point) => point.tier !== 'derived' && point.type !== 'string')
  const values = Object.fromEntries(points.map((point) => [point.name, point.typical]))
  if (kind === 'powerMeter') return { ...values, demand15m: 50 }
  return kind === 'station' ? { ...values, roomOccupied: false, latitude: 31, longitude: 121 } : values
}

const start = Date.UTC(2026, 0, 5, 8)

/** A runtime on a memory store with the fleet of one station, driven by hand. */
export class TestPlant {
  readonly time: ManualTime
  readonly store: MemoryStore
  readonly config: StationConfig
  runtime!: Runtime
  effects: Effect[] = []
  committed: Committed[] = []
  readonly outcomes: Outcome[] = []
  boot = 'boot1'
  readonly #seq = new Map<string, number>()
  readonly #options: Partial<RuntimeOptions>
  #lives = 0

  constructor(options: Partial<RuntimeOptions> = {}, config = testStation()) {
    this.config = config
    this.time = new ManualTime(start)
    this.store = new MemoryStore([config])
    this.#options = options
  }

  /** A new process on the same store; the one before is not told. `commit` may stand before the store's own. */
  async live(wrap: (commit: CommitPort) => CommitPort = (commit) => commit): Promise<this> {
    const ports = this.store.connect()
    const runtime = createRuntime({
      recovery: ports.recovery,
      clock: this.time,
      scheduler: this.time,
      effects: { execute: (effect) => this.effects.push(effect) },
      ids: countingIds(`id${++this.#lives}`),
      ...this.#options,
      commit: wrap(ports.commit),
    })
    this.runtime = runtime
    runtime.onCommitted((news) => this.committed.push(news))
    await runtime.start()
    return this
  }

  device(kind: string, nth = 0): string {
    const found = this.config.devices.filter((device) => device.kind === kind)[nth]
    if (!found) throw new Error(`no ${kind} ${nth}`)
    return found.id
  }

  next(device: string): number {
    const seq = (this.#seq.get(device) ?? 0) + 1
    this.#seq.set(device, seq)
    return seq
  }

  telemetry(device: string, p: Record<string, WireValue>, ts = this.time.now()): DeviceInput {
    return this.input(device, 't', ts, { p })
  }

  input(device: string, channel: 't' | 'e', ts: number, body: DeviceInput['envelope']['body']): DeviceInput {
    const envelope = { v: 1, boot: this.boot, seq: this.next(device), ts, body } as DeviceInput['envelope']
    return { org: 'main', station: this.config.id, device, envelope, channel, received: this.time.now(), bytes: 300 }
  }

  deliver(input: DeviceInput): void {
    this.runtime.deliver(input, (outcome) => this.outcomes.push(outcome))
  }

  report(device: string, p: Record<string, WireValue>, ts?: number): void {
    this.deliver(this.telemetry(device, p, ts))
  }

  event(device: string, body: EventBody): void {
    this.deliver(this.input(device, 'e', this.time.now(), body))
  }

  /** Births and one full report of every device. */
  async comeUp(): Promise<void> {
    for (const { id, kind } of this.config.devices) {
      this.event(id, { type: 'birth', kind, points: Object.keys(typicalValues(kind)) })
      this.report(id, typicalValues(kind))
    }
    await this.time.pass(100)
  }

  /** Lets time pass with every device reporting each second; `changes` by kind or device id. */
  async run(
    seconds: number,
    changes: Readonly<Record<string, Record<string, WireValue>>> = {},
    mute: readonly string[] = [],
  ): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      for (const { id, kind } of this.config.devices) {
        if (!mute.includes(id) && !mute.includes(kind)) this.report(id, { ...typicalValues(kind), ...changes[kind], ...changes[id] })
      }
      await this.time.pass(1000)
    }
  }

  async ask(request: Request): Promise<Reply> {
    const reply = this.runtime.ask(request)
    await this.time.pass(50)
    return reply
  }

  async settled(): Promise<void> {
    const settled = this.runtime.settle()
    await this.time.pass(50)
    await settled
  }

  facts(kind: string): readonly (typeof this.store.facts)[number][] {
    return this.store.facts.filter((row) => row.fact.kind === kind)
  }
}
