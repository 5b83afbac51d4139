import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import type { Runtime } from '@twin/actors/runtime'
import type { OverloadReason } from '@twin/models/api'
import type { RefusalOptions, RefusalReason } from './api-error.ts'

export interface OverloadSettings {
  /** The database counts as away when it does not answer, and as refusing writes when no commit passes, for this long, ms. */
  readonly awayMs: number
  /** Bytes waiting for their commit. */
  readonly pendingBytes: number
  /** Mean delay of the event loop over a second, ms. */
  readonly lagMs: number
  /** Share of the heap limit. */
  readonly heapShare: number
  /** Requests of the API under way at once. */
  readonly requests: number
}

export interface OverloadState {
  readonly reasons: readonly OverloadReason[]
  /** Since when without a break, epoch ms; null = nothing is shed. */
  readonly since: number | null
}

/** What is too much at this moment, and who is turned away because of it. */
export interface Overload {
  state(): OverloadState
  /** Requests turned away since start, by reason. */
  readonly shed: Readonly<Partial<Record<OverloadReason, number>>>
  /** Asked before a request is looked at; undefined = it may go on. */
  refusal(method: string, path: string): { readonly reason: RefusalReason; readonly options: RefusalOptions } | undefined
  /** A request that passed begins; returns its end. */
  enter(): () => void
  /** The database refused a write: for a while it counts as one that takes none. */
  refused(): void
  close(): void
}

const SECOND = 1000
/** Seconds in a row after which the loop counts as late, and as on time again. */
const SUSTAINED = 5
/** A refused write is remembered this long, ms. */
const REMEMBERED = 10_000

/** These answer whatever happens: who asks how the server is must hear it. */
const always = /^\/api\/(health|ready|overload|openapi\.json|docs)/
const session = /^\/api\/auth\//

const words: Readonly<
  Record<OverloadReason, { readonly reason: RefusalReason; readonly retryAfter: number; readonly zh: string; readonly en: string }>
> = {
  database: {
    reason: 'unavailable',
    retryAfter: 5,
    zh: '数据库暂时不可用，请稍后再试',
    en: 'The database is away: try again later',
  },
  commits: {
    reason: 'unavailable',
    retryAfter: 5,
    zh: '数据库暂时不接受写入，请稍后再试',
    en: 'The database takes no writes: try again later',
  },
  pending: { reason: 'throttled', retryAfter: 2, zh: '待写入数据过多，请稍后再试', en: 'Too much waits to be stored: try again later' },
  lag: { reason: 'throttled', retryAfter: 2, zh: '服务器负载过高，请稍后再试', en: 'The server is overloaded: try again later' },
  memory: { reason: 'throttled', retryAfter: 5, zh: '服务器内存紧张，请稍后再试', en: 'The server is short of memory: try again later' },
  requests: { reason: 'throttled', retryAfter: 1, zh: '同时请求过多，请稍后再试', en: 'Too many requests at once: try again later' },
}

export function createOverload(options: {
  readonly settings: OverloadSettings
  readonly runtime: Pick<Runtime, 'metrics'>
  /** Resolves when the database answers. */
  readonly probe: () => Promise<unknown>
  readonly log: { warn(detail: object, message: string): void }
  readonly now?: () => number
}): Overload {
  const { settings, runtime, probe, log } = options
  const now = options.now ?? Date.now
  const delays = monitorEventLoopDelay({ resolution: 20 })
  delays.enable()
  const shed: Partial<Record<OverloadReason, number>> = {}
  let reasons: readonly OverloadReason[] = []
  let since: number | null = null
  let underWay = 0
  let late = 0
  let lagging = false
  /** First question that the database has not answered; null = it answers. */
  let askedAt: number | null = null
  let asking = false
  let commits = -1
  let stuckMs = 0
  let refusedUntil = 0

  const ask = (): void => {
    askedAt ??= performance.now()
    if (asking) return
    asking = true
    void (async () => {
      try {
        await probe()
        askedAt = null
      } catch {
        // Refused is as good as silent: the time counts from the first question without an answer.
      } finally {
        asking = false
      }
    })()
  }

  const look = (): void => {
    const at = performance.now()
    ask()
    const silent = askedAt !== null && at - askedAt >= settings.awayMs
    const metrics = runtime.metrics()
    stuckMs = metrics.commits !== commits || metrics.pending === 0 ? 0 : stuckMs + SECOND
    commits = metrics.commits
    late = delays.mean / 1e6 > settings.lagMs ? Math.min(SUSTAINED, late + 1) : Math.max(0, late - 1)
    if (late === SUSTAINED) lagging = true
    else if (late === 0) lagging = false
    delays.reset()
    const { used_heap_size: used, heap_size_limit: most } = getHeapStatistics()
    const found: OverloadReason[] = []
    if (silent) found.push('database')
    else if (stuckMs >= settings.awayMs || at < refusedUntil) found.push('commits')
    if (metrics.pendingBytes >= settings.pendingBytes) found.push('pending')
    if (lagging) found.push('lag')
    if (used > most * settings.heapShare) found.push('memory')
    if (underWay >= settings.requests) found.push('requests')
    set(found)
  }
  const set = (found: readonly OverloadReason[]): void => {
    if (found.join() !== reasons.join())
      log.warn({ reasons: found, before: reasons }, found.length > 0 ? 'work is shed' : 'work is taken again')
    reasons = found
    since = found.length === 0 ? null : (since ?? now())
  }
  const timer = setInterval(look, SECOND)

  return {
    shed,
    state: () => ({ reasons, since }),
    refusal(method, path) {
      if (always.test(path)) return undefined
      const reading = method === 'GET' || method === 'HEAD'
      const against = reasons.find((reason) => {
        // Without the database nobody can even be recognised.
        if (reason === 'database') return true
        if (reason === 'requests') return false
        if (reason === 'commits') return !reading && !session.test(path)
        return !session.test(path) && (!reading || path.endsWith('/export'))
      })
      const reason = underWay >= settings.requests ? 'requests' : against
      if (reason === undefined) return undefined
      shed[reason] = (shed[reason] ?? 0) + 1
      const { zh, en, retryAfter, reason: refusal } = words[reason]
      return { reason: refusal, options: { code: `overload.${reason}`, message: { zh, en }, detail: { reasons }, retryAfter } }
    },
    enter() {
      underWay++
      return () => {
        underWay--
      }
    },
    refused() {
      refusedUntil = performance.now() + REMEMBERED
      if (!reasons.includes('database') && !reasons.includes('commits')) set(['commits', ...reasons])
    },
    close() {
      clearInterval(timer)
      delays.disable()
    },
  }
}
