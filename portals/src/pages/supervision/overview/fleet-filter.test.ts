import type { StationSummary } from '@twin/models/live'
import { expect, it } from 'vitest'
import { filterFleet, totalsOf } from './fleet-filter.ts'

const station = (change: Partial<StationSummary>): StationSummary => ({
  id: 'a',
  code: 'A-1',
  name: '甲站',
  nameEn: 'Station A',
  kind: 'smartStation',
  region: '310115',
  position: { lat: 31, lng: 121 },
  state: 'running',
  condition: 'normal',
  pressure: 7,
  flow: 10,
  power: 60,
  specificEnergy: 0.1,
  units: { total: 2, running: 1, loaded: 1 },
  devices: { total: 6, online: 6 },
  alarms: { P1: 0, P2: 1, P3: 0, unacked: 1 },
  presence: 'vacant',
  ratedFlow: 0,
  outlets: [],
  ...change,
})
const none = { kind: null, region: null, state: null, text: '' }

it('filters by kind, province, state and text, alarms first', () => {
  const fleet = [
    station({}),
    station({ id: 'b', code: 'B-1', name: '乙站', nameEn: 'Station B', region: '440606', state: 'alarm' }),
    station({ id: 'c', code: 'C-1', kind: 'singleModule', state: 'offline' }),
  ]
  const ids = (filter: object) =>
    filterFleet(fleet, { ...none, ...filter }, (region, asked) => region.startsWith(asked.slice(0, 2))).map((s) => s.id)
  expect(ids({})).toEqual(['b', 'c', 'a'])
  expect(ids({ region: '310000' })).toEqual(['c', 'a'])
  expect(ids({ kind: 'singleModule' })).toEqual(['c'])
  expect(ids({ state: 'alarm' })).toEqual(['b'])
  expect(ids({ text: ' station b' })).toEqual(['b'])
  expect(ids({ text: '甲' })).toEqual(['c', 'a'])
})

it('adds up what is known and counts stations without a position', () => {
  const totals = totalsOf([station({}), station({ flow: null, power: 40, position: null }), station({ flow: 20, power: null })])
  expect(totals).toMatchObject({ stations: 3, flow: 30, power: 100, unplaced: 1, units: { running: 3, total: 6 } })
  // Only the station that knows both flow and power counts for the ratio.
  expect(totals.specific).toBeCloseTo(60 / 600, 6)
  expect(totalsOf([station({ flow: null, power: null })])).toMatchObject({ flow: null, power: null, specific: null })
})
