/**
 * Why the service was away. stop: ended by order (SIGTERM). crash: the process ended without a word. database: nothing could be committed.
 * commits: what was taken was not committed. broker: no node reached it. shards: stations without an owner. unknown: the process lived, but
 * did not run.
 */
export const causes = ['stop', 'crash', 'database', 'commits', 'broker', 'shards', 'unknown'] as const
export type Cause = (typeof causes)[number]

/** planned: maintenance; away, but no failure. failure: counts. excluded: counts in nothing, with a reason. */
export const verdicts = ['planned', 'failure', 'excluded'] as const
export type Verdict = (typeof verdicts)[number]

/** What an outage is until somebody says otherwise. */
export const firstVerdict = (cause: Cause): Verdict => (cause === 'stop' ? 'planned' : 'failure')

/** none: before the record began, or still to come. */
export const minuteStates = ['good', 'degraded', 'planned', 'failure', 'excluded', 'none'] as const
export type MinuteState = (typeof minuteStates)[number]

export interface CountedOutage {
  /** Epoch ms. */
  readonly from: number
  readonly to: number
  readonly verdict: Verdict
}

/** Ms that two spans share. */
export const overlap = (a: { readonly from: number; readonly to: number }, b: { readonly from: number; readonly to: number }): number =>
  Math.max(0, Math.min(a.to, b.to) - Math.max(a.from, b.from))

/**
 * Time of a span by what it counts as, ms. Outages of the record do not overlap. Availability is up time over the time required (IEC
 * 60050-192): what is excluded was not required; `withoutPlanned` takes planned maintenance out as well.
 */
export function counts(span: { readonly from: number; readonly to: number }, outages: readonly CountedOutage[]) {
  const away: Record<Verdict, number> = { planned: 0, failure: 0, excluded: 0 }
  let failures = 0
  for (const outage of outages) {
    const ms = overlap(span, outage)
    away[outage.verdict] += ms
    if (outage.verdict === 'failure' && outage.from >= span.from && outage.from < span.to) failures++
  }
  const all = Math.max(0, span.to - span.from)
  const up = Math.max(0, all - away.planned - away.failure - away.excluded)
  const share = (required: number): number | null => (required > 0 ? up / required : null)
  return {
    ms: all,
    upMs: up,
    plannedMs: away.planned,
    failureMs: away.failure,
    excludedMs: away.excluded,
    failures,
    availability: share(all - away.excluded),
    withoutPlanned: share(all - away.excluded - away.planned),
  }
}
