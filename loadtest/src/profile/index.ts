/** What a load consists of and what it must hold, for k6 and for the generator in Node alike: plain data, no imports. */

/** Bounds of the requirements on response, 95th percentile, ms: one operation, a query with conditions, statistics, analysis over dimensions. */
export const bounds = { operation: 1000, query: 3000, statistics: 8000, analysis: 15_000, signIn: 1000 } as const
/** Share of requests that may fail. */
export const MAX_FAILED = 0.001
/** Between two steps of a person, seconds. */
export const THINK_S = [1, 3] as const

export type Kind = Exclude<keyof typeof bounds, 'signIn'>
export interface Step {
  readonly name: string
  readonly kind: Kind
  /** `:station`, `:now` and `:weekAgo` are filled in. */
  readonly path: string
  /** Of how many steps this one is. */
  readonly weight: number
}

/** What an operator looks at in a shift. */
export const operatorMix: readonly Step[] = [
  { name: 'stations', kind: 'operation', path: '/api/stations', weight: 20 },
  { name: 'station live', kind: 'operation', path: '/api/stations/:station/live', weight: 30 },
  { name: 'open alarms', kind: 'operation', path: '/api/alarms?phase=open&size=50', weight: 20 },
  { name: 'alarms by conditions', kind: 'query', path: '/api/alarms?priority=P1,P2&station=:station&size=100', weight: 10 },
  { name: 'commands', kind: 'query', path: '/api/commands?size=50', weight: 10 },
  { name: 'alarm statistics', kind: 'statistics', path: '/api/alarms/statistics?by=station&from=:weekAgo&to=:now', weight: 5 },
  { name: 'audit', kind: 'query', path: '/api/audit?size=50', weight: 5 },
]

const WEEK_MS = 7 * 86_400_000

/** What a step asks for. `now`: epoch ms. */
export const pathOf = ({ path }: Step, station: string, now: number): string =>
  path
    .replace(':station', station)
    .replace(':now', String(now))
    .replace(':weekAgo', String(now - WEEK_MS))

/** The step for a number in 0 … 1. */
export function stepFor(mix: readonly Step[], chance: number): Step {
  let left = chance * mix.reduce((sum, { weight }) => sum + weight, 0)
  for (const step of mix) if ((left -= step.weight) < 0) return step
  return mix[0] as Step
}
