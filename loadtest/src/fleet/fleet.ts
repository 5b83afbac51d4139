import type { StationConfig } from '@twin/models/stations'
import { Agent, connectGateway, type AgentOptions } from './agent.ts'
import type { Connection } from './connection.ts'
import { applyFault, deviceId, type FaultRequest } from './faults.ts'
import { liveIncident } from './incidents.ts'
import { MINUTE, uploadRange, worldAfter, type PastRange } from './range-upload.ts'
import { loadMemory, pastSave, saveMemory } from './state-file.ts'
import { coldWorld } from './cold-world.ts'
import { StationSim } from './station-sim.ts'

export interface FleetOptions extends AgentOptions {
  /** Samples per second and device that sensors are looked at. */
  readonly rate: number
  /** Past to upload at first start and at most after a pause, days. */
  readonly backlogDays: number
  /** Folder for what devices remember; null = nothing is remembered. */
  readonly state: string | null
  /** One connection per station through its gateway instead of one per device. */
  readonly viaGateway: boolean
  /** Something goes wrong now and then, in history and live. */
  readonly incidents: boolean
  /** Codes of stations that stand cold at the start: nothing runs, outlets shut, for ten minutes already. */
  readonly cold?: readonly string[]
}

interface Station {
  readonly config: StationConfig
  readonly sim: StationSim
  readonly agents: readonly Agent[]
  readonly gateway: Connection | null
  readonly resumed: boolean
  ranges: PastRange[]
}

export interface FleetStatus {
  readonly stations: number
  readonly devices: number
  readonly online: number
  readonly messages: number
  readonly samples: number
  readonly bytes: number
  readonly dropped: number
  /** Samples waiting to be confirmed. */
  readonly depth: number
  /** Stations whose past is not wholly uploaded. */
  readonly uploading: number
}

const TICK_MS = 100
/** Above this many stations physics runs in seconds instead of tenths: same means, no single cycles. */
const EXACT_STATIONS = 60
const SAVE_MS = 5_000
/** A kill may come this long after the last save. */
const SAVE_SLACK_S = 15
const MS_PER_DAY = 86_400_000
const POSITION_MS = 600_000
const COLD_MS = 600_000
const FIRST_INCIDENT_MS = 60_000
const NEXT_INCIDENT_MS = 15 * MINUTE
const INCIDENT_MS = 40 * MINUTE

/** Simulated devices of some stations, talking to a broker as real ones would. */
export class Fleet {
  readonly #options: FleetOptions
  readonly #stations: Station[] = []
  readonly #abort = new AbortController()
  #timers: NodeJS.Timeout[] = []
  #saving: Promise<void> = Promise.resolve()
  #lastTick = 0
  #phase = 0

  constructor(options: FleetOptions) {
    this.#options = options
  }

  /**
   * Brings the devices up and begins to upload their past; `uploaded` resolves with the number of samples when the server has it all.
   * `resumed`: every station remembered an earlier run.
   */
  async start(configs: readonly StationConfig[]): Promise<{ readonly uploaded: Promise<number>; readonly resumed: boolean }> {
    const now = Date.now()
    for (const config of configs) {
      this.#stations.push(await this.#prepare(config, now))
      // Thousands of stations must not hold up the connections already open.
      if (this.#stations.length % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    this.#lastTick = Date.now()
    this.#timers.push(setInterval(() => this.#tick(), TICK_MS))
    if (this.#options.state !== null) this.#timers.push(setInterval(() => void this.#save().catch(this.#complain), SAVE_MS))
    this.#timers.push(setInterval(() => this.#tellPositions(), POSITION_MS))
    this.#tellPositions()
    if (this.#options.incidents) this.#nextIncident(FIRST_INCIDENT_MS)
    return { uploaded: this.#uploadAll(), resumed: this.#stations.every((station) => station.resumed) }
  }

  /** Stopping again does nothing: what it remembers may be another fleet's by then. */
  async stop(): Promise<void> {
    if (this.#abort.signal.aborted) return
    for (const timer of this.#timers) clearInterval(timer)
    this.#timers = []
    this.#abort.abort()
    await this.#save()
    await Promise.all(
      this.#stations.flatMap(({ agents, gateway }) => [...agents.map((agent) => agent.stop()), ...(gateway ? [gateway.stop()] : [])]),
    )
  }

  status(): FleetStatus {
    const agents = this.#stations.flatMap((station) => station.agents)
    const sum = (of: (agent: Agent) => number): number => agents.reduce((total, agent) => total + of(agent), 0)
    return {
      stations: this.#stations.length,
      devices: agents.length,
      online: agents.filter((agent) => agent.online).length,
      messages: sum(({ uplink }) => uplink.counts.messages),
      samples: sum(({ uplink }) => uplink.counts.samples),
      bytes: sum(({ uplink }) => uplink.counts.bytes),
      dropped: sum(({ uplink }) => uplink.dropped),
      depth: sum(({ uplink }) => uplink.depth),
      uploading: this.#stations.filter((station) => station.ranges.length > 0).length,
    }
  }

  /** A fault on request; null = done, else why not. */
  fault(request: FaultRequest): string | null {
    const station = this.#stations.find(({ config }) => config.id === request.station || config.code === request.station)
    if (!station) return 'no such station'
    const physical = applyFault(station.sim, request)
    if (physical !== false) {
      if (physical === true && request.fault === 'position') this.#tellPosition(station)
      return physical === true ? null : physical
    }
    const id = deviceId(station.sim, request.device)
    const agent = station.agents.find((one) => one.device.id === id)
    if (!agent) return 'no such fault or device'
    switch (request.fault) {
      case 'silence':
        agent.silent = request.off !== true
        return null
      case 'deaf':
        agent.deaf = request.off !== true
        return null
      case 'cut':
        if (station.gateway) station.gateway.cut((request.seconds ?? 20) * 1000)
        else agent.cut(request.seconds ?? 20)
        return null
      case 'flood-messages':
        agent.burst(Math.min(100_000, request.count ?? 2000))
        return null
      case 'clock':
        agent.clockSkew = request.off === true ? 0 : (request.ms ?? 0)
        if (agent.device.kind === 'gateway') station.sim.clockOffsetMs = agent.clockSkew
        return null
      default:
        return 'no such fault'
    }
  }

  async #prepare(config: StationConfig, now: number): Promise<Station> {
    const { state, backlogDays, incidents } = this.#options
    const memory = state === null ? null : await loadMemory(state, config)
    const to = Math.floor(now / MINUTE) * MINUTE
    const ranges = memory ? [...memory.ranges] : []
    const first = new StationSim(config)
    let world = memory ? pastSave(memory.world, SAVE_SLACK_S) : first.world
    const since = memory ? Math.floor(memory.savedAt / MINUTE) * MINUTE : to - Math.max(backlogDays * MS_PER_DAY, 15 * MINUTE)
    // A minute or two of pause needs no history; its time still passes in the machines.
    if (to - since >= 2 * MINUTE) {
      const earliest = to - backlogDays * MS_PER_DAY
      const from = Math.max(since, earliest)
      if (from > since) world = worldAfter(config, { from: since, to: from, seed: since % 1e6, incidents: false, world })
      const range = { from, to, seed: from % 1e6, incidents, world, until: {} }
      if (backlogDays > 0) ranges.push(range)
      world = worldAfter(config, range)
    }
    const cold = this.#options.cold?.includes(config.code) ?? false
    const sim = new StationSim(config, { world: cold ? coldWorld(world) : world, seed: now % 1e6 })
    if (cold) {
      sim.coldSince = now - COLD_MS
      ranges.length = 0
    }
    const rest = Math.max(0, Math.min(120_000, now - Math.max(to, memory?.savedAt ?? 0)))
    // Exact, so that a short pause shows no jump in pressure; coarse where thousands of stations start at once.
    if (this.#stations.length < EXACT_STATIONS) sim.advance(now, rest / 1000)
    else if (rest > 0) sim.advanceCoarse(now, rest / 1000)
    const agents = config.devices.map((device) => new Agent(sim, device, this.#options))
    const gateway = this.#options.viaGateway ? connectGateway(config, agents, this.#options) : null
    if (!gateway) for (const agent of agents) agent.connect()
    return { config, sim, agents, gateway, ranges, resumed: memory !== null }
  }

  #tick(): void {
    const now = Date.now()
    // After a suspended machine or a long stall, time goes on from here.
    const elapsed = Math.min(5, (now - this.#lastTick) / 1000)
    this.#lastTick = now
    const slots = Math.max(1, Math.round(1000 / this.#options.rate / TICK_MS))
    this.#phase = (this.#phase + 1) % (slots * 10)
    const exact = this.#stations.length <= EXACT_STATIONS
    for (const [k, station] of this.#stations.entries()) {
      if (exact) station.sim.advance(now, elapsed)
      else if (this.#phase % 10 === k % 10) station.sim.advanceCoarse(now, 1)
      tellOrders(station)
      station.sim.buffered = 0
      for (const [i, agent] of station.agents.entries()) {
        if ((this.#phase + k + i) % slots === 0) agent.sample()
        if (!agent.online) station.sim.buffered += agent.uplink.depth
      }
    }
  }

  async #uploadAll(): Promise<number> {
    const counts = await Promise.all(this.#stations.map((station) => this.#uploadStation(station)))
    return counts.reduce((sum, count) => sum + count, 0)
  }

  async #uploadStation(station: Station): Promise<number> {
    const uplinks = new Map(station.agents.map((agent) => [agent.device.id, agent.uplink]))
    const target = {
      ready: (device: string) => uplinks.get(device)?.ready ?? false,
      upload: (device: string, rows: Parameters<Agent['uplink']['upload']>[0], onDurable: () => void) =>
        uplinks.get(device)?.upload(rows, onDurable),
    }
    let samples = 0
    for (const range of [...station.ranges]) {
      samples += await uploadRange(station.config, range, target, this.#abort.signal)
      if (this.#abort.signal.aborted) return samples
      station.ranges = station.ranges.filter((one) => one !== range)
    }
    return samples
  }

  /** One live incident after another: a machine trips or a door stays open, and is put right after a while if nobody does. */
  #nextIncident(afterMs: number): void {
    const timer = setTimeout(() => {
      const station = this.#stations[Math.floor(Math.random() * this.#stations.length)]
      const request = station && liveIncident(station.sim)
      if (request) {
        this.fault(request)
        this.#timers.push(setTimeout(() => this.fault({ ...request, off: true }), INCIDENT_MS))
      }
      this.#nextIncident(NEXT_INCIDENT_MS)
    }, afterMs)
    this.#timers.push(timer)
  }

  #tellPositions(): void {
    for (const station of this.#stations) if (station.config.kind === 'singleModule') this.#tellPosition(station)
  }
  #tellPosition({ config, sim, agents }: Station): void {
    const agent = agents.find((one) => one.device.id === config.id)
    if (!agent || !sim.position) return
    // A receiver wanders by a few metres.
    const wander = (): number => (Math.random() - 0.5) * 6e-5
    const [lat, lng] = [round(sim.position.lat + wander()), round(sim.position.lng + wander())]
    agent.uplink.event({ type: 'position', lat, lng, accuracy: 5, source: 'gnss' })
  }

  /** One after the other: two at once would write the same file. */
  #save(): Promise<void> {
    const { state } = this.#options
    if (state === null) return Promise.resolve()
    this.#saving = this.#saving.catch(() => undefined).then(() => this.#write(state))
    return this.#saving
  }

  async #write(state: string): Promise<void> {
    const savedAt = Date.now()
    for (const { config, sim, ranges } of this.#stations) await saveMemory(state, config.id, { v: 1, savedAt, world: sim.world, ranges })
  }

  readonly #complain = (error: unknown): void =>
    this.#options.log(`cannot save state: ${error instanceof Error ? error.message : String(error)}`)
}

/** The master tells what it ordered, and why, as events of the station's own device. */
function tellOrders({ config, sim, agents }: Station): void {
  const orders = sim.takeOrders()
  if (orders.length === 0) return
  const agent = agents.find((one) => one.device.id === config.id)
  for (const { headerPressure, limit, ...order } of orders)
    agent?.uplink.event({
      type: 'event',
      name: 'sequence.order',
      data: { ...order, headerPressure: bar(headerPressure), limit: bar(limit) },
    })
}
const bar = (pressure: number): number => Math.round(pressure * 1000) / 1000

const round = (degrees: number): number => Math.round(degrees * 1e6) / 1e6
