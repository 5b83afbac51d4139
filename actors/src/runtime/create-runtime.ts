import type { StationConfig } from '@twin/models/stations'
import type { Patch, StationSummary, StationView } from '@twin/models/live'
import type { Effect } from '@twin/models/twin'
import type { ClaimedShard, Committed, DeadLetter, DeviceInput, Outcome, PoisonPort, TurnMark } from '../ports.ts'
import { lastLook, moveCommand, moved as siteChanged, takeBack } from '../station/index.ts'
import { NO_SHARD } from './batch.ts'
import { CarefulLane, unwatched } from './careful-lane.ts'
import type { Cell } from './cell.ts'
import { Committer } from './committer.ts'
import { DueHeap } from './due-heap.ts'
import { Gate } from './gate.ts'
import { Holdings } from './holdings.ts'
import { markOfInput, markOfRequest, markOfTick, markOfTurn } from './marks.ts'
import { settingsOf, type RuntimeOptions, type Settings } from './options.ts'
import { letterOf, moveCursor, nextCursor } from './receive.ts'
import { Mailbox } from './mailbox.ts'
import { Residents } from './residents.ts'
import { answer } from './requests.ts'
import { Runner } from './runner.ts'
import { shardOf } from './shard.ts'
import { hashCell } from './state-hash.ts'
import { Supervisor } from './supervisor.ts'
import { cellDue } from './tick.ts'
import type { Turn } from './turn.ts'
import { inputTurn, stationTurn, tickTurn } from './turns.ts'
import type { DeviceWatermark, Reply, Request, Runtime, RuntimeMetrics } from './types.ts'
import { summaryOf, viewOf } from './views.ts'

export function createRuntime(options: RuntimeOptions): Runtime {
  return new TwinRuntime(options)
}

/** Mailbox, turns and gate of all cells of this process. One thread, one turn at a time. */
class TwinRuntime implements Runtime {
  readonly #options: RuntimeOptions
  readonly #settings: Settings
  readonly #committer: Committer
  readonly #gate: Gate
  readonly #supervisor: Supervisor
  readonly #residents: Residents
  readonly #due = new DueHeap<string>()
  readonly #mailbox: Mailbox
  readonly #runner: Runner
  readonly #holdings: Holdings
  readonly #poison: PoisonPort
  readonly #lane: CarefulLane
  #phase: 'new' | 'running' | 'stopped' = 'new'
  #cancelTick: () => void = () => {}
  readonly #counts = { accepted: 0, duplicate: 0, rejected: 0 }

  constructor(options: RuntimeOptions) {
    this.#options = options
    this.#poison = options.poison ?? unwatched
    this.#settings = settingsOf(options)
    this.#holdings = new Holdings(options.ownership ?? 'all')
    const { clock, scheduler, commit: port } = options
    this.#gate = new Gate({
      epoch: () => this.#holdings.highest,
      execute: (effect) => this.#execute(effect),
      problem: (message, error) => this.#log('error', message, error),
    })
    this.#committer = new Committer({
      port,
      clock,
      scheduler,
      everyMs: this.#settings.commitEveryMs,
      busyMs: this.#settings.commitBusyMs,
      busyMessages: this.#settings.commitBusyMessages,
      retryMs: this.#settings.commitRetryMs,
      retryMaxMs: this.#settings.commitRetryMaxMs,
      release: (batch, rows) => {
        this.#gate.release(batch, rows)
        this.#mailbox.unpark()
      },
      failed: (error, attempt) => this.#log('warn', `commit failed, attempt ${attempt}`, error),
      fenced: (lost) => this.#fenced(lost),
      fatal: (error) => this.#fatal(error),
    })
    this.#supervisor = new Supervisor(this.#settings.maxFailures)
    this.#residents = new Residents({
      recovery: options.recovery,
      ids: options.ids,
      epochOf: (shard) => this.#holdings.epochOf(shard),
      batch: () => this.#committer.open,
      touched: () => this.#committer.touched(),
      now: () => clock.now(),
      wake: (station, due) => this.#due.push(station, due),
      problem: (message, error) => this.#log('error', message, error),
    })
    const limit = this.#settings.maxPendingBytes
    this.#mailbox = new Mailbox(() => this.#committer.pendingBytes >= limit, limit)
    this.#runner = new Runner({
      clock,
      residents: this.#residents,
      supervisor: this.#supervisor,
      gate: this.#gate,
      due: this.#due,
      poison: this.#poison,
      batch: () => this.#committer.open,
      touched: () => this.#committer.touched(),
      dispatch: (station, command) => this.#dispatch(station, command),
      problem: (message, error) => this.#log('error', message, error),
    })
    const unnoted = (error: unknown): void => this.#log('warn', 'turns could not be noted', error)
    this.#lane = new CarefulLane(this.#poison, () => this.#durable(), unnoted)
  }

  async start(): Promise<void> {
    if (this.#phase !== 'new') throw new Error('a runtime starts once')
    if (this.#options.ownership !== 'given') {
      const claimed = await this.#options.recovery.claim()
      this.#holdings.hold(claimed)
      const { admit, replayed } = await this.#residents.recover(claimed, null, (cursor) => this.#gate.durable(cursor))
      admit()
      // A process that ended in order leaves snapshots with nothing after them.
      const cleanly = replayed.facts + replayed.samples === 0
      this.#options.log?.(cleanly ? 'info' : 'warn', '已从记录恢复 restored from the records', { ...replayed })
    }
    this.#phase = 'running'
    this.#scheduleTick()
  }

  async stop(): Promise<void> {
    if (this.#phase !== 'running') return
    this.#cancelTick()
    // What a commit lets out may make more to commit.
    do await this.settle()
    while (!this.#committer.idle)
    await this.#residents.saveAll()
    this.#phase = 'stopped'
    this.#committer.stop()
  }

  async acquire(claimed: ReadonlyMap<number, ClaimedShard>): Promise<void> {
    if (this.#phase !== 'running') throw new Error('the runtime is not running')
    const shards = new Set(claimed.keys())
    const { admit, replayed } = await this.#residents.recover(claimed, shards, (cursor) => this.#gate.durable(cursor))
    if (replayed.stations > 0) this.#options.log?.('info', '已接管并从记录恢复 taken over and restored from the records', { ...replayed })
    this.#mailbox.post(() => {
      this.drop(shards)
      this.#holdings.hold(claimed)
      admit()
    })
  }

  async release(shards: ReadonlySet<number>): Promise<void> {
    this.#holdings.leaving(shards)
    try {
      await this.settle()
      await this.#residents.saveAll(shards)
    } finally {
      this.drop(shards)
    }
  }

  drop(shards: ReadonlySet<number>): void {
    this.#holdings.forget(shards)
    this.#committer.drop(shards)
    for (const { id, devices } of this.#residents.drop(shards)) {
      this.#due.delete(id)
      this.#gate.forget(devices.map((device) => device.id))
    }
  }

  onLost(listener: (shards: ReadonlySet<number>) => void): () => void {
    return this.#holdings.onLost(listener)
  }

  epochOf(station: string): number | undefined {
    return this.#holdings.ownsStation(station) ? this.#holdings.epochOf(shardOf(station)) : undefined
  }

  #fenced(lost: ReadonlyMap<number, number>): void {
    const gone = this.#holdings.concerned(lost)
    if (gone.size === 0) return
    this.#log('warn', `${gone.size} shards are in other hands`)
    this.drop(gone)
    this.#holdings.lost(gone)
  }

  /** The cell, or undefined when there is none or its shard is leaving. */
  #withCell(station: string, use: (cell: Cell | undefined) => void): void {
    if (this.#holdings.ownsStation(station)) this.#residents.withCell(station, use)
    else use(undefined)
  }

  deliver(input: DeviceInput, done: (outcome: Outcome) => void): void {
    if (this.#phase !== 'running') return
    const mark = markOfInput(input)
    // Nearly always nothing waits, and then a message needs no place in a queue.
    if (!this.#lane.open(mark.shard) || !this.#mailbox.enter())
      return this.#lane.pass(mark, () => this.#mailbox.take(input.bytes, () => this.#deliver(input, mark, done)))
    try {
      this.#deliver(input, mark, done)
    } finally {
      this.#mailbox.leave()
    }
  }

  bury(letter: DeadLetter, done?: () => void): void {
    if (this.#phase !== 'running') return
    this.#mailbox.take(letter.payload.length, () => {
      const batch = this.#committer.open
      const station = letter.device === null ? undefined : this.#residents.configOf(letter.device)
      const shard = station === undefined ? NO_SHARD : shardOf(station.id)
      batch.deadLetters.push(shard, letter)
      this.#runner.countReject(shard, letter.device ?? '', letter.reason, 1)
      batch.bytes += letter.payload.length
      if (done) batch.dones.push(shard, done)
      this.#committer.touched()
    })
  }

  ask(request: Request): Promise<Reply> {
    if (this.#phase !== 'running') return Promise.resolve({ ok: false, reason: 'overloaded', detail: '服务未运行 Not running' })
    if (this.#committer.pendingBytes >= this.#settings.maxPendingBytes)
      return Promise.resolve({ ok: false, reason: 'overloaded', detail: '系统繁忙,请稍后再试 Too much is waiting, try again' })
    if (!this.#holdings.ownsStation(request.station)) return Promise.resolve(moved())
    return new Promise((resolve) => {
      const mark = markOfRequest(request)
      this.#lane.pass(mark, () => this.#mailbox.post(() => this.#ask(request, mark, resolve)))
    })
  }

  stations(): readonly StationConfig[] {
    return this.#residents.configs()
  }
  station(id: string): StationConfig | undefined {
    return this.#residents.config(id)
  }
  stationOf(device: string): StationConfig | undefined {
    return this.#residents.configOf(device)
  }
  summary(station: string): StationSummary | undefined {
    const cell = this.#residents.cell(station)
    return cell ? summaryOf(cell, this.#options.clock.now()) : this.#residents.passiveSummary(station)
  }
  stateHash(station: string): string | undefined {
    const cell = this.#residents.cell(station)
    return cell ? hashCell(cell) : this.#residents.passiveHash(station)
  }
  watermarks(): ReadonlyMap<string, DeviceWatermark> {
    return this.#gate.watermarks
  }
  onCommitted(listener: (committed: Committed) => void): () => void {
    return this.#gate.onCommitted(listener)
  }
  onProvisional(listener: (station: string, patches: readonly Patch[]) => void): () => void {
    return this.#gate.onProvisional(listener)
  }

  snapshot(station: string, done: (view: StationView | undefined) => void): void {
    this.#mailbox.post(() => {
      this.#withCell(station, (cell) => {
        const batch = this.#committer.open
        const shard = shardOf(station)
        let view: StationView | undefined
        // Taken when the batch closes: exactly what its commit covers, so that the next frame follows without a gap.
        if (cell) {
          cell.activeAt = this.#options.clock.now()
          batch.atSeal.push(shard, () => (view = viewOf(this.#residents.cell(station) ?? cell, this.#options.clock.now())))
        }
        batch.snapshots.push(shard, { done: () => done(view), moved: () => done(undefined) })
        this.#committer.touched()
      })
    })
  }

  configure(config: StationConfig): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#mailbox.post(() => {
        if (!this.#holdings.ownsStation(config.id)) {
          reject(new Error(`the shard of ${config.id} is not ours`))
          return
        }
        this.#withCell(config.id, (before) => {
          try {
            const cell = this.#residents.replace(config, before)
            for (const core of cell.order) this.#supervisor.release(core.address)
            this.#supervisor.release(cell.address)
            this.#runner.run(cell, markOfTurn(cell.config.id), (turn) => {
              if (before && cell.state.station.fence !== null && siteMoved(before.config, config))
                turn.say(cell.address, [{ kind: 'fence.changed', v: 1, at: cell.now(turn.wall), body: null }])
              else siteChanged(cell, turn)
              stationTurn(cell, turn, null)
            })
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)))
            return
          }
          const lost = (): void => reject(new Error(`the shard of ${config.id} moved`))
          this.#committer.open.replies.push(shardOf(config.id), { done: resolve, moved: lost })
          this.#committer.touched()
        })
      })
    })
  }

  async retire(station: string): Promise<void> {
    await this.settle()
    this.#due.delete(station)
    this.#residents.remove(station)
  }

  async settle(): Promise<void> {
    while (this.#mailbox.parked > 0 || this.#residents.loading > 0) await this.#durable()
    await this.#durable()
  }

  #durable(): Promise<void> {
    return new Promise((resolve) => {
      this.#committer.open.dones.push(NO_SHARD, resolve)
      this.#committer.touched()
      this.#committer.hurry()
    })
  }

  metrics(): RuntimeMetrics {
    return {
      stations: this.#residents.configs().length,
      devices: this.#residents.devices,
      quarantined: this.#supervisor.quarantined,
      inputs: { ...this.#counts },
      rejects: { ...this.#runner.rejects },
      values: this.#runner.values,
      commits: this.#committer.commits,
      commitMs: this.#committer.durations(),
      pending: this.#committer.pendingInputs + this.#mailbox.parked,
      pendingBytes: this.#committer.pendingBytes + this.#mailbox.parkedBytes,
      steps: this.#runner.steps,
      actorFailures: this.#supervisor.total,
    }
  }

  #deliver(input: DeviceInput, mark: TurnMark, done: (outcome: Outcome) => void): void {
    // Not ours: unanswered, its owner gets it again.
    if (!this.#holdings.ownsStation(input.station)) return
    const config = this.#residents.configOf(input.device)
    if (config === undefined) return this.#reject(input, 'unknown-device', '', done)
    if (config.id !== input.station) return this.#reject(input, 'not-permitted', `device of station ${config.id}`, done)
    const cell = this.#residents.awake(config.id)
    if (cell !== undefined) return this.#receive(cell, input, mark, done)
    this.#withCell(config.id, (found) => {
      if (found !== undefined) this.#receive(found, input, mark, done)
      else if (this.#holdings.ownsStation(input.station)) this.#reject(input, 'unknown-device', '', done)
    })
  }

  #receive(cell: Cell, input: DeviceInput, mark: TurnMark, done: (outcome: Outcome) => void): void {
    const core = cell.cores.get(input.device)
    if (core === undefined) return this.#reject(input, 'unknown-device', '', done)
    const cursor = nextCursor(core, input)
    if (cursor === null && input.overtaken !== true) return this.#done(cell.shard, 'duplicate', input.bytes, done)
    const wall = Math.max(this.#options.clock.now(), input.received)
    let outcome: Outcome = 'rejected'
    const why = this.#poison.condemned(mark) ? 'ended the process' : cell.quarantined.has(core.address) ? 'actor in quarantine' : null
    const step = (turn: Turn, station: boolean): void => {
      outcome = inputTurn(cell, turn, core, input, station)
    }
    const taken = why === null && this.#runner.run(cell, mark, step, wall, core.address)
    // Taken or buried, it is done with: a redelivery must not be looked at again.
    const batch = this.#committer.open
    if (cursor !== undefined && cursor !== null) batch.cursor(cell.shard, moveCursor(core, input, cursor))
    if (!taken) {
      batch.deadLetters.push(cell.shard, letterOf(input, 'poison', why ?? 'a step failed twice'))
      this.#runner.countReject(cell.shard, core.id, 'poison', 1)
    }
    this.#done(cell.shard, outcome, input.bytes, done)
  }

  #done(shard: number, outcome: Outcome, bytes: number, done: (outcome: Outcome) => void): void {
    const batch = this.#committer.open
    this.#counts[outcome]++
    batch.bytes += bytes
    batch.inputs++
    batch.dones.push(shard, () => done(outcome))
    this.#committer.touched()
  }

  #reject(input: DeviceInput, reason: 'unknown-device' | 'not-permitted', detail: string, done: (outcome: Outcome) => void): void {
    const shard = shardOf(input.station)
    this.#committer.open.deadLetters.push(shard, letterOf(input, reason, detail))
    this.#runner.countReject(shard, input.device, reason, 1)
    this.#done(shard, 'rejected', input.bytes, done)
  }

  #ask(request: Request, mark: TurnMark, resolve: (reply: Reply) => void): void {
    this.#withCell(request.station, (cell) => {
      const shard = shardOf(request.station)
      let reply: Reply = this.#holdings.owns(shard) ? { ok: false, reason: 'not-found', detail: '没有此站点 No such station' } : moved()
      if (cell) {
        const release = request.type === 'actor.release'
        const actor = 'device' in request ? `device:${request.device}` : cell.address
        cell.activeAt = this.#options.clock.now()
        if (release) this.#release(request)
        const taken =
          (release || (!cell.quarantined.has(actor) && !this.#poison.condemned(mark))) &&
          this.#runner.run(cell, mark, (turn, station) => {
            reply = answer(cell, turn, request)
            if (station && request.type !== 'command.check' && !release) stationTurn(cell, turn, null)
          })
        if (!taken) reply = { ok: false, reason: 'quarantined', detail: `${actor} 已隔离 is in quarantine` }
      }
      this.#committer.open.replies.push(shard, { done: () => resolve(reply), moved: () => resolve(moved()) })
      this.#committer.touched()
    })
  }

  #release({ station, actor }: Extract<Request, { type: 'actor.release' }>): void {
    this.#supervisor.release(actor)
    this.#poison.pardon(station).catch((error: unknown) => this.#log('warn', `pardon of ${station} not stored`, error))
  }

  /** The commit of ARMED is through: now the command may be sent, if it still may. */
  #dispatch(station: string, id: string): void {
    this.#mailbox.post(() => {
      this.#withCell(station, (cell) => {
        if (cell) this.#runner.run(cell, markOfTurn(cell.config.id), (turn) => commandTurn(cell, turn, id))
      })
    })
  }

  #execute(effect: Effect): void {
    if (effect.kind !== 'publishCommand') return this.#options.effects.execute(effect)
    const { station, message } = effect
    // Through the mailbox: the last look sees everything that came in before it.
    this.#mailbox.post(() => {
      this.#withCell(station, (cell) => {
        if (!cell) return
        const wall = this.#options.clock.now()
        const against = cell.quarantined.has(cell.address) ? { rejectCode: null, detail: null } : lastLook(cell, wall, message.id)
        if (against === null) this.#options.effects.execute(effect)
        else if (against.rejectCode !== null)
          this.#runner.run(cell, markOfTurn(cell.config.id), (turn) => takeBack(cell, turn, message.id, against))
      })
    })
  }

  #scheduleTick(): void {
    const { tickMs } = this.#settings
    if (tickMs > 0) this.#cancelTick = this.#options.scheduler.after(tickMs, () => this.#tick())
  }

  #tick(): void {
    if (this.#phase !== 'running') return
    const now = this.#options.clock.now()
    // Popped first, run after: a cell that stays due comes up again next time, not in this loop.
    const stations: string[] = []
    for (let id = this.#due.pop(now); id !== undefined; id = this.#due.pop(now)) stations.push(id)
    for (const station of stations) {
      const mark = markOfTick(station)
      this.#lane.pass(mark, () => this.#mailbox.post(() => this.#tickCell(mark, now)))
    }
    this.#residents.maintain(now, this.#settings)
    this.#scheduleTick()
  }

  #tickCell(mark: TurnMark, now: number): void {
    const { station } = mark
    this.#withCell(station, (cell) => {
      if (!cell) return
      const condemned = this.#poison.condemned(mark)
      if (cellDue(cell) <= now && !condemned) this.#runner.run(cell, mark, (turn, withStation) => tickTurn(cell, turn, withStation))
      // One whose deadlines end processes is asked again after a while: a person may have pardoned it.
      this.#due.push(station, condemned ? now + 10_000 : Math.max(cellDue(cell), now + 1))
    })
  }

  #fatal(error: Error): void {
    this.#phase = 'stopped'
    this.#cancelTick()
    this.#log('error', 'runtime stopped', error)
    this.#options.onFatal?.(error)
  }

  #log(level: 'info' | 'warn' | 'error', message: string, error?: unknown): void {
    const detail = error === undefined ? undefined : { error: error instanceof Error ? error.stack : JSON.stringify(error) }
    this.#options.log?.(level, message, detail)
  }
}

/** Answer to those who ask for a station that another process holds. */
const moved = (): Reply => ({ ok: false, reason: 'moved', detail: '站点已迁移，请重试 The station moved, try again' })

function commandTurn(cell: Cell, turn: Turn, id: string): void {
  moveCommand(cell, turn, id, { type: 'dispatch' })
  stationTurn(cell, turn, null)
}

const siteMoved = (a: StationConfig, b: StationConfig): boolean =>
  a.position?.lat !== b.position?.lat || a.position?.lng !== b.position?.lng
