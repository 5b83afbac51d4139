import { describe, expect, it } from 'vitest'
import { addUse, analyses, type AnalysisRow, type DatedRow, foldAnalysis, machinesAt, useOf } from './index.ts'

describe('use', () => {
  const use = useOf('compressor')
  const time = (readings: { n: number; min: number; max: number; sum: number }): number[] => {
    const ms = [0, 0, 0]
    if (use) addUse(ms, use, readings, 60_000)
    return ms
  }
  const [offline, stopped, , starting, unloaded, loaded] = [0, 1, 2, 3, 4, 5]
  const of = (...states: number[]) => ({
    n: states.length,
    min: Math.min(...states),
    max: Math.max(...states),
    sum: states.reduce((sum, state) => sum + state, 0),
  })
  it('gives a bucket to its state, cuts it between two by their readings, and counts neither silence nor OFFLINE as stopped', () => {
    expect(time(of(loaded, loaded))).toEqual([60_000, 0, 0])
    expect(time(of(loaded, unloaded, unloaded, unloaded))).toEqual([15_000, 45_000, 0])
    expect(time(of(starting, starting))).toEqual([0, 60_000, 0])
    expect(time(of(stopped, loaded, loaded))).toEqual([40_000, 0, 20_000])
    expect(time(of(offline, offline))).toEqual([0, 0, 0])
    expect(time({ n: 0, min: NaN, max: NaN, sum: NaN })).toEqual([0, 0, 0])
    expect(useOf('tank')).toBeNull()
    expect(useOf('dryer')?.classes[2]).toBe(0)
  })
})

describe('lines', () => {
  const row = (period: number, region: string, values: AnalysisRow['values'], id = ''): AnalysisRow => ({
    period,
    keys: { region },
    values,
    title: id,
    ...(id ? { opens: { record: 'x', id } } : {}),
  })
  it('each point is the sum of its rows and names them; without one measure the sum is lower by exactly it; splits add up to all', () => {
    const rows = [
      row(0, 'a', { purchase: 100 }, 'p1'),
      row(0, 'b', { maintenance: 7 }, 'm1'),
      row(1, 'a', { maintenance: 5 }, 'm2'),
      row(1, 'a', { installation: 30 }, 'i1'),
    ]
    const fold = (measures: string[], split: string | null = null) =>
      foldAnalysis(analyses.investment, rows, { periods: 2, measures, split })
    const everything = fold(['purchase', 'installation', 'maintenance'])
    expect(everything.map(({ measure, points }) => [measure, points.map(({ value }) => value)])).toEqual([
      ['purchase', [100, 0]],
      ['installation', [0, 30]],
      ['maintenance', [7, 5]],
      [null, [107, 35]],
    ])
    expect(everything[3]?.points.map(({ ids }) => ids)).toEqual([
      ['p1', 'm1'],
      ['m2', 'i1'],
    ])
    expect(
      fold(['purchase', 'installation'])
        .at(-1)
        ?.points.map(({ value, ids }) => [value, ids]),
    ).toEqual([
      [100, ['p1']],
      [30, ['i1']],
    ])
    expect(fold(['purchase', 'maintenance'], 'region').map(({ key, points }) => [key, points.map(({ value }) => value)])).toEqual([
      ['a', [100, 5]],
      ['b', [7, 0]],
      [null, [107, 5]],
    ])
  })
  it('a ratio is sum over sum of rows that know both, null without a denominator', () => {
    const rows = [
      row(0, 'a', { m3: 90, kwh: 10 }),
      row(0, 'b', { m3: 30, kwh: 5 }),
      row(0, 'b', { m3: 500, kwh: null }),
      row(1, 'a', { m3: 10, kwh: 0 }),
      row(2, 'a', { m3: 10, kwh: null }),
    ]
    const [line] = foldAnalysis(analyses.output, rows, { periods: 4, measures: ['perKwh'], split: null })
    expect(line?.points).toEqual([
      { value: 8, numerator: 120, denominator: 15, count: 2 },
      { value: null, numerator: 10, denominator: 0, count: 1 },
      { value: null, numerator: null, denominator: null, count: 0 },
      { value: null, numerator: null, denominator: null, count: 0 },
    ])
  })
})

describe('month ends', () => {
  const at = (month: number, day: number): number => Date.UTC(2026, month - 1, day)
  const history: DatedRow[] = [
    { source: 'station', id: 's1', at: at(1, 1), row: { region: 'r1' } },
    { source: 'station', id: 's2', at: at(1, 1), row: { region: 'r2' } },
    { source: 'warehouse', id: 'w', at: at(1, 1), row: { region: 'r3' } },
    { source: 'device', id: 'd1', at: at(1, 5), row: { kind: 'compressor', state: 'active', station: 's1', code: 'C1', name: '一号' } },
    { source: 'device', id: 's1', at: at(1, 5), row: { kind: 'station', state: 'active', station: 's1' } },
    {
      source: 'asset',
      id: 'a1',
      at: at(2, 1),
      row: { kind: 'singleModule', state: 'inStock', warehouse: 'w', station: null, device: null },
    },
    { source: 'asset', id: 'whole', at: at(2, 1), row: { kind: 'smartStation', state: 'inStock', warehouse: 'w' } },
  ]
  const ends = [at(2, 1), at(3, 1), at(4, 1)]
  const places = (rows: readonly DatedRow[]) =>
    machinesAt(rows, ends).map((machines) => machines.map(({ id, region, state }) => [id, region, state]))
  it('show where everything stood then; what happens later leaves them as they were', () => {
    const before = places(history)
    expect(before).toEqual([
      [['d1', 'r1', 'active']],
      [
        ['d1', 'r1', 'active'],
        ['a1', 'r3', 'inStock'],
      ],
      [
        ['d1', 'r1', 'active'],
        ['a1', 'r3', 'inStock'],
      ],
    ])
    // In March the asset is deployed to s2 as what the device d1 reports, moved there too; then it is one machine.
    const later: DatedRow[] = [
      ...history,
      { source: 'device', id: 'd1', at: at(3, 10), row: { kind: 'compressor', state: 'active', station: 's2' } },
      { source: 'asset', id: 'a1', at: at(3, 11), row: { kind: 'singleModule', state: 'issued', station: 's2', device: 'd1' } },
    ]
    const after = places(later)
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2))
    expect(after[2]).toEqual([['a1', 'r2', 'issued']])
    expect(places([...later, { source: 'asset', id: 'a1', at: at(3, 20), row: null }])[2]).toEqual([['d1', 'r2', 'active']])
  })
})
