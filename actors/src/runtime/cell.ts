import { type AlarmStates, applyAlarmFact, ESCALATE_AFTER_MIN, isAlarmFact, isHistorical } from '@twin/models/alarms'
import type { StationConfig } from '@twin/models/stations'
import type { Fact } from '@twin/models/twin'
import type { IdSource } from '../ports.ts'
import { nextDue, stateOfDevice, type DeviceContext } from '../device/device-actor.ts'
import { CellReadings, type CellState, DeriveReader, DeviceCore, initialCell, SlabUndo } from '../telemetry/index.ts'
import type { NightWatch } from '../station/night.ts'
import { OpenTurn } from './open-turn.ts'
import type { CellView, NewRow, Turn, TurnResult } from './turn.ts'

/** Interlocks never wait longer than this for news, whatever a station allows. */
const LATE_MS = 10_000
const NO_STATES: AlarmStates = {}
/** One turn runs at a time, so all cells share the copies that undo it. */
const undo = new SlabUndo()

/** A station and its devices: one shard, one mailbox, one moment. */
export class Cell implements CellView {
  readonly config: StationConfig
  readonly address: string
  readonly epoch: number
  readonly shard: number
  readonly ids: IdSource
  readonly cores = new Map<string, DeviceCore>()
  /** As in `StationView.order`: the station's own device first. */
  readonly order: readonly DeviceCore[]
  readonly own: DeviceCore | undefined
  readonly gateway: DeviceCore | undefined
  readonly cameras: readonly DeviceCore[]
  readonly readings = new CellReadings()
  readonly reader: DeriveReader
  readonly lateMs: number
  /** Alarm states of late data, by device; empty when no backlog is under way. */
  readonly historical = new Map<string, AlarmStates>()
  /** Newest source time of a recording played back. */
  replayClock = -Infinity
  replaying = false
  /** Server time of the last message or request, for passivation. */
  activeAt = -Infinity
  /** Server time of the last derivation of station values, and whether anything changed since. */
  derivedAt = -Infinity
  changed = true
  night: NightWatch | null = null
  readonly quarantined = new Set<string>()
  /** Counts changes, and the count at the last snapshot. */
  version = 0
  savedVersion = 0
  #state: CellState

  constructor(config: StationConfig, shard: number, epoch: number, ids: IdSource) {
    this.config = config
    this.address = `station:${config.id}`
    this.epoch = epoch
    this.shard = shard
    this.ids = ids
    this.lateMs = Math.max(LATE_MS, config.policy.silenceMs)
    const devices = [...config.devices].sort((a, b) => Number(b.id === config.id) - Number(a.id === config.id))
    for (const device of devices) this.cores.set(device.id, new DeviceCore(device))
    this.order = [...this.cores.values()]
    this.own = this.cores.get(config.id)
    this.gateway = this.order.find((core) => core.config.kind === 'gateway')
    this.cameras = this.order.filter((core) => core.config.kind === 'camera')
    const { escalateAfterMin = ESCALATE_AFTER_MIN } = config.policy
    if (escalateAfterMin > 0) this.readings.escalateMs = escalateAfterMin * 60_000
    this.readings.station = this.own
    this.readings.gateway = this.gateway
    this.reader = new DeriveReader(this.cores, this.readings)
    this.#state = initialCell(devices.map((device) => device.id))
    this.readings.state = this.#state
  }

  get state(): CellState {
    return this.#state
  }
  set state(state: CellState) {
    this.#state = state
    this.readings.state = state
    this.replaying = this.order.some((core) => state.devices[core.id]?.replay != null)
  }

  /** The cell's time at server time `wall`. */
  now(wall: number): number {
    return this.replaying && this.replayClock !== -Infinity ? this.replayClock : wall
  }

  context(core: DeviceCore, wall: number): DeviceContext {
    return { core, state: this.#state, readings: this.readings, ids: this.ids, now: this.now(wall) }
  }

  /** Brings what is kept beside the state in line with it, after recovery and after an undone turn. */
  follow(): void {
    for (const core of this.order) {
      const own = this.#state.devices[core.id]
      if (own) core.follow(own)
      core.due = own ? nextDue(this.context(core, 0)) : Infinity
    }
  }

  /** Runs a step; when it throws nothing of it remains. */
  run(wall: number, step: (turn: Turn) => void): TurnResult {
    const before = this.#state
    const historical = this.historical.size > 0 ? new Map(this.historical) : null
    const clock = this.replayClock
    const turn = new OpenTurn(this, wall, undo)
    try {
      step(turn)
    } catch (error) {
      undo.undo()
      this.state = before
      this.historical.clear()
      for (const [id, states] of historical ?? []) this.historical.set(id, states)
      this.replayClock = clock
      this.follow()
      throw new StepError(turn.actor, error)
    }
    undo.forget()
    return turn
  }

  /** A backlog is coming in. */
  get late(): boolean {
    if (this.historical.size > 0) return true
    // Asked after every message.
    for (const core of this.order) if (core.backlog !== null) return true
    return false
  }

  /** Part of the fold of facts that lies beside the logical state. */
  noteFact(actor: string, fact: Fact): void {
    const id = actor.slice(7)
    if (isAlarmFact(fact)) {
      if (isHistorical(fact)) this.#foldHistorical(id, applyAlarmFact(this.historical.get(id) ?? NO_STATES, fact, true))
    } else if (fact.kind === 'link.changed' || fact.kind === 'birth') {
      const core = this.cores.get(id)
      if (core) core.follow(stateOfDevice(this.context(core, 0)))
    }
  }

  /** Part of the fold of samples that lies beside the slab. */
  noteRow(row: Pick<NewRow, 'origin' | 'at'>): void {
    if (row.origin === 'replay' && row.at > this.replayClock) this.replayClock = row.at
  }

  #foldHistorical(device: string, states: AlarmStates): void {
    const open = Object.entries(states).filter(
      ([, state]) => state.occurrence !== null || state.raising !== null || state.clearing !== null,
    )
    if (open.length === 0) this.historical.delete(device)
    else this.historical.set(device, Object.fromEntries(open))
  }
}

/** A bug in a step, and whose. */
export class StepError extends Error {
  override readonly name = 'StepError'
  readonly actor: string
  constructor(actor: string, cause: unknown) {
    super(`step of ${actor} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.actor = actor
  }
}
