import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { runSynthetic, syntheticFleet } from '../fleet/synthetic.ts'
import { play } from '../replay/player.ts'
import { readRecording } from '../replay/recording.ts'
import { putStations, signIn } from '../rest.ts'
import { bounds, MAX_FAILED, operatorMix, pathOf, stepFor, THINK_S } from './index.ts'
import { type Transport, visit } from './watch.ts'

export interface Load {
  readonly base: string
  readonly mqtt: string
  readonly seconds: number
  readonly vus: number
  readonly master: string | null
  /** File of a recording; null: none is at hand. */
  readonly recording: string | null
}
/** What was measured, by name, and what it broke. */
export interface Outcome {
  readonly measured: Readonly<Record<string, number>>
  readonly broken: readonly string[]
}

/** Latencies and failures by kind. */
class Meter {
  readonly #times = new Map<string, number[]>()
  requests = 0
  failed = 0

  async time(kind: string, work: () => Promise<boolean>): Promise<void> {
    const began = performance.now()
    const ok = await work().catch(() => false)
    this.take(kind, performance.now() - began, ok)
  }
  take(kind: string, ms: number, ok: boolean): void {
    this.requests++
    if (!ok) this.failed++
    const times = this.#times.get(kind)
    if (times) times.push(ms)
    else this.#times.set(kind, [ms])
  }
  outcome(): Outcome {
    const measured: Record<string, number> = { requests: this.requests, failed: this.failed }
    const broken: string[] = []
    for (const [kind, times] of this.#times) {
      const p95 = Math.round(times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0)
      measured[`${kind}_p95_ms`] = p95
      const bound = bounds[kind as keyof typeof bounds]
      if (p95 > bound) broken.push(`${kind} p95 ${p95} ms > ${bound} ms`)
    }
    if (this.failed > this.requests * MAX_FAILED) broken.push(`${this.failed} of ${this.requests} requests failed`)
    return { measured, broken }
  }
}

/** Calls `work` again and again in as many people as asked for, until the time is over. */
async function people({ vus, seconds }: Load, work: () => Promise<void>): Promise<void> {
  const end = performance.now() + seconds * 1000
  const person = async (): Promise<void> => {
    while (performance.now() < end) await work()
  }
  await Promise.all(Array.from({ length: vus }, person))
}

/** Length of a visit, s. */
const STAY_S = 10

async function viewers(load: Load, transport: Transport): Promise<Outcome> {
  const token = await signIn(load.base)
  const answer = await fetch(`${load.base}/api/stations`, { headers: { authorization: `Bearer ${token}` } })
  const { stations } = (await answer.json()) as { stations: { id: string }[] }
  const meter = new Meter()
  let frames = 0
  let turn = 0
  await people(load, async () => {
    const station = stations[turn++ % stations.length]?.id ?? ''
    const seen = await visit(transport, load.base, token, station, Math.min(STAY_S, load.seconds))
    frames += seen.frames
    meter.take('operation', seen.firstMs ?? 0, seen.firstMs !== null && !seen.cut)
  })
  const { measured, broken } = meter.outcome()
  return { measured: { ...measured, frames }, broken }
}

/** The same scenarios as in `loadtest/k6`, made by Node: no figures of k6, but the same profile and the same bounds. */
export const scenarios: Readonly<Record<string, (load: Load) => Promise<Outcome>>> = {
  async http(load) {
    const meter = new Meter()
    const headers = { authorization: `Bearer ${await signIn(load.base)}` }
    const { stations } = (await (await fetch(`${load.base}/api/stations`, { headers })).json()) as { stations: { id: string }[] }
    await people(load, async () => {
      const step = stepFor(operatorMix, Math.random())
      const station = stations[Math.floor(Math.random() * stations.length)]?.id ?? ''
      await meter.time(step.kind, async () => {
        const answer = await fetch(`${load.base}${pathOf(step, station, Date.now())}`, { headers })
        await answer.arrayBuffer()
        return answer.status === 200
      })
      await delay(1000 * (THINK_S[0] + Math.random() * (THINK_S[1] - THINK_S[0])))
    })
    return meter.outcome()
  },
  async 'sign-in'(load) {
    const meter = new Meter()
    await people(load, () => meter.time('signIn', async () => (await signIn(load.base)).length > 0))
    return meter.outcome()
  },
  ws: (load) => viewers(load, 'ws'),
  socketio: (load) => viewers(load, 'socketio'),
  async mqtt({ base, mqtt, seconds, vus, master }) {
    const stations = syntheticFleet(vus)
    await putStations(base, stations)
    const { sent, acknowledged, perSecond, p50, p99 } = await runSynthetic({
      url: mqtt,
      stations,
      master,
      rate: vus,
      connections: Math.min(vus, 500),
      seconds,
      signal: new AbortController().signal,
    })
    const broken = acknowledged < sent ? [`${sent - acknowledged} messages were not acknowledged`] : []
    return { measured: { sent, acknowledged, perSecond, p50_ms: p50, p99_ms: p99 }, broken }
  },
  /** A recording with its own times, as fast as it is acknowledged. */
  async replay({ base, mqtt, seconds, master, recording }) {
    if (recording === null) throw new Error('no recording: --recording FILE')
    const { station, tracks } = readRecording(await readFile(recording, 'utf8'))
    await putStations(base, [station])
    const total = tracks.reduce((sum, { rows }) => sum + rows.length, 0)
    const began = performance.now()
    const signal = AbortSignal.timeout(seconds * 1000)
    const source = basename(recording)
    const acknowledged = await play({ url: mqtt, station, tracks, source, speed: 'max', master, signal })
    const took = (performance.now() - began) / 1000
    const broken = acknowledged < total && !signal.aborted ? [`${total - acknowledged} samples were not acknowledged`] : []
    return { measured: { samples: total, acknowledged, perSecond: Math.round(acknowledged / took) }, broken }
  },
}
