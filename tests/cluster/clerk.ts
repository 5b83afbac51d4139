import type { StationConfig } from '../../models/src/stations/index.ts'
import { until } from '../../scripts/cluster-lab.ts'
import type { Sql } from '../../twin-server/src/store/connection.ts'
import type { Lab } from './lab.ts'

interface Repair {
  readonly id: string
  readonly version: number
  readonly state: string
}

/**
 * A person who opens and closes repairs through any node. Each holds its device, and lets it go, by the outbox: what is filed and what lives
 * have to agree in the end, and no message may have acted twice.
 */
export class Clerk {
  readonly #devices: readonly { readonly station: string; readonly device: string }[]
  #stopped = false
  #working: Promise<void> | undefined
  /** Steps that a node confirmed. */
  done = 0

  constructor(stations: readonly StationConfig[]) {
    this.#devices = stations.flatMap(({ id: station, devices }) =>
      devices
        .filter(({ kind }) => kind === 'tank')
        .slice(0, 1)
        .map(({ id }) => ({ station, device: id })),
    )
  }

  start(lab: Lab, everyMs: number): void {
    this.#stopped = false
    this.#working = this.#work(lab, everyMs)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#working
  }

  async #work(lab: Lab, everyMs: number): Promise<void> {
    for (let n = 0; !this.#stopped; n++) {
      // Through which node is chance: whoever lives at that moment. What fails is looked at again in the next round.
      await this.#step(lab, n).then(
        () => this.done++,
        () => undefined,
      )
      await new Promise((resolve) => setTimeout(resolve, everyMs))
    }
  }

  /** One step further with the repair of one device: filed, begun, finished. */
  async #step(lab: Lab, n: number): Promise<void> {
    const place = this.#devices[n % this.#devices.length]
    const alive = lab.nodes.filter(({ process }) => process.alive)
    const node = alive[Math.floor(n / this.#devices.length) % alive.length]
    if (!place || !node) throw new Error('nobody to ask')
    const call = await lab.caller(node)
    const ok = async (method: string, path: string, body?: unknown): Promise<unknown> => {
      const answer = await call(method, `/api/records/repair${path}`, body, 5000)
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`)
      return answer.body
    }
    const { rows } = (await ok('GET', `?device=${place.device}&state=requested,inProgress&size=1`)) as { rows: readonly Repair[] }
    const [row] = rows
    if (!row) await ok('POST', '', { ...place, fault: 'lab', urgency: 'normal' })
    else if (row.state === 'requested') await ok('POST', `/${row.id}/start`, { version: row.version, input: {} })
    else await ok('POST', `/${row.id}/finish`, { version: row.version, input: { cause: 'lab', labourHours: 1, labourCost: 100 } })
  }

  /** (6) Messages of the outbox that were not delivered, and devices on which they had another effect than their documents say, once. */
  async verify(sql: Sql): Promise<{ readonly undelivered: number; readonly unlike: number }> {
    const waiting = async (): Promise<number> =>
      (await sql<{ n: number }[]>`select count(*)::int as n from record_outbox where done_at is null`)[0]?.n ?? -1
    await until('the outbox is empty', async () => (await waiting()) === 0, 20).catch(() => undefined)
    const facts = await sql<{ document: string; device: string; on: boolean }[]>`
      select body->>'document' as document, actor as device, (body->>'on')::boolean as on from journal
      where kind = 'device.held' and body->>'kind' = 'repair' order by shard, seq`
    const held = Map.groupBy(facts, ({ document }) => document)
    const repairs = await sql<{ document: string; state: string; began: boolean }[]>`
      select document, state, started_at is not null as began from repair`
    const known = new Set(repairs.map(({ document }) => document))
    const odd = repairs.filter(({ document, state }) => {
      const said = (held.get(document) ?? []).map(({ on }) => on)
      const alternates = said.every((on, i) => on === (i % 2 === 0))
      return !alternates || (said.at(-1) ?? false) !== (state === 'inProgress')
    })
    const strays = [...held.keys()].filter((document) => !known.has(document))
    return { undelivered: await waiting(), unlike: odd.length + strays.length }
  }
}
