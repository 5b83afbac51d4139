import { openLoad, openViewers, putStations, signIn, syntheticFleet, type LoadResult, type Viewers } from '@twin/loadtest/bench'
import { cpuSeconds, treeSeconds } from './cpu.ts'
import { median, type Row, step } from './report.ts'
import { type BrokerKind, World } from './world.ts'

export interface IngestOptions {
  readonly broker: BrokerKind
  readonly rate: number | 'max'
  readonly seconds: number
  /** The same load before each measurement, so that no compiler of the runtime is measured. */
  readonly warmup: number
  readonly rounds: number
  readonly devices: number
  readonly connections: number
  readonly viewers: number
  /** Messages a second the product has to take. */
  readonly target: number
  /** At least so long for the product, s. */
  readonly atLeast?: number
  /** Messages a second of a second, shorter measurement of how long values take. */
  readonly latencyAt?: number
  readonly env?: NodeJS.ProcessEnv
}

/** Everything is warm by then, and what is asked is a share of messages, not an amount of work. */
const LATENCY_WARMUP_S = 3
const LATENCY_S = 10

interface Measured extends LoadResult {
  /** Messages taken a second: durable ones of the product, seen ones of the straight line. A broker between acknowledges for itself. */
  readonly taken: number
  /** Sent and not taken during the run. */
  readonly grown: number
  /** µs of CPU per message. */
  readonly server: number
  readonly database: number
  readonly broker: number
  readonly viewerP50: number
  readonly viewerP99: number
}

interface Target {
  /** Messages taken since start. */
  taken(): Promise<number>
  readonly pid: number
  readonly postgresPid: number
  readonly brokerPid: number | null
}

/** Durable ingest of 15-value messages, QoS 1, against the straight-line program in turn: the same load, the same viewers. */
export async function benchIngest(options: IngestOptions): Promise<Row[]> {
  const world = new World()
  try {
    const product = await world.product(options.broker, options.env)
    const straight = await world.straightLine()
    const stations = syntheticFleet(options.devices)
    await putStations(product.http, stations)
    const token = await signIn(product.http)
    const watched = stations.slice(0, options.viewers).map(({ id }) => id)
    const common = { stations, connections: options.connections, window: Math.max(10, Math.ceil(2000 / options.connections)) }
    step(`${options.broker}: ${stations.length} stations are known, devices connect`)
    const ours = await openLoad({ ...common, url: product.mqtt, master: options.broker === 'embedded' ? product.master : null })
    const theirs = await openLoad({ ...common, url: straight.mqtt, master: null })
    const round = async (how: Pick<IngestOptions, 'rate' | 'seconds' | 'warmup' | 'atLeast'>): Promise<[Measured, Measured]> => {
      const viewersA = await openViewers(product.ws, watched, token)
      const target = { ...pidsOf(product), taken: () => durable(product.http) }
      const a = await measure(ours, viewersA, target, { ...how, seconds: Math.max(how.seconds, how.atLeast ?? 0) })
      viewersA.close()
      step(JSON.stringify({ target: 'product', ...a }))
      const viewersB = await openViewers(straight.ws, watched, null)
      const b = await measure(theirs, viewersB, { ...pidsOf(straight), taken: () => seen(straight.http) }, how)
      viewersB.close()
      step(JSON.stringify({ target: 'straight line', ...b }))
      return [a, b]
    }
    const measured: [Measured, Measured][] = []
    for (let n = 0; n < options.rounds; n++) measured.push(await round(options))
    const all = rows(
      options,
      measured.map(([a]) => a),
      measured.map(([, b]) => b),
    )
    if (options.latencyAt !== undefined) {
      const how = { ...options, rate: Math.round(options.latencyAt), warmup: LATENCY_WARMUP_S, seconds: LATENCY_S, atLeast: 0 }
      const [a, b] = await round(how)
      all.push(...rows(how, [a], [b]).filter(({ what }) => what.startsWith('publish')))
    }
    await ours.close()
    await theirs.close()
    return all
  } finally {
    await world.stop()
  }
}

export async function measure(
  load: { run(rate: number | 'max', seconds: number): Promise<LoadResult> },
  viewers: Viewers,
  target: Target,
  { rate, seconds, warmup }: Pick<IngestOptions, 'rate' | 'seconds' | 'warmup'>,
): Promise<Measured> {
  if (warmup > 0) await load.run(rate, warmup)
  viewers.latency()
  const used = (): [number, number, number] => [
    cpuSeconds(target.pid),
    treeSeconds(target.postgresPid),
    target.brokerPid === null ? 0 : cpuSeconds(target.brokerPid),
  ]
  const [before, first] = [used(), await target.taken()]
  const result = await load.run(rate, seconds)
  const [after, last] = [used(), await target.taken()]
  const messages = Math.max(1, last - first)
  const [server = 0, database = 0, broker = 0] = after.map((value, i) => Math.round(((value - (before[i] ?? 0)) * 1e6) / messages))
  const { p50, p99 } = viewers.latency()
  const taken = Math.round(messages / result.seconds)
  return { ...result, taken, grown: result.sent - (last - first), server, database, broker, viewerP50: p50, viewerP99: p99 }
}

const pidsOf = ({ pid, postgresPid, brokerPid }: Omit<Target, 'taken'>): Omit<Target, 'taken'> => ({ pid, postgresPid, brokerPid })

/** Telemetry of the product that is committed. */
export async function durable(http: string): Promise<number> {
  const text = await (await fetch(`${http}/metrics`)).text()
  const of = (name: RegExp): number => Number(name.exec(text)?.[1] ?? 0)
  return of(/^twin_runtime_inputs\{outcome="accepted"\} (\d+)/m) - of(/^twin_runtime_pending (\d+)/m)
}

/** Messages the straight-line program has taken so far. */
async function seen(http: string): Promise<number> {
  return ((await (await fetch(http)).json()) as { messages: number }).messages
}

function rows(options: IngestOptions, a: readonly Measured[], b: readonly Measured[]): Row[] {
  const of = (runs: readonly Measured[], field: 'taken' | 'server' | 'database' | 'broker' | 'p50' | 'p99' | 'viewerP50' | 'viewerP99') =>
    median(runs.map((run) => run[field]))
  const asked = options.rate === 'max' ? 'as fast as acknowledged' : `at ${options.rate}/s`
  const name = `${options.broker}, ${options.connections} connections, ${asked}, ${Math.max(options.seconds, options.atLeast ?? 0)} s`
  const rate = of(a, 'taken')
  const grown = Math.max(...a.map((run) => run.grown))
  const ratio = of(a, 'server') / of(b, 'server')
  return [
    {
      what: `durable ingest, ${name}`,
      figure: `${rate} msg/s (${rate * 15} values/s), backlog ${grown <= rate / 10 ? 'steady' : `grew by ${grown}`}`,
      baseline: `${of(b, 'taken')} msg/s, not durable`,
      ratio: (rate / of(b, 'taken')).toFixed(2),
      target: `≥ ${options.target} msg/s`,
      met: rate >= options.target && grown <= rate / 10,
    },
    {
      what: `server CPU per message, ${name}`,
      figure: `${of(a, 'server')} µs (database ${of(a, 'database')}, broker ${of(a, 'broker')})`,
      baseline: `${of(b, 'server')} µs (database ${of(b, 'database')}, broker ${of(b, 'broker')})`,
      ratio: ratio.toFixed(2),
      target: '≤ 1.6',
      met: ratio <= 1.6,
    },
    {
      what: `publish → PUBACK ${options.broker === 'embedded' ? 'after the commit' : 'of the broker'}, ${name}`,
      figure: `p50 ${of(a, 'p50')} / p99 ${of(a, 'p99')} ms`,
      baseline: `${of(b, 'p50')} / ${of(b, 'p99')} ms of its broker, before anything is stored`,
      ratio: '',
      target: '',
      met: null,
    },
    {
      what: `publish → frame at ${options.viewers} viewers, ${name}`,
      figure: `p50 ${of(a, 'viewerP50')} / p99 ${of(a, 'viewerP99')} ms`,
      baseline: `p50 ${of(b, 'viewerP50')} / p99 ${of(b, 'viewerP99')} ms (its tick is 50 ms, ours 100)`,
      ratio: (of(a, 'viewerP99') / of(b, 'viewerP99')).toFixed(2),
      target: 'p99 ≤ 250 ms',
      met: of(a, 'viewerP99') <= 250,
    },
  ]
}
