import { type Load, openLoad, signIn, syntheticFleet } from '@twin/loadtest/bench'
import { shardOf } from '@twin/actors/runtime'
import type { StationConfig } from '@twin/models/stations'
import { until } from '../cluster-lab.ts'
import { ClusterWorld, type Node, type Used } from './cluster-world.ts'
import { median, type Row, step } from './report.ts'

export interface ClusterBenchOptions {
  readonly devices: number
  /** Messages a second at which the cost of a message is taken. */
  readonly rate: number
  /** Rates tried one after the other until one is no longer taken. */
  readonly ladder: readonly number[]
  readonly seconds: number
  readonly warmup: number
  readonly rounds: number
  readonly env: NodeJS.ProcessEnv
}

/** What is held up this long after the load is not steady, s of the rate. */
const SLACK_S = 0.3
const RUNG_S = 8

interface Target {
  readonly name: string
  readonly world: ClusterWorld
  readonly load: Load
  readonly costs: Used[]
  best: number
}

/** Durable ingest by three nodes against one, against one without Redis: all at rest but the one that is loaded, in turn. */
export async function benchClusterIngest(options: ClusterBenchOptions): Promise<Row[]> {
  const stations = syntheticFleet(options.devices)
  const targets: Target[] = []
  try {
    for (const [name, count, redis] of [
      ['one node without Redis', 1, false],
      ['one node of a cluster', 1, true],
      ['three nodes', 3, true],
    ] as const) {
      const world = new ClusterWorld()
      // Kept at once, so that it is stopped even if it does not start.
      const target: Omit<Target, 'load'> = { name, world, costs: [], best: 0 }
      targets.push(target as Target)
      await world.start(count, stations, options.env, redis)
      const load = await openLoad({ url: world.mqtt, stations, master: null, connections: 50, window: 200 })
      Object.assign(target, { load })
      step(`${name}: ready`)
    }
    for (let round = 0; round < options.rounds; round++)
      for (const target of round % 2 === 0 ? targets : targets.toReversed()) {
        // Each node has its own compilers to warm up, on its share of the load.
        await target.load.run(options.rate, options.warmup * (round === 0 ? target.world.nodes.length : 1))
        const { cost, perSecond, steady } = await run(target, options.rate, options.seconds)
        step(`${target.name}: ${JSON.stringify({ perSecond, steady, ...rounded(cost) })}`)
        target.costs.push(cost)
      }
    let climbing = [...targets]
    for (const rate of options.ladder) {
      const next: Target[] = []
      for (const target of climbing) {
        await target.load.run(rate, 3)
        const { perSecond, steady } = await run(target, rate, RUNG_S)
        step(`${target.name} at ${rate}/s: ${perSecond}/s ${steady ? 'steady' : 'backlog grows'}`)
        if (steady) {
          target.best = perSecond
          next.push(target)
        } else await caughtUp(target)
      }
      climbing = next
    }
    return rows(options, targets)
  } finally {
    await Promise.all(targets.map(({ load }) => load?.close().catch(() => undefined)))
    for (const { world } of targets) await world.stop()
  }
}

/** One rate for so long: what was made durable a second, CPU seconds a message, and whether all of it was taken. */
async function run(
  { world, load }: Target,
  rate: number,
  seconds: number,
): Promise<{ readonly cost: Used; readonly perSecond: number; readonly steady: boolean }> {
  const [before, first] = [world.used(), await world.taken()]
  const { sent, seconds: took } = await load.run(rate, seconds)
  const [after, last] = [world.used(), await world.taken()]
  const messages = Math.max(1, last - first)
  const of = (part: keyof Used): number => (after[part] - before[part]) / messages
  const cost = { servers: of('servers'), database: of('database'), broker: of('broker'), redis: of('redis') }
  const steady = sent - messages <= rate * SLACK_S && sent >= rate * took * 0.97
  return { cost, perSecond: Math.round(messages / took), steady }
}

/** What a rate too high has left behind is taken before anything else is measured. */
async function caughtUp({ world }: Target): Promise<void> {
  let last = -1
  await until(
    'the backlog is taken',
    async () => {
      const now = await world.taken()
      const still = now === last
      last = now
      await new Promise((resolve) => setTimeout(resolve, 500))
      return still
    },
    60,
  )
}

const total = ({ servers, database }: Used): number => servers + database
const rounded = ({ servers, database, broker, redis }: Used): Record<string, number> =>
  Object.fromEntries(Object.entries({ servers, database, broker, redis }).map(([name, value]) => [name, Math.round(value * 1e6)]))

function rows(options: ClusterBenchOptions, [single, one, three]: readonly Target[]): Row[] {
  if (!single || !one || !three) return []
  const cost = (target: Target, of: (used: Used) => number = total): number => median(target.costs.map(of)) * 1e6
  const parts = (target: Target): string =>
    `servers ${cost(target, ({ servers }) => servers).toFixed(0)}, database ${cost(target, ({ database }) => database).toFixed(0)}, broker ${cost(target, ({ broker }) => broker).toFixed(0)}, Redis ${cost(target, ({ redis }) => redis).toFixed(0)}`
  // Throughput where processors are the limit is what is left of them for a message.
  const share = cost(one) / cost(three)
  const name = `${options.devices} devices, ${options.rate}/s for ${options.seconds} s, ${options.rounds} rounds`
  return [
    {
      what: `three nodes on one machine: CPU per message of servers and database, ${name}`,
      figure: `${cost(three).toFixed(0)} µs (${parts(three)})`,
      baseline: `one node of a cluster ${cost(one).toFixed(0)} µs (${parts(one)})`,
      ratio: share.toFixed(2),
      // Nodes that idle have their price too: what counts is what they take at their limit, below.
      target: '',
      met: null,
    },
    {
      what: `one node of a cluster: the same, ${name}`,
      figure: `${cost(one).toFixed(0)} µs`,
      baseline: `without Redis ${cost(single).toFixed(0)} µs (${parts(single)})`,
      ratio: (cost(single) / cost(one)).toFixed(2),
      target: '',
      met: null,
    },
    ...(options.ladder.length === 0 ? [] : [highest(options, single, one, three)]),
  ]
}

function highest({ ladder }: ClusterBenchOptions, single: Target, one: Target, three: Target): Row {
  return {
    what: `three nodes on one machine: highest of ${ladder.join(', ')} msg/s taken for ${RUNG_S} s, backlog steady`,
    figure: `${three.best} msg/s`,
    baseline: `one node ${one.best}, without Redis ${single.best} msg/s`,
    ratio: one.best > 0 ? (three.best / one.best).toFixed(2) : '',
    target: '≥ 0.75 of the throughput of one',
    met: one.best > 0 && three.best >= 0.75 * one.best,
  }
}

export interface MovesOptions {
  readonly stations: number
  readonly rate: number
  readonly rounds: number
  readonly env: NodeJS.ProcessEnv
}

/** Under load: kill -9 of a node until all of its stations are served elsewhere, and a drain as the devices see it. */
export async function benchClusterMoves(options: MovesOptions): Promise<Row[]> {
  // Ten devices a station, eight of which send.
  const stations = syntheticFleet(options.stations * 10)
  const world = new ClusterWorld()
  try {
    await world.start(3, stations, options.env)
    const load = await openLoad({ url: world.mqtt, stations, master: null, connections: 50, window: 400 })
    step(`${stations.length} stations on three nodes`)
    const whole = new AbortController()
    const running = (async () => {
      while (!whole.signal.aborted) await load.run(options.rate, 2)
    })()
    try {
      await served(world, stations, 60)
      const drains: Drained[] = []
      for (let round = 0; round < options.rounds; round++) drains.push(await drain(world, stations))
      const killed = await kill(world, stations)
      return [...drainRows(options, drains), killRow(options, killed)]
    } finally {
      whole.abort()
      await running.catch(() => undefined)
      await load.close().catch(() => undefined)
    }
  } finally {
    await world.stop()
  }
}

/** A value sent after `since` (the machine's clock) of each of these stations is on record. */
async function servedSince(world: ClusterWorld, stations: readonly string[], since: number): Promise<number> {
  const [row] = await world.sql<{ n: number }[]>`select count(distinct station)::int as n from sample
    where received > to_timestamp(${since / 1000}::float8) and at > to_timestamp(${since / 1000}::float8) and origin = 0
      and station = any(${[...stations]}::text[])`
  return row?.n ?? 0
}
async function served(world: ClusterWorld, stations: readonly StationConfig[], seconds: number): Promise<void> {
  const since = Date.now()
  const ids = stations.map(({ id }) => id)
  await until('every station is on record', async () => (await servedSince(world, ids, since)) === ids.length, seconds)
}

async function busiest(world: ClusterWorld, stations: readonly StationConfig[]): Promise<readonly [Node, readonly string[]]> {
  const held = await world.stationsOf(shardOf, stations)
  const [first] = world.nodes
    .filter(({ child }) => child.alive)
    .toSorted((a, b) => (held.get(b.url) ?? []).length - (held.get(a.url) ?? []).length)
  if (!first) throw new Error('no node is left')
  return [first, held.get(first.url) ?? []]
}

interface Killed {
  readonly stations: number
  readonly seconds: number
}
async function kill(world: ClusterWorld, stations: readonly StationConfig[]): Promise<Killed> {
  const [victim, orphans] = await busiest(world, stations)
  const since = Date.now()
  victim.child.signal('SIGKILL')
  await until('all of them are served elsewhere', async () => (await servedSince(world, orphans, since)) === orphans.length, 60)
  const seconds = (Date.now() - since) / 1000
  step(`kill -9: ${orphans.length} stations after ${seconds.toFixed(1)} s`)
  return { stations: orphans.length, seconds }
}

interface Drained {
  readonly stations: number
  readonly seconds: number
  /** Longest wait of a message of each station for an owner, ms, ascending; and what they wait when nothing moves. */
  readonly pauses: readonly number[]
  readonly usual: readonly number[]
}

async function drain(world: ClusterWorld, stations: readonly StationConfig[]): Promise<Drained> {
  const [node, held] = await busiest(world, stations)
  const other = world.nodes.find((each) => each !== node)
  if (!other) throw new Error('one node only')
  const ids = [...held]
  const quiet = Date.now()
  await new Promise((resolve) => setTimeout(resolve, 5000))
  const began = Date.now()
  await tell(other, world, node, true)
  const left = async (): Promise<number> => ((await world.stationsOf(shardOf, stations)).get(node.url) ?? []).length
  await until('drained', async () => (await left()) === 0, 120)
  const ended = Date.now()
  await until('all of them are served elsewhere', async () => (await servedSince(world, ids, ended)) === ids.length, 60)
  const result = {
    stations: ids.length,
    seconds: (ended - began) / 1000,
    pauses: await waits(world, ids, began, ended + 2000),
    usual: await waits(world, ids, quiet, began),
  }
  step(
    `drain: ${ids.length} stations in ${result.seconds.toFixed(1)} s, pauses p50 ${at(result.pauses, 0.5)}, p99 ${at(result.pauses, 0.99)}, longest ${at(result.pauses, 1)} ms`,
  )
  await tell(other, world, node, false)
  await world.settled(stations.length)
  return result
}

/** Per station the longest time from sending a message to its being taken by an owner, of those sent in a span. */
async function waits(world: ClusterWorld, stations: readonly string[], from: number, to: number): Promise<number[]> {
  const rows = await world.sql<{ ms: number }[]>`
    select extract(epoch from max(received - at))::float8 * 1000 as ms from sample
    where received > to_timestamp(${from / 1000}::float8) and at between to_timestamp(${from / 1000}::float8) and to_timestamp(${to / 1000}::float8)
      and origin = 0 and station = any(${[...stations]}::text[]) group by station`
  return rows.map(({ ms }) => Math.round(ms)).toSorted((a, b) => a - b)
}

async function tell(through: Node, world: ClusterWorld, node: Node, on: boolean): Promise<void> {
  const [row] = await world.sql<{ inc: string }[]>`select inc from tw_node where addr = ${node.url} order by hb_at desc limit 1`
  const response = await fetch(`${through.url}/api/cluster/nodes/${row?.inc}/drain`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await signIn(through.url)}` },
    body: JSON.stringify({ on }),
  })
  if (!response.ok) throw new Error(`drain: ${response.status} ${await response.text()}`)
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN

function drainRows({ stations, rate }: MovesOptions, drains: readonly Drained[]): Row[] {
  const of = (share: number, which: (drained: Drained) => readonly number[] = ({ pauses }) => pauses): number =>
    median(drains.map((drained) => at(which(drained), share)))
  const usual = (share: number): number => of(share, (drained) => drained.usual)
  const [first] = drains
  return [
    {
      what: `planned drain of a node with ${first?.stations} of ${stations} stations at ${rate} msg/s: longest wait of a message of a station for its owner`,
      figure: `p50 ${of(0.5)}, p99 ${of(0.99)}, longest ${of(1)} ms; all moved after ${median(drains.map(({ seconds }) => seconds)).toFixed(1)} s`,
      baseline: `nothing moves: p50 ${usual(0.5)}, p99 ${usual(0.99)}, longest ${usual(1)} ms`,
      ratio: '',
      target: 'p99 ≤ 1000 ms',
      met: of(0.99) <= 1000,
    },
  ]
}

const killRow = ({ stations, rate }: MovesOptions, killed: Killed): Row => ({
  what: `kill -9 of one of three nodes, ${stations} stations, ${rate} msg/s: its ${killed.stations} stations on record elsewhere`,
  figure: `${killed.seconds.toFixed(1)} s`,
  baseline: '8 s of these are the lease',
  ratio: '',
  target: '≤ 12 s',
  met: killed.seconds <= 12,
})
