import { describe, expect, it } from 'vitest'
import { typicalReadings } from '../expressions/typical.fixture.ts'
import { deviceKinds } from '../kinds/index.ts'
import type { CommandState, RejectCode } from '../twin/types.ts'
import { check, commandOf, device, emptyStation, li, ready, type Setting, type Values } from './commands.fixture.ts'
import { type CommandArgs, confirmationFor, forgettable, newCommand, validateArgs } from './index.ts'

const rejected = (code: string, setting?: Setting): RejectCode | null => check(code, setting).rejectCode

describe('check', () => {
  const codes = deviceKinds.flatMap((kind) => kind.commands.map((command) => command.code))

  it('[CM3] [CM4] every command is allowed when ready, refused when occupied, unknown or offline, and never on unknown data', () => {
    expect(Object.keys(ready).toSorted()).toEqual(codes.toSorted())
    for (const code of codes) {
      expect([code, check(code).failures]).toEqual([code, []])
      const { presenceForbids, permissives } = commandOf(code).definition
      for (const presence of ['occupied', 'unknown'] as const)
        expect([code, rejected(code, { station: { presence } })]).toEqual([code, presenceForbids ? 'ROOM_OCCUPIED' : null])
      expect([code, rejected(code, { more: { online: false } })]).toEqual([code, 'GATEWAY_OFFLINE'])
      const blind = typicalReadings(commandOf(code).kind)
      const unknown = { ...blind, value: () => Number.NaN, stuckS: () => Number.NaN, count: () => Number.NaN }
      expect([code, check(code, { more: { readings: unknown } }).failures.length]).toEqual([code, permissives.length])
    }
  })

  it('[CM3] names the reason of each refusal', () => {
    const start = (setting: Setting) => rejected('compressor.start', setting)
    expect(start({ trip: { remoteEnabled: false } })).toBe('NOT_REMOTE')
    expect(start({ trip: { controlMode: 'LOCAL' } })).toBe('NOT_REMOTE')
    expect(start({ trip: { emergencyStop: true } })).toBe('ESTOP')
    expect(start({ trip: { 'station.remoteLockout': true } })).toBe('LOCKOUT')
    expect(start({ trip: { 'gateway.online': false } })).toBe('GATEWAY_OFFLINE')
    expect(start({ trip: { 'gateway.online': null } })).toBe('GATEWAY_OFFLINE')
    expect(start({ trip: { faultActive: true } })).toBe('FAULT_ACTIVE')
    expect(start({ trip: { runState: 'LOADED' } })).toBe('STATE_MISMATCH')
    expect(start({ fn: { 'stuckS:runState': 60 } })).toBe('RESTART_DELAY')
    expect(start({ fn: { 'count:startsTotal': 6 } })).toBe('MAX_STARTS')
    expect(start({ trip: { 'station.mainsOk': false } })).toBe('EMERGENCY_ACTIVE')
    expect(start({ trip: { 'station.fireAlarm': true } })).toBe('EMERGENCY_ACTIVE')
    expect(start({ trip: { 'station.headerPressure': 7.5 } })).toBe('PRESSURE_HIGH')
    expect(start({ fn: { 'bad:dischargeTemperature': true } })).toBe('DATA_BAD')
    expect(start({ trip: { inletTemperature: null } })).toBe('DATA_BAD')
    expect(start({ more: { target: { ...device('compressor.start'), variant: null } } })).toBeNull()
    expect(rejected('compressor.setTargetPressure', { more: { target: { ...device('compressor.start'), variant: null } } })).toBe(
      'NOT_APPLICABLE',
    )
    expect(rejected('station.setTargetPressure', { args: { targetPressure: 6.3 } })).toBe('PARAM_RANGE')
    expect(rejected('compressor.resetFault', { trip: { faultClass: 'ESTOP' } })).toBe('FAULT_ACTIVE')
    expect(rejected('compressor.resetFault', { trip: { faultActive: false } })).toBe('STATE_MISMATCH')
    expect(check('compressor.start', { trip: { emergencyStop: true } }).detail).toContain('emergencyStop=true')
  })

  it('[CM4] a site may exempt what leads to the safe side from presence', () => {
    const policy = { allowSafeStopWhenOccupied: true }
    const exempt = codes.filter(
      (code) => commandOf(code).definition.presenceForbids && rejected(code, { policy, station: { presence: 'occupied' } }) === null,
    )
    expect(exempt.toSorted()).toEqual(['compressor.stop', 'compressor.unload', 'station.stop', 'station.unloadAll'])
  })

  it('[CM8] alarms forbid what their effects say', () => {
    const blockRemote = { station: { holds: { blockRemote: ['o1'] } } }
    const free = codes.filter((code) => rejected(code, blockRemote) === null)
    expect(free.filter((code) => /^R[234]/.test(commandOf(code).definition.riskClass))).toEqual([
      'station.abortLeakTest',
      'station.setRemoteLockout',
    ])
    expect(rejected('compressor.start', { station: { holds: { blockStart: ['o1'] } } })).toBe('EMERGENCY_ACTIVE')
    expect(rejected('compressor.start', { more: { deviceHolds: ['blockStart'] } })).toBe('EMERGENCY_ACTIVE')
    expect(rejected('compressor.stop', { more: { deviceHolds: ['blockStart', 'blockAutoStart'] } })).toBeNull()
    expect(rejected('compressor.start', { more: { deviceHolds: ['blockAutoStart'] } })).toBeNull()
    expect(rejected('compressor.start', { by: { automation: true }, more: { deviceHolds: ['blockAutoStart'] } })).toBe('EMERGENCY_ACTIVE')
  })

  it('[CM9] confirmation, roles, and the lock', () => {
    expect(rejected('compressor.stop', { by: { confirmed: false } })).toBe('CONFIRMATION')
    expect(rejected('compressor.stop', { by: { reason: ' ' } })).toBe('CONFIRMATION')
    expect(rejected('compressor.stop', { by: null })).toBeNull()
    expect(rejected('tank.drain', { by: { confirmed: false, reason: '' } })).toBeNull()
    expect(rejected('compressor.setTimers', { by: { roles: ['operator'] } })).toBe('NOT_AUTHORISED')
    expect(rejected('station.start', { by: { automation: true } })).toBe('NOT_AUTHORISED')
    const forced = { args: { forced: true }, trip: { 'station.runningUnits': 2 } }
    expect(rejected('dryer.stop', { ...forced, by: { roles: ['operator'] } })).toBe('NOT_AUTHORISED')
    expect(rejected('dryer.stop', { ...forced, by: { roles: ['engineer'] } })).toBeNull()
    expect(rejected('dryer.stop', { trip: { 'station.runningUnits': 2 } })).toBe('STATE_MISMATCH')
    const lock = commandOf('station.setRemoteLockout')
    const locked = { ...emptyStation, lockedBy: 'li' }
    expect(confirmationFor(lock, { locked: false }, locked, 'li')).toBe('single')
    expect(confirmationFor(lock, { locked: false }, locked, 'wang')).toBe('twoPerson')
    expect(confirmationFor(lock, { locked: true }, locked, 'wang')).toBe('single')
  })

  it('[CM6] [CM7] [CM15] one at a time, with intervals, and nothing is forgotten that still counts', () => {
    const other = (
      code: string,
      phase: CommandState['phase'],
      target: string,
      sentAt: number | null,
      before: Values = {},
    ): CommandState => ({
      ...newCommand({
        id: `${code}-${target}-${sentAt}`,
        command: commandOf(code),
        target,
        args: {},
        reason: '',
        by: li,
        now: sentAt ?? 0,
        readings: typicalReadings(commandOf(code).kind),
      }),
      phase,
      before: before as CommandState['before'],
      steps: sentAt === null ? [] : [{ phase: 'DISPATCHED', at: sentAt, by: null, detail: null }],
    })
    const withOthers = (code: string, ...others: CommandState[]) =>
      rejected(code, { station: { commands: Object.fromEntries(others.map((state) => [state.id, state])) } })
    expect(withOthers('compressor.start', other('compressor.setTimers', 'ARMED', 'd1', null))).toBe('BUSY')
    expect(withOthers('compressor.start', other('compressor.setTimers', 'ARMED', 'd2', null))).toBeNull()
    expect(withOthers('compressor.start', other('dryer.start', 'ACKED', 'd2', 0))).toBe('BUSY')
    expect(withOthers('compressor.start', other('station.start', 'AWAITING_APPROVAL', 's1', null))).toBeNull()
    expect(withOthers('station.stop', other('station.start', 'ACKED', 's1', 0))).toBeNull()
    expect(withOthers('station.stop', other('station.start', 'DISPATCHED', 's1', 0))).toBe('BUSY')
    expect(withOthers('station.setRemoteLockout', other('station.start', 'DISPATCHED', 's1', 0))).toBeNull()
    expect(withOthers('compressor.start', other('compressor.start', 'EXECUTED', 'd1', 881_000))).toBe('MIN_INTERVAL')
    expect(withOthers('compressor.start', other('compressor.start', 'EXECUTED', 'd1', 880_000))).toBeNull()
    expect(withOthers('compressor.start', other('compressor.start', 'EXECUTED', 'd2', 991_000))).toBe('MIN_INTERVAL')
    const reset = (at: number, faultClass: string) => other('compressor.resetFault', 'EXECUTED', 'd1', at, { faultClass })
    expect(withOthers('compressor.resetFault', reset(1, 'MOTOR_OVERLOAD'), reset(2, 'MOTOR_OVERLOAD'))).toBe('MIN_INTERVAL')
    expect(withOthers('compressor.resetFault', reset(1, 'MOTOR_OVERLOAD'), reset(2, 'FAN'))).toBeNull()
    const many = Array.from({ length: 60 }, (_, i) => other('tank.drain', 'EXECUTED', 'd1', 100_000 + i * 1000))
    const commands = Object.fromEntries(
      [...many, reset(1, 'FAN'), other('compressor.stop', 'ARMED', 'd9', null)].map((state) => [state.id, state]),
    )
    expect(forgettable(commands, 1_000_000)).toHaveLength(10)
    expect(forgettable(commands, 120_000)).toEqual([])
    expect(forgettable(commands, 86_400_002)).toHaveLength(11)
  })

  it('[CM14] warns of what a stop would do to the supply', () => {
    const warnings = (station: Values) => check('compressor.stop', { trip: station }).warnings.length
    expect(warnings({})).toBe(0)
    expect(warnings({ 'station.availableCapacity': 30 })).toBe(1)
    expect(warnings({ 'station.loadedUnits': 1 })).toBe(1)
    expect(warnings({ 'station.headerFlow': null })).toBe(1)
    expect(warnings({ runState: 'UNLOADED', 'station.loadedUnits': 1 })).toBe(0)
  })
})

it('[CM2] arguments are known, typed, in range and fit together', () => {
  const field = (code: string, args: CommandArgs, limits = {}) => {
    const answer = validateArgs(commandOf(code).definition, args, limits)
    return answer.ok ? null : answer.field
  }
  const band = (loadPressure: unknown, unloadPressure: unknown, limits = {}) =>
    field('compressor.setPressureBand', { loadPressure, unloadPressure }, limits)
  expect(band(6.6, 6.9)).toBeNull()
  expect(band(6.6, 6.8)).toBe('unloadPressure')
  expect(band(6.6, 8.7)).toBe('unloadPressure')
  expect(band('6.6', 6.9)).toBe('loadPressure')
  expect(band(Number.NaN, 6.9)).toBe('loadPressure')
  expect(band(3.9, 4.3)).toBe('loadPressure')
  expect(band(7.6, 8.1, { tankPressureMax: 8.4 })).toBeNull()
  expect(band(7.7, 8.2, { tankPressureMax: 8.4 })).toBe('unloadPressure')
  expect(band(7.6, 8.1, { ratedPressure: 8 })).toBe('unloadPressure')
  expect(field('compressor.stop', {})).toBeNull()
  expect(field('compressor.stop', { reason: '检修', now: true })).toBe('now')
  expect(field('waterPump.stop', { standbyRunning: true })).toBe('standbyRunning')
  expect(field('compressor.setVsdLimits', { minFrequency: 50, maxFrequency: 50 })).toBe('minFrequency')
  expect(field('compressor.setVsdLimits', { minFrequency: 20, maxFrequency: 60 }, { ratedFrequency: 50 })).toBe('maxFrequency')
  expect(field('compressor.setTimers', { restartDelay: 30.5, idleStopDelay: 600 })).toBe('restartDelay')
  expect(field('compressor.setControlMode', { mode: 'LOCAL' })).toBe('mode')
  expect(field('compressor.resetFault', { cause: ' ' })).toBe('cause')
  const plan = (period: Values, validUntil = 10) =>
    field(
      'station.applySequencePlan',
      { plan: [{ from: 0, to: 9, on: ['d1'], targetPressure: 6.8, ...period }], validUntil },
      { now: 5, devices: ['d1'] },
    )
  expect([plan({}), plan({ on: ['dx'] }), plan({ trim: 7 }), plan({ to: 0 }), plan({}, 5)]).toEqual([
    null,
    'plan',
    'plan',
    'plan',
    'validUntil',
  ])
})
