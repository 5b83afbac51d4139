/**
 * Specific power limits of GB 19153-2019 for oil-injected rotary compressors, kW/(m3/min), air / liquid cooled, at 7, 8 and 10 bar gauge.
 * From a public transcription, not from the standard itself: check before contractual use. VSD limits hold for a weighted specific power.
 */
type Limits = readonly [air: number, liquid: number] | null
type Row = readonly [kw: number, grades: readonly (readonly [Limits, Limits, Limits])[]]

const fixed: readonly Row[] = [
  [
    37,
    [
      [
        [6.2, 5.9],
        [6.7, 6.4],
        [7.4, 7.1],
      ],
      [
        [6.7, 6.4],
        [7.3, 7.0],
        [8.1, 7.7],
      ],
      [
        [7.4, 7.1],
        [8.1, 7.8],
        [9.0, 8.6],
      ],
    ],
  ],
  [
    75,
    [
      [
        [5.9, 5.7],
        [6.3, 6.1],
        [7.0, 6.7],
      ],
      [
        [6.4, 6.2],
        [6.8, 6.5],
        [7.6, 7.3],
      ],
      [
        [7.0, 6.8],
        [7.5, 7.2],
        [8.4, 8.1],
      ],
    ],
  ],
  [
    110,
    [
      [
        [5.7, 5.5],
        [6.1, 5.9],
        [6.8, 6.5],
      ],
      [
        [6.2, 6.0],
        [6.6, 6.3],
        [7.4, 7.1],
      ],
      [
        [6.8, 6.6],
        [7.3, 7.0],
        [8.2, 7.9],
      ],
    ],
  ],
  [
    200,
    [
      [
        [5.6, 5.4],
        [6.0, 5.8],
        [6.7, 6.4],
      ],
      [
        [6.1, 5.9],
        [6.5, 6.2],
        [7.3, 7.0],
      ],
      [
        [6.7, 6.5],
        [7.2, 6.9],
        [8.1, 7.8],
      ],
    ],
  ],
  [
    250,
    [
      [
        [5.5, 5.3],
        [5.9, 5.7],
        [6.6, 6.3],
      ],
      [
        [6.0, 5.8],
        [6.4, 6.1],
        [7.2, 6.9],
      ],
      [null, null, null],
    ],
  ],
]
const vsd: readonly Row[] = [
  [
    55,
    [
      [
        [6.3, 6.0],
        [6.8, 6.5],
        [7.6, 7.3],
      ],
      [
        [6.8, 6.5],
        [7.3, 7.0],
        [8.2, 7.9],
      ],
      [
        [7.6, 7.3],
        [8.1, 7.8],
        [9.1, 8.7],
      ],
    ],
  ],
  [
    75,
    [
      [
        [6.2, 6.0],
        [6.6, 6.4],
        [7.4, 7.1],
      ],
      [[6.7, 6.5], [7.1, 6.9], null],
      [null, null, null],
    ],
  ],
]
const pressures = [7, 8, 10] as const

export interface RatedUnit {
  readonly variant: 'fixed' | 'vsd'
  readonly cooling: 'air' | 'liquid'
  /** kW */
  readonly ratedPower: number
  /** bar gauge on the nameplate; the table spans 7 to 10. */
  readonly ratedPressure: number
}

/** Limit of a grade, by the nearest listed motor and between pressures by proportion; null where the transcription has none. */
export function gradeLimit(unit: RatedUnit, grade: 1 | 2 | 3): number | null {
  const table = unit.variant === 'vsd' ? vsd : fixed
  const row = table.toSorted((a, b) => distance(a[0], unit.ratedPower) - distance(b[0], unit.ratedPower))[0]
  // A motor more than half as large again as any listed one is not what the table speaks of.
  if (!row || distance(row[0], unit.ratedPower) > Math.log(1.5)) return null
  const upper = pressures.findIndex((p) => unit.ratedPressure <= p)
  if (upper < 0 || unit.ratedPressure < pressures[0]) return null
  const limits = row[1][grade - 1]
  const side = unit.cooling === 'air' ? 0 : 1
  const high = limits?.[upper as 0 | 1 | 2]?.[side]
  if (high === undefined) return null
  if (upper === 0) return high
  const low = limits?.[(upper - 1) as 0 | 1]?.[side]
  const [from, to] = [pressures[upper - 1] ?? 7, pressures[upper] ?? 7]
  return low === undefined ? null : low + ((high - low) * (unit.ratedPressure - from)) / (to - from)
}
const distance = (a: number, b: number): number => Math.abs(Math.log(a / b))

/** 1 best, 3 the entry limit, 4 worse than it, null = the table cannot say. Specific power at rated pressure. */
export function gradeOf(unit: RatedUnit, specificPower: number): 1 | 2 | 3 | 4 | null {
  if (!Number.isFinite(specificPower)) return null
  for (const grade of [1, 2, 3] as const) {
    const limit = gradeLimit(unit, grade)
    if (limit === null) return null
    if (specificPower <= limit) return grade
  }
  return 4
}
