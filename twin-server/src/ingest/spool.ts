import { parseTopic } from '@twin/models/wire'
import type { Incoming, Intake } from './intake.ts'
import type { Log } from './log.ts'
import { incomingOf, noteOf } from './spool-drain.ts'
import type { SpoolFiles } from './spool-files.ts'
import { encodeRecord, recordAt, type SpoolRecord } from './spool-record.ts'

/** What becomes of telemetry while Postgres is away: it waits unacknowledged, it goes to the disk of this machine, or it is dropped. */
export type OutagePolicy = 'hold' | 'spool' | 'drop'

export interface SpoolOptions {
  readonly policy: OutagePolicy
  /** Without commits for this long while messages wait for one, Postgres counts as away, ms. */
  readonly awayMs: number
  /** Most bytes on disk. */
  readonly maxBytes: number
  readonly files: SpoolFiles
  readonly intake: Intake
  readonly runtime: { metrics(): { readonly commits: number; readonly pending: number } }
  /** here = this process owns the station; nowhere = nobody does now; else the address of the node that does. */
  readonly place: (station: string) => 'here' | 'nowhere' | { readonly addr: string }
  /** Another node still reaches Postgres: it will have our stations soon, and must not be given their newer telemetry before ours. */
  readonly elsewhere?: () => boolean
  readonly takeHere: (records: readonly SpoolRecord[]) => Promise<boolean>
  /** Gives records to another node; true = durable there. */
  readonly handOn: (addr: string, records: readonly SpoolRecord[]) => Promise<boolean>
  readonly log: Log
  readonly now?: () => number
}

export interface SpoolStatus {
  readonly policy: OutagePolicy
  /** Postgres is away, as far as commits tell. */
  readonly away: boolean
  /** Telemetry goes around the database: it is away, or not everything kept meanwhile is on record yet. */
  readonly active: boolean
  readonly messages: number
  readonly bytes: number
  /** Arrival of the oldest message, epoch ms. */
  readonly oldest: number | null
  /** Messages kept since the start, and those of them that are on record. */
  readonly spooled: number
  readonly drained: number
  readonly dropped: number
  readonly torn: number
  /** No more is taken: the disk refuses, or the limit is reached. null = fine. */
  readonly trouble: string | null
}

/** A way in that goes around the database while that is away. */
export interface Spool extends Intake {
  status(): SpoolStatus
  /** Resolves when nothing is left, or after so many ms. */
  drained(withinMs: number): Promise<void>
  close(): Promise<void>
}

interface Waiting {
  readonly record: Buffer
  readonly received: number
  readonly done: () => void
}
type Refused = Parameters<typeof noteOf>[1]
interface Flying {
  readonly incoming: Incoming
  readonly refused: Refused
  readonly at: number
  /** null = acknowledged before its commit, because a copy is on the disk. */
  done: (() => void) | null
}

const TICK_MS = 250
/** Written at once, bytes. */
const GROUP = 4 * 1024 * 1024
/** Drained at once. */
const BATCH = 512
const BATCH_BYTES = 1024 * 1024
/** With less than this left, what comes waits for the end of the drain instead of going to its tail: so it ends, bytes. */
const NEARLY = 256 * 1024
/** What waits for the disk or the end of the drain; beyond it a sender must come a second time, bytes. */
const MAX_WAITING = 64 * 1024 * 1024
/** A message without any answer for this long is another process's by now, ms. */
const FORGET_MS = 120_000

const isTelemetry = (topic: string): boolean => parseTopic(topic)?.channel !== 'e'

/**
 * Wraps the intake. While commits pass, messages go straight through. When none passed for `awayMs`, telemetry that waits and telemetry that
 * comes is written to files, group by group, and acknowledged when it is on the disk; events go on waiting. When commits pass again the
 * files are taken through the ordinary way, oldest first, and until they are empty newer telemetry goes behind them.
 */
export function createSpool(options: SpoolOptions): Spool {
  const { policy, files, intake, runtime, log } = options
  const now = options.now ?? Date.now
  const flying = new Set<Flying>()
  const state = {
    waiting: [] as Waiting[],
    waitingBytes: 0,
    away: false,
    /** Telemetry does not go straight to the runtime. */
    diverting: files.messages > 0,
    closing: false,
    stopped: false,
  }
  let flushing: Promise<void> | undefined
  let draining: Promise<void> | undefined
  let stuckMs = 0
  let commits = -1
  let trouble: string | null = null
  let retryAt = 0
  const counts = { spooled: 0, drained: 0, dropped: 0 }

  const divert = (incoming: Incoming, refused: Refused, received: number, done: () => void): void => {
    if (policy === 'drop' && state.away) {
      counts.dropped++
      done()
      return
    }
    if (state.waitingBytes + incoming.payload.length > MAX_WAITING) return
    const { topic, payload, from } = incoming
    const record = encodeRecord({ received, topic, note: noteOf(from, refused), payload })
    state.waiting.push({ record, received, done })
    state.waitingBytes += record.length
    flush()
  }

  const flush = (): void => {
    if (policy === 'spool') flushing ??= write().finally(() => (flushing = undefined))
  }
  async function write(): Promise<void> {
    // Those of one turn of the loop go together.
    await new Promise((resolve) => setImmediate(resolve))
    while (state.waiting.length > 0 && !state.closing && !state.stopped && performance.now() >= retryAt) {
      const room = options.maxBytes - files.bytes
      const group: Waiting[] = []
      let bytes = 0
      for (const each of state.waiting) {
        if (bytes + each.record.length > Math.min(room, Math.max(GROUP, each.record.length))) break
        group.push(each)
        bytes += each.record.length
      }
      if (group.length === 0) return complain(`the limit of ${Math.round(options.maxBytes / 2 ** 20)} MB is reached`)
      try {
        await files.append(
          group.map(({ record }) => record),
          group[0]?.received ?? now(),
        )
      } catch (error) {
        return complain(error instanceof Error ? error.message : String(error))
      }
      trouble = null
      counts.spooled += group.length
      state.waiting = state.waiting.slice(group.length)
      state.waitingBytes -= bytes
      for (const { done } of group) done()
    }
  }
  function complain(what: string): void {
    if (trouble !== what) log.warn({ error: what }, 'the telemetry spool takes no more; devices are not acknowledged')
    trouble = what
    retryAt = performance.now() + 1000
  }

  /** What was delivered and not answered by a commit: it may yet be committed, and is kept all the same. */
  const begin = (): void => {
    state.diverting = true
    log.warn({ policy, waiting: flying.size }, 'Postgres is away: telemetry goes around it')
    for (const each of flying) {
      const { done, incoming, refused, at } = each
      if (!done || !isTelemetry(incoming.topic)) continue
      each.done = null
      // Dropped ones have to let those behind them through; they are committed if this process lives until then.
      if (policy === 'drop') done()
      else divert(incoming, refused, at, done)
    }
  }

  const tick = (): void => {
    const metrics = runtime.metrics()
    const moved = metrics.commits !== commits || metrics.pending === 0
    commits = metrics.commits
    // Counted in ticks: after a pause of this process nothing has been seen yet.
    stuckMs = moved ? 0 : stuckMs + TICK_MS
    const was = state.away
    state.away = stuckMs >= options.awayMs && !options.elsewhere?.()
    if (state.away && !was && policy !== 'hold') begin()
    const old = now() - FORGET_MS
    if (!state.away)
      for (const each of flying) {
        if (each.at > old) break
        flying.delete(each)
      }
    if (state.waiting.length > 0) flush()
    if (state.diverting && !state.away)
      draining ??= drain()
        .catch((error: unknown) => log.warn({ error: String(error) }, 'the spool could not be drained yet'))
        .finally(() => {
          state.closing = false
          draining = undefined
        })
  }

  async function drain(): Promise<void> {
    // Those that were on their way when the outage began have their commit before them.
    for (let left = 40; left > 0 && [...flying].some(({ done }) => done === null); left--)
      await new Promise((resolve) => setTimeout(resolve, TICK_MS))
    while (!state.stopped) {
      const [segment] = files.segments
      if (state.away) return
      if (files.bytes < NEARLY) {
        state.closing = true
        await flushing
      }
      if (!segment) {
        if (files.segments.length > 0) continue
        return finish()
      }
      await files.seal(segment)
      const records = await files.read(segment)
      for (let at = 0; at < records.length;) {
        const batch = batchAt(records, at)
        if (!(await through(batch))) return
        at += batch.length
        segment.done += batch.length
        counts.drained += batch.length
      }
      await files.remove(segment)
    }
  }
  function finish(): void {
    state.diverting = false
    const rest = state.waiting
    state.waiting = []
    state.waitingBytes = 0
    for (const { record, done } of rest) {
      const read = recordAt(record, 0)?.record
      if (!read) continue
      const { incoming, note } = incomingOf(read)
      if (note.reason === undefined) take(incoming, done)
      else refuse(incoming, note.reason, note.detail ?? '', done)
    }
    log.info({ ...counts, followed: rest.length }, 'telemetry goes straight to Postgres again')
  }

  /** True when all of it is durable. */
  async function through(batch: readonly SpoolRecord[]): Promise<boolean> {
    const here: SpoolRecord[] = []
    const elsewhere = new Map<string, SpoolRecord[]>()
    for (const record of batch) {
      const place = options.place(parseTopic(record.topic)?.station ?? '')
      if (place === 'nowhere') return false
      if (place === 'here') here.push(record)
      else elsewhere.set(place.addr, [...(elsewhere.get(place.addr) ?? []), record])
    }
    if (here.length > 0 && state.away) return false
    const all = await Promise.all([
      here.length === 0 || options.takeHere(here),
      ...[...elsewhere].map(([addr, records]) => options.handOn(addr, records)),
    ])
    return all.every(Boolean)
  }

  /** `go` gets the callback to answer with. */
  const tracked = (incoming: Incoming, refused: Refused, done: () => void, go: (done: () => void) => void): void => {
    const entry: Flying = { incoming, refused, at: now(), done }
    flying.add(entry)
    go(() => {
      flying.delete(entry)
      entry.done?.()
    })
  }
  const take: Intake['take'] = (incoming, done) => {
    if (state.diverting && isTelemetry(incoming.topic)) return divert(incoming, undefined, now(), done)
    tracked(incoming, undefined, done, (finished) => intake.take(incoming, finished))
  }
  const refuse: Intake['refuse'] = (incoming, reason, detail, done) => {
    const refused = { reason, detail }
    if (state.diverting && isTelemetry(incoming.topic)) return divert(incoming, refused, now(), done)
    tracked(incoming, refused, done, (finished) => intake.refuse(incoming, reason, detail, finished))
  }
  const timer = setInterval(tick, TICK_MS)

  return {
    take,
    refuse,
    late: (incoming, kept, done) => intake.late(incoming, kept, done),
    status: () => ({
      policy,
      away: state.away,
      active: state.diverting,
      messages: files.messages + (state.diverting ? state.waiting.length : 0),
      bytes: files.bytes,
      oldest: files.oldest,
      torn: files.torn,
      trouble,
      ...counts,
    }),
    async drained(withinMs) {
      const until = performance.now() + withinMs
      while (state.diverting && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 50))
    },
    async close() {
      state.stopped = true
      clearInterval(timer)
      await flushing
      await draining
      await files.close()
    },
  }
}

function batchAt(records: readonly SpoolRecord[], from: number): readonly SpoolRecord[] {
  const batch: SpoolRecord[] = []
  let bytes = 0
  for (let at = from; at < records.length && batch.length < BATCH; at++) {
    const record = records[at] as SpoolRecord
    if (batch.length > 0 && bytes + record.payload.length > BATCH_BYTES) break
    batch.push(record)
    bytes += record.payload.length
  }
  return batch
}
