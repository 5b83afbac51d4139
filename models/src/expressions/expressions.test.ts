import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deviceKinds, kindOf } from '../kinds/index.ts'
import { compileCondition, compileNumber, ExpressionError } from './index.ts'
import { typicalReadings } from './typical.fixture.ts'

const compressor = kindOf('compressor')
const station = kindOf('station')
const run = (source: string, trip = {}, fn = {}) => compileCondition(source, compressor).test(typicalReadings(compressor, trip, fn))

describe('catalogue', () => {
  it.each(deviceKinds.map((kind) => [kind.kind, kind] as const))('[EX7] alarms and notices of %s trip as their tests say', (_, kind) => {
    for (const { code, condition, test } of [...kind.alarms, ...kind.notices]) {
      const compiled = compileCondition(condition, kind)
      expect(compiled.test(typicalReadings(kind)), `${code} at typical values`).toBe(false)
      const fn = 'fn' in test ? test.fn : {}
      expect(compiled.test(typicalReadings(kind, test.trip, fn)), `${code} tripped`).toBe(true)
    }
  })

  it.each(deviceKinds.map((kind) => [kind.kind, kind] as const))('[EX3] every other expression of %s compiles', (_, kind) => {
    const alarms = kind.alarms.flatMap(({ clear, suppressWhen }) =>
      [clear, suppressWhen ?? 'true'].map((source) => ({ source, params: [] })),
    )
    const commands = kind.commands.flatMap(({ permissives, verify, params }) =>
      [...permissives, verify].map((source) => ({ source, params })),
    )
    for (const { source, params } of [...alarms, ...commands]) expect(compileCondition(source, kind, { params }).source).toBe(source)
  })

  it('[EX7] a condition and its clear are never both true', () => {
    for (const kind of deviceKinds)
      for (const { code, condition, clear, test } of kind.alarms) {
        const tripped = typicalReadings(kind, test.trip, test.fn)
        expect(compileCondition(clear, kind).test(tripped), `${code} clear while tripped`).not.toBe(true)
        expect(compileCondition(condition, kind).test(tripped)).toBe(true)
      }
  })
})

describe('three values', () => {
  const operands = { T: 'mainsOk', F: 'fireAlarm', U: 'floodAlarm' } as const
  const test = (source: string) => compileCondition(source, station).test(typicalReadings(station, { floodAlarm: null }))

  it.each([
    ['T', 'T', true, true],
    ['T', 'F', false, true],
    ['T', 'U', undefined, true],
    ['F', 'T', false, true],
    ['F', 'F', false, false],
    ['F', 'U', false, undefined],
    ['U', 'T', undefined, true],
    ['U', 'F', false, undefined],
    ['U', 'U', undefined, undefined],
  ] as const)('[EX4] %s and/or %s', (a, b, and, or) => {
    expect(test(`${operands[a]} && ${operands[b]}`)).toBe(and)
    expect(test(`${operands[a]} || ${operands[b]}`)).toBe(or)
  })

  it('[EX4] unknown spreads through comparison, arithmetic and not, but not through bad()', () => {
    const lost = { dischargePressure: null }
    for (const operator of ['==', '!=', '<', '<=', '>', '>=']) {
      expect(run(`dischargePressure ${operator} 1`, lost)).toBeUndefined()
      expect(run(`1 ${operator} dischargePressure`, lost)).toBeUndefined()
    }
    expect(run('!(dischargePressure + 1 > 2)', lost)).toBeUndefined()
    expect(run('max(dischargePressure, 9) > 2', lost)).toBeUndefined()
    expect(run('1 / (dischargePressure - dischargePressure) > 0')).toBeUndefined()
    expect(run('bad(dischargePressure)', lost)).toBe(true)
    expect(run('bad(dischargePressure)')).toBe(false)
    const undeclared = { ...typicalReadings(compressor, lost), expected: () => false }
    expect(compileCondition('bad(dischargePressure)', compressor).test(undeclared)).toBeUndefined()
    expect(compileCondition('bad(dischargePressure) || dischargePressure > 3', compressor).test(undeclared)).toBeUndefined()
    expect(compileCondition('!floodAlarm', station).test(typicalReadings(station, { floodAlarm: null }))).toBeUndefined()
  })
})

describe('language', () => {
  it('[EX1] precedence is that of JavaScript', () => {
    const operators = fc.constantFrom('+', '-', '*')
    const sum = fc
      .array(fc.tuple(operators, fc.integer({ min: 0, max: 9 })), { maxLength: 6 })
      .map((terms) => `1 ${terms.map(([o, n]) => `${o} ${n}`).join(' ')}`)
    fc.assert(
      fc.property(
        sum,
        sum,
        fc.constantFrom('==', '!=', '<', '<=', '>', '>='),
        fc.boolean(),
        fc.constantFrom('&&', '||'),
        (a, b, o, c, l) => {
          const source = `${a} ${o} ${b} ${l} ${c}`
          // The same text is JavaScript: an independent reference for the parser.
          expect(run(source)).toBe(runInNewContext(source))
        },
      ),
    )
    expect(compileNumber('-2 * (3 - 5) / 4 - -1', compressor).evaluate(typicalReadings(compressor))).toBe(2)
    expect(compileNumber('10 - 3 - 2', compressor).evaluate(typicalReadings(compressor))).toBe(5)
    expect(compileNumber('imbalance(90, 100, 110)', compressor).evaluate(typicalReadings(compressor))).toBeCloseTo(10)
  })

  it('[EX1] station. is the station itself in an expression of the station', () => {
    expect(compileCondition('station.mainsOk', station).uses).toEqual(compileCondition('mainsOk', station).uses)
    expect(compileCondition('mainsOk', station).uses[0]?.owner).toBe('self')
    expect(compileCondition('station.mainsOk', compressor).uses[0]?.owner).toBe('station')
  })

  it.each([
    ['runState == LOADED', 'LOADED'],
    ["runState == 'LODED'", 'LODED'],
    ['dischargePresure > 7', 'dischargePresure'],
    ['cfg.nothing > 7', 'nothing'],
    ['param.reason == 1', 'reason'],
    ['faultActive > 1', 'number expected'],
    ['faultActive && 1', 'true/false expected'],
    ["dischargePressure == 'HIGH'", 'word'],
    ['runState == faultActive', 'compared'],
    ["avg(runState, '1h') > 1", 'needs a number'],
    ["avg(startsTotal, '1h') > 1", 'counters'],
    ["count(dischargePressure, '1h') > 1", 'counters'],
    ["avg(dischargePressure, '1 hour') > 1", 'window'],
    ['(faultActive', "')' expected"],
    ['faultActive ||', 'value expected'],
    ['faultActive faultActive', 'unexpected'],
    ["runState == 'LOADED", 'closing quote'],
    ['faultActive ? 1', "unexpected '?'"],
    ['constructor.name', 'no point'],
    ['1 + 1', 'true/false expected'],
  ])('[EX3] refuses %s', (source, word) => {
    expect(() => compileCondition(source, compressor)).toThrow(ExpressionError)
    expect(() => compileCondition(source, compressor)).toThrow(word)
  })

  it('[EX3] an error tells the place', () => {
    expect(() => compileCondition('faultActive && nope', compressor)).toThrow(
      "no point 'nope' for compressor at 16 in: faultActive && nope",
    )
  })

  it('[EX5] a parameter not given equals nothing', () => {
    const params = kindOf('dryer').commands.find(({ code }) => code === 'dryer.stop')?.params ?? []
    const dryer = kindOf('dryer')
    const forced = compileCondition('param.forced == true', dryer, { params })
    expect(forced.test(typicalReadings(dryer))).toBe(false)
    expect(forced.test(typicalReadings(dryer, {}, {}, { forced: true }))).toBe(true)
    const mode = compileCondition('controlMode == param.mode', compressor, {
      params: compressor.commands.find(({ code }) => code === 'compressor.setControlMode')?.params ?? [],
    })
    expect(mode.test(typicalReadings(compressor, {}, {}, { mode: 'REMOTE' }))).toBe(true)
    expect(mode.test(typicalReadings(compressor, {}, {}, { mode: 'SEQUENCER' }))).toBe(false)
    expect(mode.test(typicalReadings(compressor, { controlMode: null }, {}, { mode: 'REMOTE' }))).toBeUndefined()
    const band = compileNumber('param.x - 1', compressor, {
      params: [{ name: 'x', label: { zh: '', en: '' }, type: 'number', required: true }],
    })
    expect(band.evaluate(typicalReadings(compressor))).toBeNaN()
  })

  it('[EX6] names what it reads', () => {
    const { uses, windows } = compileCondition(
      "count(startsTotal, '1h') > cfg.maxStartsPerHour && stuckS(runState) > 60 && !station.remoteLockout",
      compressor,
    )
    expect(uses.map(({ owner, point }) => `${owner}.${point}`)).toEqual(['self.startsTotal', 'self.runState', 'station.remoteLockout'])
    expect(windows.map(({ fn, point, windowS }) => `${fn} ${point} ${windowS}`)).toEqual(['count startsTotal 3600', 'stuckS runState 0'])
  })
})
