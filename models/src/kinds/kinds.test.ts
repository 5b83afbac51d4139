import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compileCondition } from '../expressions/index.ts'
import { typicalReadings } from '../expressions/typical.fixture.ts'
import { NEVER, qualities } from '../twin/types.ts'
import {
  appliesTo,
  configValue,
  deviceKinds,
  effectiveQuality,
  fromSlab,
  isStale,
  kindOf,
  type NoticeDefinition,
  pointIndex,
  type PointDefinition,
  staleAfterMs,
  toSlab,
  variantsOf,
} from './index.ts'

const pointOf = (kind: string, name: string): PointDefinition => {
  const point = kindOf(kind).points[pointIndex(kind, name)]
  if (!point) throw new Error(name)
  return point
}
const kinds = deviceKinds.map((kind) => [kind.kind, kind] as const)
const unique = (names: readonly string[]) => expect(new Set(names).size).toBe(names.length)

describe('catalogue', () => {
  it.each(kinds)('[KD1] %s is consistent', (_, kind) => {
    unique(kind.points.map(({ name }) => name))
    const numeric = kind.points.filter(({ type }) => type !== 'string')
    expect(numeric.filter((point) => !toSlab(point, point.typical).ok)).toEqual([])
    const labelled = ({ label: { zh, en } }: PointDefinition) => /\p{Script=Han}/u.test(zh) && /^[ -~³]+$/.test(en)
    expect(kind.points.filter((point) => !labelled(point))).toEqual([])
    // The counts of units carry the interval they are recomputed at.
    const sampled = kind.points.filter(({ sampleMs }) => sampleMs > 0)
    expect(sampled.filter(({ tier, name }) => tier === 'derived' && !name.endsWith('Units'))).toEqual([])
    expect(kind.points.filter(({ sampleMs, tier }) => sampleMs === 0 && tier !== 'derived')).toEqual([])
    for (const { code, params } of kind.commands) {
      expect(code.startsWith(`${kind.kind}.`)).toBe(true)
      unique(params.map(({ name }) => name))
    }
    for (const { appliesTo: words } of [...kind.points, ...kind.alarms, ...kind.commands])
      for (const word of words ?? []) expect(kind.variants).toContain(word)
    for (const name of kind.headline) expect(pointIndex(kind, name)).toBeGreaterThanOrEqual(0)
    for (const { at, size } of kind.shape.parts) {
      expect(Math.min(...size)).toBeGreaterThan(0)
      expect(at[1]).toBeGreaterThan(0)
    }
  })

  it('[KD1] codes are unique and parents exist', () => {
    const codes = deviceKinds.flatMap(({ alarms, notices }) => [...alarms, ...notices].map(({ code }) => code))
    unique(codes)
    const parents = deviceKinds.flatMap(({ alarms }) => alarms.map(({ parent }) => parent)).filter((parent) => parent !== null)
    expect(codes).toEqual(expect.arrayContaining(parents))
    unique(deviceKinds.flatMap(({ commands }) => commands.map(({ code }) => code)))
  })

  it('[KD5] interlock marks exactly what permissives name, and presence', () => {
    const named = new Set(['station.roomOccupied'])
    for (const kind of deviceKinds)
      for (const { permissives, params } of kind.commands)
        for (const source of permissives)
          for (const { owner, point } of compileCondition(source, kind, { params }).uses)
            named.add(`${owner === 'self' ? kind.kind : owner}.${point}`)
    const marked = deviceKinds.flatMap((kind) =>
      kind.points.filter((point) => point.interlock).map((point) => `${kind.kind}.${point.name}`),
    )
    expect(marked.toSorted()).toEqual([...named].toSorted())
    for (const name of marked) expect(staleAfterMs(pointOf(...(name.split('.') as [string, string])))).toBe(10_000)
  })
})

describe('slab', () => {
  it('[KD3] takes what the point allows and gives it back', () => {
    const state = pointOf('compressor', 'runState')
    expect(toSlab(state, 'LOADED')).toEqual({ ok: true, value: 5 })
    expect(fromSlab(state, 5)).toBe('LOADED')
    expect(fromSlab(state, 99)).toBeNull()
    expect(toSlab(pointOf('station', 'fireAlarm'), true)).toEqual({ ok: true, value: 1 })
    expect(fromSlab(pointOf('station', 'fireAlarm'), 0)).toBe(false)
    expect(fromSlab(pointOf('station', 'headerPressure'), Number.NaN)).toBeNull()
  })

  it.each([
    ['compressor', 'runState', 'LODED', 'out-of-range'],
    ['compressor', 'runState', 5, 'wrong-type'],
    ['compressor', 'faultActive', 1, 'wrong-type'],
    ['compressor', 'dischargePressure', '7', 'wrong-type'],
    ['compressor', 'dischargePressure', 16.01, 'out-of-range'],
    ['compressor', 'dischargePressure', Number.NaN, 'not-a-number'],
    ['compressor', 'dischargePressure', -Infinity, 'not-a-number'],
    ['compressor', 'faultCode', 1.5, 'wrong-type'],
    ['gateway', 'firmwareVersion', '1.0', 'wrong-type'],
  ])('[KD3] %s.%s refuses %s', (kind, name, value, reason) => {
    expect(toSlab(pointOf(kind, name), value)).toMatchObject({ ok: false, reason })
  })
})

describe('freshness', () => {
  const now = 1_000_000
  const silence = (heardAgo: number, limitMs = 10_000) => ({ heardAt: now - heardAgo, limitMs })

  it.each([
    ['compressor', 'outletTemperature', 70_000],
    ['compressor', 'runningHours', 310_000],
    ['compressor', 'warningActive', 70_000],
    ['compressor', 'runState', 10_000],
    ['station', 'roomOccupied', 10_000],
    ['gateway', 'firmwareVersion', 1_800_000],
  ])('[KD4] %s.%s is stale after %i ms', (kind, name, limit) => {
    const point = pointOf(kind, name)
    expect(isStale(point, now - limit, now)).toBe(false)
    expect(isStale(point, now - limit - 1, now)).toBe(true)
  })

  it('[KD6] silence makes all stale, interlocks never later than 10 s, derived points not', () => {
    const temperature = pointOf('compressor', 'outletTemperature')
    expect(isStale(temperature, now - 9000, now, silence(10_000))).toBe(false)
    expect(isStale(temperature, now - 9000, now, silence(10_001))).toBe(true)
    expect(isStale(temperature, now - 9000, now, silence(20_000, 30_000))).toBe(false)
    expect(isStale(pointOf('station', 'roomOccupied'), now, now, silence(10_001, 30_000))).toBe(true)
    expect(isStale(pointOf('gateway', 'lastSeenAgeS'), now, now, silence(60_000))).toBe(false)
  })

  it('[KD7] effective quality', () => {
    const point = pointOf('station', 'headerPressure')
    const index = (quality: (typeof qualities)[number]) => qualities.indexOf(quality)
    expect(effectiveQuality(point, index('good'), now, now)).toBe(index('good'))
    expect(effectiveQuality(point, index('uncertain'), now, now)).toBe(index('uncertain'))
    expect(effectiveQuality(point, index('good'), now - 11_000, now)).toBe(index('stale'))
    expect(effectiveQuality(point, index('bad'), now - 11_000, now)).toBe(index('bad'))
    expect(effectiveQuality(point, NEVER, 0, now)).toBe(NEVER)
  })
})

describe('variants', () => {
  const compressor = kindOf('compressor')
  it('[KD8] what a device does not name is the first of the group', () => {
    expect(variantsOf(compressor, 'vsd+waterCooled')).toEqual(['vsd', 'waterCooled'])
    expect(variantsOf(compressor, 'vsd')).toEqual(['vsd', 'airCooled'])
    expect(variantsOf(compressor, null)).toEqual(['fixed', 'airCooled'])
    expect(appliesTo(compressor, pointOf('compressor', 'vfdFrequency'), 'fixed')).toBe(false)
    expect(appliesTo(compressor, pointOf('compressor', 'vfdFrequency'), 'vsd+waterCooled')).toBe(true)
    expect(appliesTo(compressor, pointOf('compressor', 'runState'), null)).toBe(true)
  })

  it('[KD9] settings: device, variant, kind', () => {
    const dryer = kindOf('dryer')
    expect(configValue(dryer, 'dewPointWarn')).toBe(8)
    expect(configValue(dryer, 'dewPointWarn', 'desiccant')).toBe(-30)
    expect(configValue(dryer, 'dewPointWarn', 'desiccant', { dewPointWarn: -35 })).toBe(-35)
    expect(configValue(dryer, 'towerCycleMaxS', 'desiccant+heatless')).toBe(900)
    expect(() => configValue(dryer, 'nope')).toThrow("dryer has no setting 'nope'")
  })

  it('[KD10] an outlet valve stays shut below the minimum pressure', () => {
    const valve = kindOf('valve')
    const { permissives, params } = valve.commands.find(({ code }) => code === 'valve.open') ?? { permissives: [], params: [] }
    const allowed = (trip: object, suppliesCustomer = 1) =>
      permissives.every((source) => {
        const readings = typicalReadings(valve, { valveState: 'CLOSED', ...trip })
        return compileCondition(source, valve, { params }).test({ ...readings, cfg: () => suppliesCustomer }) === true
      })
    expect(allowed({})).toBe(true)
    expect(allowed({ 'station.headerPressure': 6.1 })).toBe(false)
    expect(allowed({ 'station.headerPressure': null })).toBe(false)
    expect(allowed({ 'station.headerPressure': 6.1 }, 0)).toBe(true)
  })
})

// The catalogue the kinds were made from; not part of the repository.
const domain = join(process.env['TWIN_DATA'] ?? '../shared/data', '..', 'domain')
const catalogue = (file: string): Record<string, readonly Record<string, unknown>[]> => JSON.parse(readFileSync(join(domain, file), 'utf8'))

describe.skipIf(!existsSync(join(domain, 'points.json')))('against the catalogue', () => {
  const ours = deviceKinds.filter(({ kind }) => kind !== 'valve' && kind !== 'outlet')

  it('[KD1] 201 points with the same data', () => {
    const { points = [] } = catalogue('points.json')
    expect(points).toHaveLength(201)
    // Ours beside them: energyToday and energyQuota of a station.
    expect(ours.flatMap(({ points }) => points)).toHaveLength(201 + 2)
    for (const row of points) {
      const point = pointOf(String(row['kind']), String(row['name']))
      expect(point).toMatchObject({
        type: row['dtype'],
        min: row['min'],
        max: row['max'],
        typical: row['typical'],
        sampleMs: row['sampleMs'],
      })
      // Units stand beside every value, so our names do without them.
      const zh = String(row['zh']).replace(/\((气电比 )?(kWh\/m3|m3\/kWh)\)$/, '')
      expect([point.unit, point.deadband, point.tier, point.label.zh]).toEqual([row['unit'] ?? '', row['deadband'], row['tier'], zh])
      expect([point.values, point.appliesTo, point.counter ?? false]).toEqual([row['enum'], row['appliesTo'], row['class'] === 'counter'])
      expect(point.maxSilenceS).toBe(point.interlock ? 5 : row['maxSilenceS'])
    }
  })

  it('[KD1] 82 alarms and 9 notices with the same conditions, 38 commands with the same permissives', () => {
    const { alarms = [], notifications = [] } = catalogue('alarms.json')
    const known = new Map(ours.flatMap((kind) => kind.alarms.map((alarm) => [alarm.code, alarm] as const)))
    // Ours beside them: ST-013, the daily energy quota.
    expect([alarms.length, known.size]).toEqual([82, 82 + 1])
    for (const row of alarms) {
      const { condition, clear, offDelayS, latched, parent, suppressWhen, respondWithinMin, effects, priority } = row
      // A fault bit is shown at once: with two seconds on top nobody would see it within two seconds.
      const onDelayS = condition === 'faultActive' ? 0 : row['onDelayS']
      const same = { condition, clear, onDelayS, offDelayS, latched, parent, suppressWhen, respondWithinMin, effects, priority }
      expect(known.get(String(row['code']))).toMatchObject({ ...same, class: row['class'], test: row['test'] })
    }
    const noticeText = ({ code, condition }: Record<string, unknown> | NoticeDefinition) => `${String(code)} ${String(condition)}`
    expect(ours.flatMap(({ notices }) => notices.map(noticeText)).toSorted()).toEqual(notifications.map(noticeText).toSorted())
    const { commands = [] } = catalogue('commands.json')
    const codes = new Map(ours.flatMap((kind) => kind.commands.map((command) => [command.code, command] as const)))
    expect([commands.length, codes.size]).toEqual([38, 38])
    for (const row of commands) {
      const { permissives, verify, roles, timeouts, riskClass, confirm, presenceForbids, requiresVideo, minIntervalS, idempotent } = row
      const same = { permissives, verify, roles, timeouts, riskClass, confirm, presenceForbids, requiresVideo, minIntervalS, idempotent }
      expect(codes.get(String(row['code']))).toMatchObject({ ...same, allowAutomation: row['allowAutomation'] })
    }
  })
})
