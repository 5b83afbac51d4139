import type { ArgumentLimits } from '../commands/types.ts'
import type { JointAction, JointControl, PressureBand } from '../twin/control-types.ts'

/** A plan holds so long; the master then goes on by itself. It is renewed well before. */
export const PLAN_VALID_MS = 30 * 60_000
export const PLAN_RENEW_MS = 20 * 60_000

/** A unit as the planner sees it. */
export interface JointUnit {
  readonly id: string
  /** What people call it. */
  readonly code: string
  /** Running hours; NaN = unknown, used last. */
  readonly hours: number
  /** Speed-controlled: trims. */
  readonly trims: boolean
  /** Why the master may not use it; null = it may. */
  readonly out: string | null
}

export interface JointPlan {
  /** In the order of use: the first leads, the next joins when the header falls below the band. */
  readonly order: readonly string[]
  readonly lead: string
  readonly trim: string | null
  readonly reason: string
}

/**
 * The plan the station needs now, or null where the one it has will do. The lead stays until it has run `rotateAfterH` longer than
 * another unit; a unit that may not be used leaves at once.
 */
export function planJoint(
  units: readonly JointUnit[],
  { order, lead, rotateAfterH }: Pick<JointControl, 'order' | 'lead' | 'rotateAfterH'>,
  expires: boolean,
): JointPlan | { readonly none: true } | null {
  const ready = units.filter(({ out }) => out === null).toSorted((a, b) => hoursOf(a) - hoursOf(b) || (a.code < b.code ? -1 : 1))
  const fewest = ready[0]
  if (fewest === undefined) return { none: true }
  const leader = ready.find(({ id }) => id === lead)
  const rotates = leader === undefined || leader.hours - fewest.hours >= Math.max(rotateAfterH, 1e-6)
  const next = rotates ? fewest : leader
  const reasons: string[] = []
  for (const { code, out } of units.filter(({ id, out: why }) => why !== null && order.includes(id)))
    reasons.push(`${code} 退出 out: ${out ?? ''}`)
  for (const id of order.filter((one) => !units.some((unit) => unit.id === one))) reasons.push(`${id} 退出联控 left joint control`)
  if (order.length === 0) reasons.push('投入联控 joint control begins')
  else for (const { code } of ready.filter(({ id }) => !order.includes(id))) reasons.push(`${code} 投入 back in use`)
  if (lead !== null && next.id !== lead)
    reasons.push(
      leader === undefined
        ? `${next.code} 接替主机 leads instead (${hours(next.hours)})`
        : `轮换主机 lead rotates: ${leader.code} ${hours(leader.hours)} → ${next.code} ${hours(next.hours)}`,
    )
  if (reasons.length === 0) {
    if (!expires) return null
    reasons.push('计划续期 plan renewed')
  }
  const others = ready.filter((unit) => unit !== next)
  return {
    order: [next, ...others].map(({ id }) => id),
    lead: next.id,
    trim: [next, ...others].find(({ trims }) => trims)?.id ?? null,
    reason: reasons.join('; '),
  }
}

const hoursOf = ({ hours: ran }: JointUnit): number => (Number.isNaN(ran) ? Infinity : ran)
const hours = (ran: number): string => (Number.isNaN(ran) ? '? h' : `${ran.toFixed(1)} h`)

/** What is wrong with a band, and with which end; null = nothing. */
export function checkBand(
  { low, high }: PressureBand,
  minimum: number,
  { tankPressureMax, ratedPressure }: Pick<ArgumentLimits, 'tankPressureMax' | 'ratedPressure'>,
): { readonly field: 'low' | 'high'; readonly detail: string } | null {
  const width = high - low
  if (!(width >= 0.2 - 1e-9 && width <= 2 + 1e-9))
    return { field: 'high', detail: '上限须比下限高 0.2 至 2.0 bar The upper limit must be 0.2 to 2.0 bar above the lower' }
  // The master's set-point has to leave the minimum below half a band.
  if (low < minimum - 1e-9) return { field: 'low', detail: `下限不得低于最低允许压力 ${minimum} bar Never below the minimum pressure` }
  const most = Math.min(tankPressureMax === undefined ? Infinity : tankPressureMax - 0.3, ratedPressure ?? Infinity)
  if (high > most + 1e-9)
    return { field: 'high', detail: `上限不得超过 ${most.toFixed(2)} bar (储气罐与机组额定) Above what tanks and units allow` }
  return null
}

const orders = {
  start: ['启动', 'start'],
  stop: ['停机', 'stop'],
  load: ['加载', 'load'],
  unload: ['卸载', 'unload'],
} as const

/** Words for what the master did, from the cause it tells. */
export function jointReason(kind: Exclude<JointAction['kind'], 'plan'>, cause: unknown, bar: number | null, limit: number | null): string {
  const [zh, en] = orders[kind]
  const value = bar === null ? '?' : bar.toFixed(2)
  const edge = limit === null ? '?' : limit.toFixed(2)
  switch (cause) {
    case 'below-band':
      return `母管压力 ${value} bar 低于 ${edge} bar，${zh} header below band: ${en}`
    case 'above-band':
      return `母管压力 ${value} bar 高于 ${edge} bar，${zh} header above band: ${en}`
    case 'off-plan':
      return `不在计划内，${zh} not in the plan: ${en}`
    case 'idle':
      return `空转超时，${zh} idle too long: ${en}`
    default:
      return `${zh} ${en}`
  }
}

/** Whether a unit in this run state (its word) shows that it obeyed. */
export function actionConfirmed(kind: JointAction['kind'], runState: string | undefined): boolean {
  switch (kind) {
    case 'start':
      return runState === 'STARTING' || runState === 'UNLOADED' || runState === 'LOADED'
    case 'load':
      return runState === 'LOADED'
    case 'unload':
      return runState === 'UNLOADED' || runState === 'STOPPING' || runState === 'STANDBY' || runState === 'STOPPED'
    case 'stop':
      return runState === 'STOPPING' || runState === 'STANDBY' || runState === 'STOPPED'
    case 'plan':
      return false
  }
}
