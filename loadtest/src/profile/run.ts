import { setTimeout as delay } from 'node:timers/promises'
import { openViewers } from '../bench/viewers.ts'
import { runSynthetic, syntheticFleet } from '../fleet/synthetic.ts'
import { putStations, signIn } from '../rest.ts'
import { bounds, MAX_FAILED, operatorMix, stepFor, THINK_S } from './index.ts'

export interface Load {
  readonly base: string
  readonly mqtt: string
  readonly seconds: number
  readonly vus: number
  readonly master: string | null
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
    this.requests++
    if (!ok) this.failed++
    this.#times.set(kind, [...(this.#times.get(kind) ?? []), performance.now() - began])
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

/** The same scenarios as in `loadtest/k6`, made by Node: no figures of k6, but the same profile and the same bounds. */
export const scenarios: Readonly<Record<string, (load: Load) => Promise<Outcome>>> = {
  async http(load) {
    const meter = new Meter()
    const headers = { authorization: `Bearer ${await signIn(load.base)}` }
    const { stations } = (await (await fetch(`${load.base}/api/stations`, { headers })).json()) as { stations: { id: string }[] }
    await people(load, async () => {
      const { kind, path } = stepFor(operatorMix, Math.random())
      const station = stations[Math.floor(Math.random() * stations.length)]?.id ?? ''
      await meter.time(kind, async () => {
        const answer = await fetch(`${load.base}${path.replace(':station', station)}`, { headers })
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
  async ws(load) {
    const token = await signIn(load.base)
    const answer = await fetch(`${load.base}/api/stations`, { headers: { authorization: `Bearer ${token}` } })
    const { stations } = (await answer.json()) as { stations: { id: string }[] }
    const watched = Array.from({ length: load.vus }, (_, i) => stations[i % stations.length]?.id ?? '')
    const viewers = await openViewers(load.base.replace('http', 'ws'), watched, token)
    await delay(load.seconds * 1000)
    const frames = viewers.frames()
    viewers.close()
    return { measured: { viewers: load.vus, frames }, broken: frames === 0 ? ['no frame arrived'] : [] }
  },
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
}
