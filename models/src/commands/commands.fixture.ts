import { typicalReadings } from '../expressions/typical.fixture.ts'
import { kindOf } from '../kinds/index.ts'
import { type DeviceConfig, defaultPolicy, type StationPolicy } from '../stations/index.ts'
import type { CommandState, Effect, Person, StationState } from '../twin/types.ts'
import {
  applyCommandFact,
  type Asker,
  type CheckInput,
  type CheckResult,
  checkCommand,
  type CommandArgs,
  type CommandInput,
  type CommandStep,
  type CompiledCommand,
  compileCommand,
  isCommandFact,
  newCommand,
  stepCommand,
} from './index.ts'

export type Values = Readonly<Record<string, unknown>>
const person = (id: string): Person => ({ id, name: id, from: '127.0.0.1' })
export const li = person('li')
export const wang = person('wang')

export const emptyStation: StationState = {
  commands: {},
  nextN: 1,
  presence: 'vacant',
  video: { open: false, reason: null, since: null, until: null },
  holds: {},
  fence: null,
  lockedBy: null,
  flood: null,
  recentAlarms: [],
  missing: [],
  planned: null,
}

export function commandOf(code: string): CompiledCommand {
  const command = compileCommand(kindOf(code.split('.')[0]!), code)
  if (!command) throw new Error(code)
  return command
}

export const device = (code: string, id = 'd1'): DeviceConfig => ({
  id,
  stationId: 's1',
  kind: code.split('.')[0]!,
  variant: 'vsd',
  code: 'AC-01',
  name: '1#',
  placement: { position: [0, 0, 0], rotation: 0 },
  settings: {},
})

/** Makes every permissive of the command true at typical values. */
export const ready: Readonly<Record<string, { trip: Values; fn?: Values; args?: CommandArgs }>> = {
  'compressor.start': { trip: { runState: 'STOPPED' }, fn: { 'stuckS:runState': 300 } },
  'compressor.stop': { trip: {} },
  'compressor.load': { trip: { runState: 'UNLOADED', dischargePressure: 6.9 } },
  'compressor.unload': { trip: {} },
  'compressor.setPressureBand': { trip: {}, args: { loadPressure: 6.6, unloadPressure: 7.1 } },
  'compressor.setTargetPressure': { trip: {}, args: { targetPressure: 7 } },
  'compressor.setVsdLimits': { trip: {}, args: { minFrequency: 20, maxFrequency: 50 } },
  'compressor.setTimers': { trip: {}, args: { restartDelay: 120, idleStopDelay: 600 } },
  'compressor.resetFault': {
    trip: { faultActive: true, faultClass: 'MOTOR_OVERLOAD', runState: 'FAULT' },
    fn: { 'stuckS:faultActive': 90 },
    args: { cause: 'overload' },
  },
  'compressor.setControlMode': { trip: {}, args: { mode: 'SEQUENCER' } },
  'compressor.setAutoRestart': { trip: {}, args: { enabled: true } },
  'compressor.resetServiceCounter': { trip: {}, args: { counter: 'oil', workOrderId: 'WO-1' } },
  'dryer.start': { trip: { runState: 'STOPPED' }, fn: { 'stuckS:runState': 200 } },
  'dryer.stop': { trip: { 'station.runningUnits': 0 } },
  'dryer.drain': { trip: {}, args: { seconds: 5 } },
  'dryer.resetFault': { trip: { faultActive: true }, args: { cause: 'high pressure' } },
  'tank.drain': { trip: {}, args: { seconds: 5 } },
  'waterPump.start': { trip: { runState: 'STOPPED' } },
  'waterPump.stop': { trip: { 'station.runningUnits': 0 } },
  'coolingTower.setFan': { trip: {}, args: { frequency: 30 } },
  'station.start': { trip: {} },
  'station.stop': { trip: {} },
  'station.unloadAll': { trip: {} },
  'station.setTargetPressure': { trip: {}, args: { targetPressure: 6.8 } },
  'station.setPressureBand': { trip: {}, args: { band: 0.3 } },
  'station.setSequencingMode': { trip: {}, args: { mode: 'AUTO_LOCAL' } },
  'station.applySequencePlan': {
    trip: { sequencingMode: 'AUTO_CLOUD_PLAN' },
    args: { plan: [{ from: 0, to: 9, on: ['d1'], trim: 'd1', targetPressure: 6.8 }], validUntil: 9e12 },
  },
  'station.startLeakTest': { trip: {}, args: { method: 'DECAY', durationMin: 15 } },
  'station.abortLeakTest': { trip: { sequencingMode: 'LEAK_TEST' } },
  'station.setVentilation': { trip: {}, args: { on: true } },
  'station.setRemoteLockout': { trip: {}, args: { locked: true } },
  'station.broadcast': { trip: {}, args: { text: '注意' } },
  'camera.open': { trip: {}, args: { reason: 'MANUAL' } },
  'camera.close': { trip: {} },
  'camera.snapshot': { trip: {} },
  'gateway.rebirth': { trip: {} },
  'gateway.syncClock': { trip: {} },
  'gateway.restart': { trip: {} },
  'valve.open': { trip: { valveState: 'CLOSED' } },
  'valve.close': { trip: { valveState: 'OPEN' } },
}

export interface Setting {
  trip?: Values
  fn?: Values
  args?: CommandArgs
  station?: Partial<StationState>
  policy?: Partial<StationPolicy>
  by?: Partial<Asker> | null
  more?: Partial<CheckInput>
}

export function check(code: string, setting: Setting = {}): CheckResult {
  const command = commandOf(code)
  const base = ready[code]!
  const by = setting.by === null ? null : { person: li, reason: '检修', confirmed: true, ...setting.by }
  return checkCommand({
    command,
    id: null,
    args: setting.args ?? base.args ?? {},
    target: device(code),
    online: true,
    station: { ...emptyStation, ...setting.station },
    policy: { ...defaultPolicy, ...setting.policy },
    limits: {},
    deviceHolds: [],
    readings: typicalReadings(command.kind, { ...base.trip, ...setting.trip }, { ...base.fn, ...setting.fn }),
    now: 1_000_000,
    by,
    ...setting.more,
  })
}

/** A station with one device and its commands, run by the machine alone. */
export class Bench {
  station: StationState = emptyStation
  now = 0
  trip: Values
  telemetryAt = -Infinity
  policy: StationPolicy
  commanded: string | null = null
  effects: Effect[] = []
  videoOpen = false
  checks = 0
  readonly command: CompiledCommand
  readonly code: string

  constructor(code: string, policy: Partial<StationPolicy> = {}) {
    this.code = code
    this.command = commandOf(code)
    this.trip = ready[code]!.trip
    this.policy = { ...defaultPolicy, ...policy }
  }

  get state(): CommandState {
    return this.station.commands['c1']!
  }

  get published() {
    return this.effects.flatMap((effect) => (effect.kind === 'publishCommand' ? [effect.message] : []))
  }

  take(input: CommandInput): CommandStep {
    const { command, policy, now, station, videoOpen, telemetryAt, commanded } = this
    const readings = typicalReadings(command.kind, this.trip, ready[this.code]!.fn)
    const state = this.station.commands['c1'] ?? null
    const step = stepCommand(state, input, {
      station: 's1',
      command,
      policy,
      now,
      check: () => {
        this.checks++
        return check(this.code, { trip: this.trip, policy, station, by: null, more: { id: 'c1', now } })
      },
      confirmation: command.definition.confirm,
      videoOpen,
      readings,
      telemetryAt,
      epoch: 3,
      n: station.nextN,
      boot: 'b1',
      commanded,
    })
    for (const fact of step.facts) if (isCommandFact(fact)) this.station = applyCommandFact(this.station, fact)
    for (const fact of step.deviceFacts) if (fact.kind === 'commanded') this.commanded = fact.body.state
    this.effects.push(...step.effects)
    return step
  }

  request(by = li): CommandStep {
    const { command, now } = this
    const args = ready[this.code]!.args ?? {}
    const readings = typicalReadings(command.kind, this.trip, ready[this.code]!.fn)
    return this.take({ type: 'request', state: newCommand({ id: 'c1', command, target: 'd1', args, reason: 'x', by, now, readings }) })
  }

  telemetry(trip: Values): void {
    this.trip = trip
    this.telemetryAt = this.now
    this.take({ type: 'evaluate' })
  }
}

export const video = (ok: boolean): CommandInput => ({ type: 'video', ok, detail: ok ? '' : 'not configured' })
