import { describe, expect, it } from 'vitest'
import { kindOf } from '../kinds/index.ts'
import type { AlarmState } from '../twin/types.ts'
import { typicalReadings } from '../expressions/typical.fixture.ts'
import {
  ackAlarm,
  applyAlarmFact,
  compileAlarms,
  evaluateAlarms,
  nextAlarmDue,
  groupUnits,
  initialAlarm,
  type AlarmStates,
  type GroupDevice,
} from './index.ts'

const alarm = (occurrence: string, seconds: number, more: Partial<AlarmState> = {}): AlarmState => ({
  ...initialAlarm,
  phase: 'UNACK',
  occurrence,
  raisedAt: seconds * 1000,
  ...more,
})
const device = (id: string, kind: string, states: AlarmStates): GroupDevice => ({ id, set: compileAlarms(kindOf(kind)), states })
const fall = (states: AlarmStates): GroupDevice => device('station', 'station', states)

function grouped(own: GroupDevice, ...devices: GroupDevice[]) {
  return groupUnits('centralStation', own, devices, 0).map(({ device: id, fact }) => [
    id,
    fact.body.code,
    fact.kind === 'alarm.grouped' ? fact.body.under : '',
  ])
}

describe('one alarm for a fall of the pressure', () => {
  const one = device('c1', 'compressor', { 'CP-001': alarm('a', 170) })
  const two = device('c2', 'compressor', { 'CP-001': alarm('b', 259), 'CP-013': alarm('c', 100) })

  it('[AL20] takes what two units raised within 60 s of the fall, in central stations only', () => {
    // ST-002 waits 20 s, so the pressure fell at 180 s.
    const own = fall({ 'ST-002': alarm('g', 200) })
    expect(grouped(own, one, two)).toEqual([['c1', 'CP-001', 'g'], ['c2', 'CP-001', 'g']]) // prettier-ignore
    expect(grouped(own, one)).toEqual([])
    expect(grouped(own, one, device('c2', 'compressor', { 'CP-001': alarm('b', 261) }))).toEqual([])
    expect(grouped(own, one, device('d', 'dryer', { 'DR-001': alarm('b', 200) }))).toEqual([])
    expect(groupUnits('smartStation', own, [one, two], 0)).toEqual([])
  })

  it('[AL20] takes nothing after its acknowledgement, nothing hidden and nothing more urgent', () => {
    expect(grouped(fall({ 'ST-002': alarm('g', 200, { phase: 'ACKED' }) }), one, two)).toEqual([])
    const hidden = device('c2', 'compressor', { 'CP-001': alarm('b', 200, { suppressed: { since: 0 } }) })
    expect(grouped(fall({ 'ST-002': alarm('g', 200) }), one, hidden)).toEqual([])
    const set = compileAlarms(kindOf('compressor'))
    const found = set.byCode.get('CP-001')
    if (!found) throw new Error('no CP-001')
    const urgent = { ...set, byCode: new Map([['CP-001', { ...found, definition: { ...found.definition, priority: 'P1' as const } }]]) }
    expect(grouped(fall({ 'ST-002': alarm('g', 200) }), one, { ...two, set: urgent })).toEqual([])
  })

  it('[AL20] members go with their group below another, and stand alone when it ends or is hidden', () => {
    const member = device('c1', 'compressor', { 'CP-001': alarm('a', 200, { groupedUnder: 'g' }) })
    const under = fall({ 'ST-001': alarm('h', 230), 'ST-002': alarm('g', 200, { groupedUnder: 'h' }) })
    expect(grouped(under, member)).toEqual([['c1', 'CP-001', 'h']])
    expect(grouped(fall({}), member)).toEqual([['c1', 'CP-001', null]])
    const burst = fall({ 'ST-002': alarm('g', 200), 'ST-004': alarm('k', 190) })
    expect(grouped(burst, member)).toEqual([['station', 'ST-002', 'k'], ['c1', 'CP-001', 'k']]) // prettier-ignore
    const shelved = { until: 1, by: 'x', reason: 'y' }
    expect(grouped(fall({ 'ST-002': alarm('g', 200, { shelved }) }), member)).toEqual([['c1', 'CP-001', null]])
    expect(grouped(fall({ 'ST-002': alarm('g', 200, { phase: 'RTN_UNACK' }) }), member)).toEqual([])
  })
})

it('[AL21] locked out for maintenance every alarm is suppressed, what comes up is recorded as such, and all is judged anew after', () => {
  const set = compileAlarms(kindOf('compressor'))
  let states: AlarmStates = {}
  let id = 0
  const at = (seconds: number, trip: Readonly<Record<string, unknown>>) => {
    const readings = typicalReadings(set.kind, trip)
    const now = seconds * 1000
    const facts = evaluateAlarms({ set, states, readings, now, ids: { next: () => `o${++id}` }, activeParents: {}, historical: false })
    for (const fact of facts) states = applyAlarmFact(states, fact)
    return facts.filter((fact) => fact.kind === 'alarm.raised')
  }
  at(0, { controlMode: 'MAINTENANCE' })
  expect(set.alarms.every(({ code }) => states[code]?.suppressed?.lockout === true)).toBe(true)
  const broken = { faultActive: true }
  expect(at(30, { ...broken, controlMode: 'MAINTENANCE' })).toMatchObject([{ body: { code: 'CP-001', hidden: 'suppressed' } }])
  // Switched off at the cabinet nobody knows the mode any more.
  expect(at(120, { ...broken, controlMode: null })).toEqual([])
  expect(states['CP-001']?.suppressed).toEqual({ since: 0, lockout: true })
  expect(at(180, { ...broken, controlMode: 'REMOTE' })).toMatchObject([{ body: { code: 'CP-001', hidden: null } }])
  expect(Object.values(states).some(({ suppressed }) => suppressed?.lockout)).toBe(false)
})

it('[AL22] what nobody takes note of escalates once, and again only after it was acknowledged and came back', () => {
  const set = compileAlarms(kindOf('compressor'))
  const escalateMs = 600_000
  let states: AlarmStates = {}
  let id = 0
  const at = (seconds: number, trip: Readonly<Record<string, unknown>>, historical = false) => {
    const readings = typicalReadings(set.kind, trip)
    const ids = { next: () => `o${++id}` }
    const facts = evaluateAlarms({ set, states, readings, now: seconds * 1000, ids, activeParents: {}, historical, escalateMs })
    for (const fact of facts) states = applyAlarmFact(states, fact)
    return facts.flatMap((fact) => (fact.kind === 'alarm.escalated' ? [fact.body] : []))
  }
  const low = { oilLevelLow: true }
  at(0, low)
  at(60, low)
  expect(states['CP-017']).toMatchObject({ phase: 'UNACK', unackedSince: 60_000 })
  expect(nextAlarmDue(states, set, 60_000, escalateMs)).toBe(660_000)
  at(100, {})
  at(160, {})
  at(300, low)
  at(360, low)
  expect(at(659, low)).toEqual([])
  expect(at(660, low)).toEqual([{ code: 'CP-017', occurrence: 'o1', to: 'manager' }])
  expect(at(5000, low)).toEqual([])
  const answer = ackAlarm({ set, states, code: 'CP-017', occurrence: 'o1', by: 'wang', now: 5_000_000, note: '' })
  if (answer.ok) for (const fact of answer.facts) states = applyAlarmFact(states, fact)
  expect(at(9000, low)).toEqual([])
  at(9001, {})
  at(9061, {})
  at(9062, low)
  at(9122, low)
  expect(states['CP-017']?.occurrence).toBe('o2')
  expect(at(9722, low)).toEqual([{ code: 'CP-017', occurrence: 'o2', to: 'manager' }])
})
