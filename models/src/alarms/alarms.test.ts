import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { typicalReadings } from '../expressions/typical.fixture.ts'
import type { Readings } from '../expressions/types.ts'
import { kindOf } from '../kinds/index.ts'
import type { AlarmFact } from '../twin/types.ts'
import {
  ackAlarm,
  type AlarmAnswer,
  type AlarmRow,
  type AlarmSet,
  type AlarmStates,
  alarmActive,
  applyAlarmFact,
  bindingEffects,
  compileAlarms,
  compileNotices,
  endHistorical,
  evaluateAlarms,
  evaluateNotices,
  isAnnunciated,
  nextAlarmDue,
  parentsIn,
  projectAlarm,
  resetAlarm,
  serviceAlarm,
  shelveAlarm,
  stateOf,
  stationHolds,
  unshelveAlarm,
} from './index.ts'

type Values = Readonly<Record<string, unknown>>

/** A device reduced to its alarms. */
class Bench {
  readonly set: AlarmSet
  states: AlarmStates = {}
  late: AlarmStates = {}
  facts: AlarmFact[] = []
  parents: Record<string, string> = {}
  #trip: Values = {}
  #fn: Values = {}
  #id = 0
  now = 0

  constructor(kind: string, variant: string | null = null) {
    this.set = compileAlarms(kindOf(kind), variant)
  }

  get readings(): Readings {
    return typicalReadings(this.set.kind, this.#trip, this.#fn)
  }

  at(seconds: number, trip?: Values, fn?: Values, historical = false): string[] {
    this.now = seconds * 1000
    if (trip) this.#trip = trip
    if (trip || fn) this.#fn = fn ?? {}
    const { set, readings, now, parents } = this
    const facts = evaluateAlarms({
      set,
      states: historical ? this.late : this.states,
      readings,
      now,
      ids: { next: () => `o${++this.#id}` },
      activeParents: parents,
      historical,
    })
    this.take(facts)
    const due = nextAlarmDue(this.states, set, now)
    if (!historical && due !== null) expect(due).toBeGreaterThan(now)
    return facts.map((fact) => `${fact.kind.slice(6)} ${fact.body.code}`)
  }

  take(facts: readonly AlarmFact[]): void {
    this.facts.push(...facts)
    for (const fact of facts) {
      this.states = applyAlarmFact(this.states, fact)
      this.late = applyAlarmFact(this.late, fact, true)
    }
  }

  person(answer: AlarmAnswer): string {
    if (!answer.ok) return answer.reason
    this.take(answer.facts)
    return 'ok'
  }

  who(code: string) {
    return { set: this.set, states: this.states, code, occurrence: this.of(code).occurrence ?? '', by: 'wang', now: this.now }
  }

  of(code: string) {
    return stateOf(this.states, code)
  }
}

describe('alarm evaluation', () => {
  it('[AL2] waits out both delays, keeps still inside the hysteresis and remembers a running delay in state', () => {
    const b = new Bench('compressor')
    expect(b.at(0)).toEqual([])
    expect(b.at(1, { vibrationVelocity: 8 })).toEqual(['pending CP-013'])
    expect(nextAlarmDue(b.states, b.set, b.now)).toBe(61_000)
    expect(b.at(30, { vibrationVelocity: 6.5 })).toEqual(['pending CP-013'])
    expect(b.of('CP-013').raising).toBeNull()
    b.at(31, { vibrationVelocity: 8 })
    expect(b.at(90)).toEqual([])
    b.states = structuredClone(b.states)
    expect(b.at(91)).toEqual(['raised CP-013'])
    expect(b.facts.at(-1)).toMatchObject({ body: { occurrence: 'o1', priority: 'P3', values: { vibrationVelocity: 8 }, hidden: null } })
    expect(b.at(100, { vibrationVelocity: 6.5 })).toEqual([])
    expect(b.at(101, { vibrationVelocity: 5 })).toEqual(['pending CP-013'])
    expect(b.at(161)).toEqual(['cleared CP-013'])
    expect(b.of('CP-013').phase).toBe('RTN_UNACK')
  })

  it('[AL3] UNKNOWN cancels a delay, raises nothing and clears nothing', () => {
    const b = new Bench('compressor')
    b.at(0, { vibrationVelocity: 8 })
    expect(b.at(59, { vibrationVelocity: null })).toEqual(['pending CP-013'])
    expect(b.at(70)).toEqual([])
    b.at(80, { vibrationVelocity: 8 })
    expect(b.at(139)).toEqual([])
    expect(b.at(140)).toEqual(['raised CP-013'])
    expect(b.at(500, { vibrationVelocity: null })).toEqual([])
    expect(alarmActive(b.of('CP-013'))).toBe(true)
  })

  it('[AL4] [AL5] walks the table of phases and keeps one occurrence until NORMAL', () => {
    const b = new Bench('compressor')
    const cp = 'CP-017'
    b.at(0, { oilLevelLow: true })
    b.at(60)
    expect(b.of(cp).phase).toBe('UNACK')
    b.at(61, {})
    b.at(121)
    expect(b.of(cp).phase).toBe('RTN_UNACK')
    b.at(130, { oilLevelLow: true })
    b.at(190)
    expect(b.of(cp)).toMatchObject({ phase: 'UNACK', occurrence: 'o1', raisedAt: 60_000, clearedAt: null })
    expect(b.person(ackAlarm({ ...b.who(cp), note: 'seen' }))).toBe('ok')
    expect(b.person(ackAlarm({ ...b.who(cp), note: '' }))).toBe('conflict')
    b.at(200, {})
    b.at(260)
    expect(b.of(cp)).toMatchObject({ phase: 'NORMAL', occurrence: null, ackedBy: null })
    b.at(300, { oilLevelLow: true })
    b.at(360)
    expect(b.of(cp).occurrence).toBe('o2')
    b.at(361, {})
    b.at(421)
    expect(b.person(ackAlarm({ ...b.who(cp), note: '' }))).toBe('ok')
    expect(b.of(cp).phase).toBe('NORMAL')
    expect(b.person(ackAlarm({ ...b.who(cp), occurrence: 'o2', note: '' }))).toBe('conflict')
    expect(b.person(ackAlarm({ ...b.who('XX-001'), note: '' }))).toBe('not-found')
  })

  it('[AL6] a latch is acknowledged, then reset, and not while the condition holds or is unknown', () => {
    const b = new Bench('compressor')
    const reset = () => b.person(resetAlarm({ ...b.who('CP-003'), readings: b.readings }))
    const hot = { dischargeTemperature: 112 }
    b.at(0, hot)
    b.at(2)
    expect(reset()).toBe('conflict')
    b.at(3, {})
    b.at(33)
    expect(b.of('CP-003').phase).toBe('LATCHED_UNACK')
    expect(reset()).toBe('conflict')
    expect(b.person(ackAlarm({ ...b.who('CP-003'), note: '' }))).toBe('ok')
    expect(b.of('CP-003').phase).toBe('LATCHED_ACKED')
    b.at(34, hot)
    expect(reset()).toBe('conflict')
    b.at(35, { dischargeTemperature: null })
    expect(reset()).toBe('conflict')
    b.at(36, {})
    expect(reset()).toBe('ok')
    expect(b.of('CP-003')).toMatchObject({ phase: 'NORMAL', occurrence: null })
  })

  it('[AL7] [AL14] shelving hides for a time, never P1, and lifts no interlock', () => {
    const b = new Bench('compressor')
    const shelve = (minutes: number, reason: string) => b.person(shelveAlarm({ ...b.who('CP-010'), minutes, reason }))
    b.at(0, { faultClass: 'PHASE_LOSS' })
    expect(isAnnunciated(b.of('CP-010'))).toBe(true)
    expect([shelve(481, 'x'), shelve(0, 'x'), shelve(Number.NaN, 'x'), shelve(10, ' ')]).toEqual([
      'invalid',
      'invalid',
      'invalid',
      'invalid',
    ])
    expect(shelve(10, '检修')).toBe('ok')
    expect(isAnnunciated(b.of('CP-010'))).toBe(false)
    expect(bindingEffects(b.set, b.states)).toContain('blockStart')
    expect(stationHolds([{ set: b.set, states: b.states }])).toEqual({})
    expect(b.at(599)).toEqual([])
    expect(b.at(600)).toEqual(['unshelved CP-010'])
    expect(b.facts.at(-1)).toMatchObject({ body: { by: null, hidden: null } })
    expect(isAnnunciated(b.of('CP-010'))).toBe(true)
    expect(b.person(unshelveAlarm(b.who('CP-010')))).toBe('conflict')
    const tank = new Bench('tank')
    expect(tank.person(shelveAlarm({ ...tank.who('TK-001'), minutes: 5, reason: 'x' }))).toBe('conflict')
    tank.at(0, { pressure: 8.5 })
    tank.at(2)
    expect(stationHolds([{ set: tank.set, states: tank.states }])).toEqual({ unloadAll: ['o1'], openVideo: ['o1'], blockStart: ['o1'] })
  })

  it('[AL8] [AL9] suppressed alarms are recorded hidden and judged anew when suppression ends', () => {
    const b = new Bench('dryer')
    b.at(0, { runState: 'STANDBY', pressureDewPoint: 9 })
    expect(b.of('DR-001').suppressed).toEqual({ since: 0 })
    b.at(600)
    expect(b.of('DR-001').phase).toBe('UNACK')
    expect(b.facts.at(-1)).toMatchObject({ kind: 'alarm.raised', body: { hidden: 'suppressed' } })
    expect(isAnnunciated(b.of('DR-001'))).toBe(false)
    expect(b.at(700, { runState: 'RUNNING', pressureDewPoint: 9 })).toEqual([
      'suppressed DR-002',
      'cleared DR-001',
      'suppressed DR-001',
      'pending DR-001',
    ])
    b.at(1300)
    expect(b.of('DR-001')).toMatchObject({ phase: 'UNACK', occurrence: 'o2' })
    expect(isAnnunciated(b.of('DR-001'))).toBe(true)
    // Unknown keeps it: neither suppressed nor cleared.
    expect(b.at(1400, { runState: null, pressureDewPoint: null })).toEqual([])
    expect(b.person(serviceAlarm({ ...b.who('DR-001'), out: true, workOrder: ' ' }))).toBe('invalid')
    expect(b.person(serviceAlarm({ ...b.who('DR-001'), out: true, workOrder: 'WO-7' }))).toBe('ok')
    expect(b.person(serviceAlarm({ ...b.who('DR-001'), out: true, workOrder: 'WO-7' }))).toBe('conflict')
    b.at(1500, { pressureDewPoint: 3 })
    b.at(1800)
    expect(b.of('DR-001').phase).toBe('NORMAL')
    b.at(1801, { pressureDewPoint: 9 })
    b.at(2401)
    expect(b.facts.at(-1)).toMatchObject({ body: { hidden: 'outOfService', occurrence: 'o3' } })
    expect(b.person(serviceAlarm({ ...b.who('DR-001'), out: false, workOrder: 'WO-7' }))).toBe('ok')
    expect(b.of('DR-001').phase).toBe('NORMAL')
    expect(b.at(2402)).toEqual(['pending DR-001'])
  })

  it('[AL9] what rose and fell under suppression leaves no latch, what rose before it does', () => {
    const b = new Bench('dryer')
    b.at(0, { runState: 'STANDBY', pressureDewPoint: 13 })
    b.at(600)
    expect(b.of('DR-002')).toMatchObject({ phase: 'UNACK', suppressed: { since: 0 } })
    b.at(601, { runState: 'STANDBY' })
    b.at(901)
    expect(b.of('DR-002').phase).toBe('NORMAL')
    b.at(1000, { pressureDewPoint: 13 })
    b.at(1600)
    b.at(1601, { runState: 'STANDBY' })
    b.at(1901)
    expect(b.of('DR-002')).toMatchObject({ phase: 'LATCHED_UNACK', suppressed: { since: 1_601_000 } })
  })

  it('[AL12] time alone raises what depends on time, when asked to look', () => {
    const set = compileAlarms(kindOf('compressor'))
    const readings = typicalReadings(set.kind, { runState: 'UNLOADED' }, { 'stuckS:runState': 2000 })
    const input = { set, states: {}, readings, now: 1, ids: { next: () => 'o' }, activeParents: {}, historical: false }
    expect(evaluateAlarms({ ...input, dirty: { self: [], time: false } })).toEqual([])
    expect(evaluateAlarms({ ...input, dirty: { self: [], time: true } })).toMatchObject([
      { kind: 'alarm.raised', body: { code: 'CP-022' } },
    ])
  })

  it('[AL10] children stand below an active parent, of this device or elsewhere, and alone after it', () => {
    const b = new Bench('compressor', 'waterCooled')
    b.at(0, { dischargeTemperature: 106, coolingWaterOutTemperature: 47 })
    b.at(60)
    expect(isAnnunciated(b.of('CP-004'))).toBe(true)
    b.at(61, { dischargeTemperature: 112, coolingWaterOutTemperature: 47 })
    expect(b.at(62)).toEqual(['raised CP-003', 'grouped CP-004'])
    expect(b.of('CP-004').groupedUnder).toBe(b.of('CP-003').occurrence)
    expect(isAnnunciated(b.of('CP-004'))).toBe(false)
    b.at(63, { dischargeTemperature: 101.9, coolingWaterOutTemperature: 47 })
    b.at(70, { dischargeTemperature: 99, coolingWaterOutTemperature: 47 })
    expect(b.at(100)).toEqual(['cleared CP-003', 'grouped CP-004'])
    expect(isAnnunciated(b.of('CP-004'))).toBe(true)

    const pump = new Bench('waterPump')
    pump.at(0, { outletPressure: 0.5 })
    pump.at(10)
    b.parents = { ...parentsIn([pump.states], b.set.foreignParents) }
    expect(b.parents).toEqual({ 'PU-002': 'o1' })
    // Even when nothing of its own changed.
    const facts = evaluateAlarms({
      set: b.set,
      states: b.states,
      readings: b.readings,
      now: b.now,
      ids: { next: () => 'x' },
      activeParents: b.parents,
      historical: false,
      dirty: { self: [], time: false },
    })
    expect(facts).toMatchObject([{ kind: 'alarm.grouped', body: { code: 'CP-031', under: 'o1' } }])
  })

  it('[AL11] three raises in a minute chatter until a minute is quiet', () => {
    const b = new Bench('compressor')
    const cycle = (seconds: number) => {
      b.at(seconds, { emergencyStop: true })
      b.at(seconds + 1, {})
      return b.at(seconds + 6)
    }
    cycle(0)
    cycle(10)
    b.at(20, { emergencyStop: true })
    expect(b.of('CP-002').chattering).toBe(true)
    b.at(21, {})
    b.at(26)
    expect(nextAlarmDue(b.states, b.set, b.now)).toBe(80_000)
    expect(b.at(79)).toEqual([])
    expect(b.at(80)).toEqual(['chattering CP-002'])
    expect(b.of('CP-002').chattering).toBe(false)
  })

  it('[AL13] late data makes marked occurrences that end when they clear and leaves live states alone', () => {
    const b = new Bench('compressor')
    b.at(0, { vibrationVelocity: 8 }, {}, true)
    b.at(60, undefined, undefined, true)
    expect(b.facts.at(-1)).toMatchObject({ kind: 'alarm.raised', body: { historical: true } })
    expect(b.states).toEqual({})
    b.at(70, {}, {}, true)
    b.at(130, undefined, undefined, true)
    expect(b.facts.at(-1)).toMatchObject({ kind: 'alarm.cleared', body: { phase: 'NORMAL', historical: true } })
    b.at(140, { vibrationVelocity: 8 }, {}, true)
    b.at(200, undefined, undefined, true)
    b.take(endHistorical(b.late, 210_000))
    expect(b.late['CP-013']?.phase).toBe('NORMAL')
    expect(b.states).toEqual({})
  })

  it('[AL18] a gateway that falls silent is reported itself, not through its machines', () => {
    const gateway = new Bench('gateway')
    const compressor = new Bench('compressor')
    const silent = { 'gateway.online': false }
    const stale = Object.fromEntries(compressor.set.kind.points.map((point) => [`bad:${point.name}`, true]))
    gateway.at(0)
    compressor.at(0)
    gateway.at(10, { online: false, lastSeenAgeS: 10 })
    compressor.at(10, silent, stale)
    for (let at = 11; at <= 120; at++) {
      gateway.at(at)
      compressor.at(at)
    }
    expect(gateway.of('GW-001')).toMatchObject({ phase: 'UNACK', raisedAt: 40_000 })
    expect(Object.values(compressor.states).filter((state) => isAnnunciated(state))).toEqual([])
    gateway.at(130, {})
    compressor.at(130, {}, {})
    gateway.at(160)
    compressor.at(160)
    expect(gateway.of('GW-001').phase).toBe('RTN_UNACK')
    expect(Object.values(compressor.states).filter((state) => state.phase !== 'NORMAL')).toEqual([])
  })

  it('[AL19] notices follow their condition and keep still when it is unknown', () => {
    const kind = kindOf('compressor')
    const notices = compileNotices(kind)
    const due = evaluateNotices(notices, {}, typicalReadings(kind, { oilFilterHours: 99_999 }), 5)
    expect(due).toMatchObject([{ at: 5, body: { code: 'MT-001', on: true } }])
    expect(evaluateNotices(notices, { 'MT-001': 5 }, typicalReadings(kind, { oilFilterHours: null }), 6)).toEqual([])
    expect(evaluateNotices(notices, { 'MT-001': 5 }, typicalReadings(kind), 7)).toMatchObject([{ body: { on: false } }])
  })
})

describe('alarms under random input', () => {
  const legal: Readonly<Record<string, readonly string[]>> = {
    NORMAL: ['UNACK'],
    UNACK: ['ACKED', 'RTN_UNACK', 'LATCHED_UNACK', 'NORMAL'],
    ACKED: ['NORMAL', 'LATCHED_ACKED'],
    RTN_UNACK: ['NORMAL', 'UNACK'],
    LATCHED_UNACK: ['LATCHED_ACKED', 'UNACK'],
    LATCHED_ACKED: ['NORMAL', 'UNACK'],
  }
  const trips = fc.record({
    faultActive: fc.constantFrom(true, false, null),
    gateway: fc.constantFrom(true, false),
    vibrationVelocity: fc.constantFrom(2, 6.5, 8, null),
    dischargeTemperature: fc.constantFrom(82, 99, 106, 112, null),
    emergencyStop: fc.boolean(),
  })
  const action = fc.constantFrom('none', 'none', 'none', 'ack', 'reset', 'shelve', 'unshelve', 'out', 'return')
  const inputs = fc.array(fc.record({ wait: fc.integer({ min: 0, max: 90 }), trips, action, code: fc.integer({ min: 0, max: 30 }) }), {
    maxLength: 60,
  })

  it('[AL1] [AL4] [AL15] moves only along the table, folds to the same state, and rows agree with states', () => {
    fc.assert(
      fc.property(inputs, (steps) => {
        const b = new Bench('compressor')
        let seconds = 0
        for (const { wait, trips, action, code } of steps) {
          seconds += wait
          const { gateway, ...trip } = trips
          b.at(seconds, { ...trip, 'gateway.online': gateway })
          const who = b.who(b.set.alarms[code % b.set.alarms.length]!.code)
          if (action === 'ack') b.person(ackAlarm({ ...who, note: '' }))
          if (action === 'reset') b.person(resetAlarm({ ...who, readings: b.readings }))
          if (action === 'shelve') b.person(shelveAlarm({ ...who, minutes: 1, reason: 'x' }))
          if (action === 'unshelve') b.person(unshelveAlarm(who))
          if (action === 'out' || action === 'return') b.person(serviceAlarm({ ...who, out: action === 'out', workOrder: 'WO' }))
        }
        let states: AlarmStates = {}
        const rows = new Map<string, AlarmRow>()
        for (const fact of b.facts) {
          const { code } = fact.body
          const before = stateOf(states, code)
          states = applyAlarmFact(states, fact)
          const after = stateOf(states, code)
          expect([before.phase, ...(legal[before.phase] ?? [])]).toContain(after.phase)
          expect(after.occurrence === null).toBe(after.phase === 'NORMAL')
          project(rows, fact)
        }
        expect(states).toEqual(b.states)
        for (const [code, state] of Object.entries(states)) {
          const open = [...rows.values()].filter((row) => row.code === code && row.closedAt === null)
          const { occurrence, phase, raisedAt, ackedAt, clearedAt, groupedUnder } = state
          expect(open).toMatchObject(occurrence === null ? [] : [{ occurrence, phase, raisedAt, ackedAt, clearedAt, groupedUnder }])
        }
      }),
      { numRuns: 200 },
    )
  })

  it('[AL12] looking only at what changed decides the same as looking at everything', () => {
    const indexes = (names: readonly string[]) => names.map((name) => kindOf('compressor').points.findIndex((point) => point.name === name))
    fc.assert(
      fc.property(inputs, (steps) => {
        const set = compileAlarms(kindOf('compressor'))
        let [all, some]: AlarmStates[] = [{}, {}]
        let now = 0
        let last: Values = {}
        for (const { wait, trips } of steps) {
          now += wait * 1000
          const { gateway, ...self } = trips
          const trip: Values = { ...self, 'gateway.online': gateway }
          const changed = Object.keys(trip).filter((name) => trip[name] !== last[name])
          const input = {
            set,
            readings: typicalReadings(set.kind, trip),
            now,
            ids: { next: () => `${now}` },
            activeParents: {},
            historical: false,
          }
          const dirty = {
            self: indexes(changed.filter((name) => !name.includes('.'))),
            gateway: changed.includes('gateway.online') ? [kindOf('gateway').points.findIndex((point) => point.name === 'online')] : [],
            time: true,
          }
          for (const fact of evaluateAlarms({ ...input, states: all! })) all = applyAlarmFact(all!, fact)
          for (const fact of evaluateAlarms({ ...input, states: some!, dirty })) some = applyAlarmFact(some!, fact)
          last = trip
        }
        expect(some).toEqual(all)
      }),
      { numRuns: 200 },
    )
  })
})

function project(rows: Map<string, AlarmRow>, fact: AlarmFact): void {
  const change = projectAlarm(fact, { station: 's', device: 'd', deviceKind: 'compressor' })
  if (!change) return
  if (change.op === 'insert') {
    const known = rows.get(change.row.occurrence)
    rows.set(change.row.occurrence, known ? { ...known, ...change.again } : change.row)
    return
  }
  for (const row of rows.values()) {
    const hit =
      'occurrence' in change.where ? row.occurrence === change.where.occurrence : row.code === fact.body.code && row.closedAt === null
    if (hit) rows.set(row.occurrence, { ...row, ...change.set })
  }
}
