import type { Runtime } from '@twin/actors/runtime'
import type { FleetView, OpenAlarm, Patch, StationSummary, StationView } from '@twin/models/live'
import { OpenAlarms } from './open-alarms.ts'
import type { TopicStream } from './topic-stream.ts'

export type FleetRuntime = Pick<Runtime, 'snapshot' | 'stations' | 'station' | 'summary'>

const MAX_ALARMS = 200
/** Every so many ticks all stations are looked at: some values age without a commit. */
const SWEEP_TICKS = 10

interface Scope {
  readonly stream: TopicStream
  /** null = all. */
  readonly stations: ReadonlySet<string> | null
  view: FleetView
}

/** Summaries and open alarms of all stations, told once a second to each scope what changed in it. Works only while somebody looks. */
export class FleetFeed {
  readonly #runtime: FleetRuntime
  readonly #scopes = new Map<string, Scope>()
  readonly #alarms = new Map<string, OpenAlarms>()
  readonly #summaries = new Map<string, StationSummary>()
  readonly #touched = new Set<string>()
  #alarmsChanged = false
  #loading = 0
  /** Answers to questions of an earlier life are not ours. */
  #life = 0
  #tick = 0

  constructor(runtime: FleetRuntime) {
    this.#runtime = runtime
  }

  get idle(): boolean {
    return this.#scopes.size === 0
  }
  streams(): TopicStream[] {
    return [...this.#scopes.values()].map(({ stream }) => stream)
  }

  scope(key: string, stations: ReadonlySet<string> | null, makeStream: () => TopicStream): TopicStream {
    let scope = this.#scopes.get(key)
    if (!scope) {
      scope = { stream: makeStream(), stations, view: { stations: {}, alarms: [] } }
      this.#scopes.set(key, scope)
    }
    return scope.stream
  }

  /** Forgets scopes nobody looks at, and everything with the last of them. */
  drop(stream: TopicStream): void {
    for (const [key, scope] of this.#scopes) if (scope.stream === stream) this.#scopes.delete(key)
    if (!this.idle) return
    this.#alarms.clear()
    this.#summaries.clear()
    this.#touched.clear()
    this.#loading = 0
    this.#life++
  }

  touch(station: string): void {
    if (!this.idle) this.#touched.add(station)
  }
  patch(station: string, patches: readonly Patch[]): void {
    if (this.idle) return
    this.#touched.add(station)
    if (this.#alarms.get(station)?.apply(patches)) this.#alarmsChanged = true
  }
  /** The station's devices changed: its alarms are read anew. */
  reload(station: string): void {
    this.#alarms.delete(station)
    this.touch(station)
    this.#alarmsChanged = true
  }

  /** New alarms at once, before their commit, on top of what is confirmed. */
  provisional(station: string, patches: readonly Patch[], epoch: number): void {
    const fresh = this.#alarms.get(station)?.preview(patches) ?? []
    if (fresh.length === 0) return
    for (const { stream, stations, view } of this.#scopes.values())
      if (stations === null || stations.has(station))
        stream.provisional(epoch, [{ op: 'replace', path: ['alarms'], value: [...fresh, ...view.alarms].slice(0, MAX_ALARMS) }])
  }

  get awaited(): boolean {
    for (const { stream } of this.#scopes.values()) if (stream.waiting.size > 0) return true
    return false
  }

  /** Once a second, and when somebody waits: brings all scopes up to date. */
  update(epoch: number): void {
    if (this.idle) return
    const configs = this.#runtime.stations()
    this.#load(configs.map(({ id }) => id))
    // The first snapshot waits until all alarms are known; the next tick is soon.
    if (this.#loading > 0) return
    const sweep = this.#tick++ % SWEEP_TICKS === 0
    for (const { id } of configs) if (sweep || this.#touched.has(id) || !this.#summaries.has(id)) this.#summarise(id)
    if (this.#summaries.size > configs.length) this.#forgetGone(new Set(configs.map(({ id }) => id)))
    this.#touched.clear()
    const alarmsChanged = this.#alarmsChanged
    this.#alarmsChanged = false
    for (const scope of this.#scopes.values()) this.#tell(scope, alarmsChanged || scope.stream.waiting.size > 0, epoch)
  }

  #load(ids: readonly string[]): void {
    const life = this.#life
    for (const id of ids) {
      if (this.#alarms.has(id)) continue
      // A place holder, so that commits between asking and answer are not lost: the answer has them.
      this.#alarms.set(id, new OpenAlarms(emptyView(id)))
      this.#loading++
      this.#runtime.snapshot(id, (view) => {
        if (life !== this.#life) return
        this.#loading--
        if (!view) return
        this.#alarms.set(id, new OpenAlarms(view))
        this.#alarmsChanged = true
      })
    }
  }

  #summarise(id: string): void {
    const summary = this.#runtime.summary(id)
    if (summary) this.#summaries.set(id, rounded(summary))
    else this.#summaries.delete(id)
  }

  #forgetGone(there: ReadonlySet<string>): void {
    for (const id of this.#summaries.keys()) if (!there.has(id)) this.#summaries.delete(id)
    for (const id of this.#alarms.keys()) if (!there.has(id)) this.#alarms.delete(id)
    this.#alarmsChanged = true
  }

  #tell(scope: Scope, alarmsToo: boolean, epoch: number): void {
    const { stream, stations: limit } = scope
    const inScope = (id: string): boolean => limit === null || limit.has(id)
    const patches: Patch[] = []
    const stations: Record<string, StationSummary> = {}
    for (const [id, summary] of this.#summaries) {
      if (!inScope(id)) continue
      stations[id] = summary
      const held = scope.view.stations[id]
      if (held !== summary) patches.push(...summaryPatches(id, held, summary))
    }
    for (const id of Object.keys(scope.view.stations)) if (!(id in stations)) patches.push({ op: 'remove', path: ['stations', id] })
    let { alarms } = scope.view
    if (alarmsToo) {
      const latest = this.#latest(inScope)
      if (JSON.stringify(latest) !== JSON.stringify(alarms)) {
        alarms = latest
        patches.push({ op: 'replace', path: ['alarms'], value: latest })
      }
    }
    scope.view = { stations, alarms }
    if (patches.length > 0) stream.frame(epoch, { o: patches })
    stream.snapshot(epoch, scope.view)
  }

  #latest(inScope: (id: string) => boolean): readonly OpenAlarm[] {
    const all: OpenAlarm[] = []
    for (const [id, { list }] of this.#alarms) if (inScope(id)) all.push(...list)
    return all.toSorted((a, b) => b.raisedAt - a.raisedAt).slice(0, MAX_ALARMS)
  }
}

/** Digits nobody reads would make every summary a new one every second. */
function rounded(summary: StationSummary): StationSummary {
  const round = (value: number | null, digits: number): number | null =>
    value === null ? null : Math.round(value * 10 ** digits) / 10 ** digits
  return {
    ...summary,
    pressure: round(summary.pressure, 2),
    flow: round(summary.flow, 1),
    power: round(summary.power, 1),
    specificEnergy: round(summary.specificEnergy, 4),
  }
}

function summaryPatches(id: string, held: StationSummary | undefined, next: StationSummary): Patch[] {
  if (!held) return [{ op: 'add', path: ['stations', id], value: next }]
  return Object.entries(next)
    .filter(([field, value]) => !same(held[field as keyof StationSummary], value))
    .map(([field, value]) => ({ op: 'replace', path: ['stations', id, field], value: value as unknown }))
}
const same = (a: unknown, b: unknown): boolean => a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b))

const emptyView = (id: string): Pick<StationView, 'id' | 'order' | 'kinds' | 'devices'> => ({ id, order: [], kinds: [], devices: {} })
