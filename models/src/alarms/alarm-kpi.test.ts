import fc from 'fast-check'
import { expect, it } from 'vitest'
import { alarmKpi, countAlarms, floodAfter, type FloodState, floodsOf, type KpiRow, nextFloodDue, unionMs } from './index.ts'

const minute = 60_000
const row = (raisedAt: number, extra: Partial<KpiRow> = {}): KpiRow => ({
  station: 's',
  device: 'd',
  code: 'CP-001',
  priority: 'P3',
  raisedAt,
  ackedAt: null,
  clearedAt: raisedAt + minute,
  closedAt: raisedAt + minute,
  hidden: null,
  groupedUnder: null,
  historical: false,
  ...extra,
})

it('[AL16] a flood starts with the tenth alarm in 10 min and ends below five', () => {
  let state: FloodState = { recent: [], flood: null }
  for (let i = 0; i < 10; i++) {
    expect(state.flood).toBeNull()
    state = floodAfter(state, i * minute, i * minute)
  }
  expect(state.flood).toEqual({ since: 9 * minute, count: 10 })
  expect(nextFloodDue(state)).toBe(15 * minute)
  expect(floodAfter(state, null, 15 * minute - 1).flood).not.toBeNull()
  expect(floodAfter(state, null, 15 * minute).flood).toBeNull()
})

it('[AL16] statistics find the floods that were seen live', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 80 }), (gaps) => {
      const times: number[] = []
      let state: FloodState = { recent: [], flood: null }
      const live: { from: number; to: number | null; count: number }[] = []
      let now = 0
      const advance = (until: number, raise: boolean) => {
        for (;;) {
          const due = nextFloodDue(state)
          if (due === null || due > until || (raise && due >= until)) break
          const { flood } = state
          state = floodAfter(state, null, due)
          if (flood && !state.flood) live.push({ from: flood.since, to: due, count: flood.count })
          else if (flood) throw new Error('due but nothing happened')
        }
      }
      for (const gap of gaps) {
        now += gap * 1000
        advance(now, true)
        state = floodAfter(state, now, now)
        times.push(now)
      }
      if (state.flood) live.push({ from: state.flood.since, to: null, count: state.flood.count })
      expect(floodsOf('s', times, now)).toEqual(live.map((flood) => ({ station: 's', ...flood })))
    }),
  )
})

it('[AL17] overlapping time counts once', () => {
  const overlapping = [
    { from: 0, to: 10 },
    { from: 5, to: 12 },
    { from: 6, to: 7 },
    { from: 20, to: null },
  ]
  expect(unionMs(overlapping, 0, 25)).toBe(17)
  expect(unionMs(overlapping, 11, 21)).toBe(2)
  expect(unionMs([], 0, 25)).toBe(0)
  const counted = countAlarms([row(0), row(minute / 2, { ackedAt: minute }), row(0, { groupedUnder: 'x' })], 0, 10 * minute, 10 * minute)
  expect(counted).toEqual({ count: 3, meanAckMs: minute / 2, meanClearMs: minute, activeMs: 1.5 * minute, grouped: 1 })
})

it('[AL17] KPIs leave out what disturbed nobody', () => {
  const rows = [
    ...Array.from({ length: 12 }, (_, i) => row(i * 10_000)),
    row(30 * minute, { device: 'e', priority: 'P1' }),
    row(31 * minute, { hidden: 'shelved' }),
    row(31 * minute, { groupedUnder: 'o' }),
    row(31 * minute, { historical: true }),
    row(-1500 * minute, { clearedAt: null, closedAt: null }),
  ]
  const kpi = alarmKpi(rows, 0, 60 * minute, 60 * minute)
  expect(kpi).toMatchObject({ open: 1, unacked: 1, stale: 1, peakTenMinutes: 12, topTenShare: 1 })
  expect(kpi.perTenMinutes).toBeCloseTo(13 / 6)
  expect(kpi.chattering).toEqual([{ device: 'd', code: 'CP-001', count: 12 }])
  expect(kpi.priorityShare.P1).toBeCloseTo(1 / 13)
  expect(kpi.floods).toEqual([{ station: 's', from: 90_000, to: 70_000 + 600_000, count: 12 }])
  expect(kpi.floodShare).toBeCloseTo(580_000 / (60 * minute))
})
