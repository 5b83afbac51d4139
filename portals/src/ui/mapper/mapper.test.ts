import { kindOf, pointIndex, type PointDefinition } from '@twin/models/kinds'
import type { StationView } from '@twin/models/live'
import type { DeviceConfig } from '@twin/models/stations'
import { describe, expect, it } from 'vitest'
import { argumentsFrom, headlineOf, readDevice, readingOf, unitState, valueWithUnit } from './index.ts'
import { numberProblem } from './parameter-field.tsx'

const now = 1_700_000_000_000
const kind = kindOf('compressor')
const device: DeviceConfig = {
  id: 'compressor01',
  stationId: 'station00001',
  kind: 'compressor',
  variant: null,
  code: 'CA-01',
  name: '1# 空压机',
  placement: { position: [0, 0, 0], rotation: 0 },
  settings: {},
}

function viewWith(link: 'online' | 'silent', age: number): StationView {
  const val = kind.points.map(() => Number.NaN)
  const ts = kind.points.map(() => Number.NaN)
  const q = kind.points.map(() => 255)
  const put = (point: string, value: number): void => {
    const at = pointIndex(kind, point)
    val[at] = value
    ts[at] = now - age
    q[at] = 0
  }
  put('dischargePressure', 7.123)
  put('runState', (kind.points[pointIndex(kind, 'runState')]?.values ?? []).indexOf('LOADED'))
  const state = {
    link: { state: link, boot: null, since: now },
    declared: [],
    texts: {},
    alarms: {},
    notices: {},
    position: null,
    commanded: null,
    replay: null,
  }
  return {
    id: 's',
    order: [device.id],
    kinds: ['compressor'],
    slabs: [{ val, ts, q }],
    devices: { [device.id]: state },
    station: {} as StationView['station'],
    at: now,
  }
}

describe('readings', () => {
  it('shows a fresh value as good and the rest as never seen', () => {
    const read = readDevice(device, viewWith('online', 500), now)
    expect(readingOf(read, 'dischargePressure')).toMatchObject({ value: 7.123, quality: 'good', stale: false })
    expect(readingOf(read, 'oilPressure') ?? { quality: 'never' }).toMatchObject({ quality: 'never' })
    expect(read?.lastAt).toBe(now - 500)
    expect(read && unitState(read, viewWith('online', 500))).toBe('running')
    expect(read && headlineOf(read).length).toBe(kind.headline.length)
  })
  it('makes every value of a silent device stale, however young', () => {
    const view = viewWith('silent', 500)
    const read = readDevice(device, view, now)
    expect(readingOf(read, 'dischargePressure')).toMatchObject({ quality: 'stale', stale: true, value: 7.123 })
    expect(read && unitState(read, view)).toBe('offline')
  })
  it('reads no device of a kind it does not know', () => {
    expect(readDevice({ ...device, kind: 'teapot' }, undefined, now)).toBeUndefined()
  })
})

describe('values and arguments', () => {
  it('prints enum words and flags in both languages, numbers with unit', () => {
    const point = (name: string) => kind.points[pointIndex(kind, name)] as PointDefinition
    expect(valueWithUnit(point('runState'), 'LOADED', 'zh')).toBe('加载')
    expect(valueWithUnit(point('runState'), 'LOADED', 'en')).toBe('Loaded')
    expect(valueWithUnit(point('dischargePressure'), 7.123, 'zh')).toMatch(/^7\.12? bar$/)
    expect(valueWithUnit(point('dischargePressure'), null, 'zh')).toBe('—')
  })
  it('builds arguments by type and refuses numbers outside the declared range', () => {
    const declared = { name: 'loadPressure', label: { zh: '', en: '' }, type: 'number', required: true, min: 4, max: 13 } as const
    expect(
      argumentsFrom([declared, { ...declared, name: 'plan', type: 'object' }], { loadPressure: 6, plan: '{"a":1}', other: 1 }),
    ).toEqual({
      loadPressure: 6,
      plan: { a: 1 },
    })
    expect([3.9, 4, 13, 13.1, Number.NaN].map((v) => numberProblem(declared, v) === null)).toEqual([false, true, true, false, false])
    expect(numberProblem({ ...declared, type: 'integer' }, 6.5)).not.toBeNull()
  })
})
