/**
 * `npm run bench -- [name …] [options]`: ingest, latency, fanout, memory, recovery, history, energy, portal,
 * records, or all (default; about fifteen minutes); cluster and cluster-moves only when named.
 * Starts everything it needs on free ports, measures each figure beside its baseline in the same run, prints a table in Markdown.
 * Each leaves its rows in loadtest/results/bench-<name>.json; `--table` prints what lies there. Method and figures: docs/benchmarks.md.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { benchClusterIngest, benchClusterMoves } from './bench/cluster.ts'
import { benchFanout } from './bench/fanout.ts'
import { benchHistory } from './bench/history.ts'
import { benchIngest, type IngestOptions } from './bench/ingest.ts'
import { benchMemory } from './bench/memory.ts'
import { benchPortal } from './bench/portal.ts'
import { benchRecovery } from './bench/recovery.ts'
import { machine, outputOf, type Row, step, table } from './bench/report.ts'
import { type BrokerKind, World } from './bench/world.ts'

const root = join(import.meta.dirname, '..')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '20' },
    warmup: { type: 'string', default: '12' },
    rounds: { type: 'string', default: '1' },
    /** Only this rate and broker instead of the usual ones. */
    rate: { type: 'string' },
    broker: { type: 'string' },
    connections: { type: 'string' },
    devices: { type: 'string' },
    viewers: { type: 'string', default: '100' },
    /** Folder for CPU profiles of the product. */
    profile: { type: 'string' },
    /** portal: of a product that runs already, with the demo's sign-ins. */
    url: { type: 'string' },
    /** Prints what was found before and runs nothing. */
    table: { type: 'boolean', default: false },
    /** Options of Node for the product, to compare. */
    node: { type: 'string' },
  },
})
const nodeOptions = [values.node, values.profile && `--cpu-prof --cpu-prof-dir=${values.profile}`].filter(Boolean).join(' ')
const env: NodeJS.ProcessEnv = nodeOptions === '' ? {} : { NODE_OPTIONS: nodeOptions }
const common = {
  seconds: Number(values.seconds),
  warmup: Number(values.warmup),
  rounds: Number(values.rounds),
  viewers: Number(values.viewers),
  env,
}
const rateOf = (text: string): number | 'max' => (text === 'max' ? 'max' : Number(text))

interface Usual extends Omit<IngestOptions, keyof typeof common> {
  /** At least so long for the product, s: sustained means a minute. */
  readonly atLeast?: number
}
/** What the 1,000 connections are of: 800 of 1,000 synthetic devices are compressors, which publish. */
const usual: readonly Usual[] = [
  { broker: 'mosquitto', rate: 10_000, devices: 1000, connections: 50, target: 10_000, atLeast: 60 },
  { broker: 'embedded', rate: 5000, devices: 1250, connections: 1000, target: 5000 },
  { broker: 'mosquitto', rate: 3000, devices: 1000, connections: 50, target: 3000 },
]
/** Of what is asked of a broker. */
const LATENCY_SHARE = 0.85

async function ingest(): Promise<Row[]> {
  if (values.rate === undefined && values.broker === undefined) {
    const rows: Row[] = []
    for (const one of usual)
      rows.push(
        ...(await benchIngest({ ...common, ...one, ...(Number(one.rate) >= 5000 && { latencyAt: Number(one.rate) * LATENCY_SHARE }) })),
      )
    return rows
  }
  const rate = rateOf(values.rate ?? 'max')
  const broker = (values.broker ?? 'embedded') as BrokerKind
  const [devices, connections] = [Number(values.devices ?? 1000), Number(values.connections ?? 50)]
  return benchIngest({ ...common, broker, rate, devices, connections, target: rate === 'max' ? 0 : rate })
}

/** Alone; `ingest` measures it too, with what is running then. */
async function latency(): Promise<Row[]> {
  const rows: Row[] = []
  for (const one of usual.slice(0, 2)) {
    const rate = Math.round(Number(one.rate) * LATENCY_SHARE)
    rows.push(...(await benchIngest({ ...common, ...one, rate, target: rate })).filter(({ what }) => what.startsWith('publish')))
  }
  return rows
}

/** A benchmark of the server's own that prints its figures line by line. */
async function printed(name: string, file: string): Promise<Row[]> {
  // Its database is ours, so that it goes with us.
  const world = new World()
  try {
    const output = await outputOf(join(root, 'twin-server', 'bench', file), [], [], { TWIN_TEST_DATABASE_URL: await world.database(name) })
    return output
      .trim()
      .split('\n')
      .map((line) => ({ what: `${name}: ${line}`, figure: '', baseline: '', ratio: '', target: '', met: null }))
  } finally {
    await world.stop()
  }
}

/** Three nodes against one, then what a death and a drain cost: in processes of their own. */
const cluster = (): Promise<Row[]> =>
  benchClusterIngest({
    ...common,
    devices: Number(values.devices ?? 1000),
    // Near what one node takes: where the machine is the limit, what happens once a second hardly counts.
    rate: Number(values.rate ?? 8000),
    ladder: values.rate === undefined ? [4000, 6000, 8000, 10_000, 12_000, 15_000] : [],
  })
const clusterMoves = (): Promise<Row[]> =>
  benchClusterMoves({
    stations: Number(values.devices ?? 6000) / 10,
    rate: Number(values.rate ?? 2000),
    rounds: common.rounds,
    env,
  })

const benches: Readonly<Record<string, () => Promise<Row[]>>> = {
  ingest,
  latency,
  fanout: () => benchFanout({ viewers: 1000, seconds: Math.min(common.seconds, 10) }),
  memory: () => benchMemory([10_000, 100_000]),
  recovery: () => benchRecovery({ devices: 10_000, rate: 3000, seconds: Math.min(common.seconds, 15) }),
  history: () => benchHistory(40),
  energy: () => printed('energy', 'energy.ts'),
  records: () => printed('records', 'record-list.ts'),
  cluster,
  'cluster-moves': clusterMoves,
  portal: () => benchPortal({ rounds: Math.max(3, common.rounds), ...(values.url === undefined ? {} : { url: values.url }) }),
}

/** The longest a benchmark may take before it is ended, s. */
const limits: Readonly<Record<string, number>> = { ingest: 600, latency: 400, cluster: 1200, 'cluster-moves': 900 }
const LIMIT = 300
/** What one of them found, by its name. */
const resultOf = (name: string): string => join(root, 'loadtest', 'results', `bench-${name}.json`)

async function one(name: string): Promise<void> {
  const bench = benches[name]
  if (!bench) {
    console.error(`no benchmark ${name}; there are: ${Object.keys(benches).join(', ')}, all`)
    process.exit(1)
  }
  let rows: Row[]
  try {
    rows = await bench()
  } catch (error) {
    rows = [failed(name, (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '')]
  }
  keep(name, rows)
  // Whatever still holds this process, its work is done.
  process.exit(rows.some(({ figure }) => figure.startsWith(FAILED)) ? 1 : 0)
}

const FAILED = 'failed: '
const failed = (name: string, reason: string): Row => ({
  what: name,
  figure: FAILED + reason,
  baseline: '',
  ratio: '',
  target: '',
  met: false,
})

function keep(name: string, rows: readonly Row[]): void {
  mkdirSync(dirname(resultOf(name)), { recursive: true })
  const command = `npm run bench -- ${process.argv.slice(2).join(' ')}`.trim()
  writeFileSync(resultOf(name), `${JSON.stringify({ at: new Date().toISOString(), machine: machine(), command, rows }, null, 2)}\n`)
}

/** Each in a process of its own, so that one that fails or hangs costs the others nothing but its time. */
async function apart(name: string): Promise<void> {
  rmSync(resultOf(name), { force: true })
  const flags = process.argv.slice(2).filter((word) => !positionals.includes(word))
  const child = spawn(process.execPath, [join(root, 'scripts', 'bench.ts'), name, ...flags], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, [PART]: '1' },
  })
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, pass)
  const limit = limits[name] ?? LIMIT
  const late = setTimeout(() => child.kill('SIGTERM'), limit * 1000)
  const later = setTimeout(() => child.kill('SIGKILL'), (limit + 60) * 1000)
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  for (const timer of [late, later]) clearTimeout(timer)
  for (const each of ['SIGINT', 'SIGTERM'] as const) process.off(each, pass)
  if (!existsSync(resultOf(name))) keep(name, [failed(name, `ended with ${signal ?? code}; at most ${limit} s are given`)])
}

const PART = 'TWIN_BENCH_PART'
/** Not of `all`: measured by another one, or too long. */
const APART = new Set(['latency', 'cluster', 'cluster-moves'])
const names =
  positionals.length === 0 || positionals.includes('all') ? Object.keys(benches).filter((name) => !APART.has(name)) : positionals
if (process.env[PART] === '1') await one(names[0] ?? '')
console.error(machine())
const began = performance.now()
if (!values.table) {
  for (const [n, name] of names.entries()) {
    step(`${n + 1}/${names.length} ${name}`)
    await apart(name)
  }
  step(`done in ${((performance.now() - began) / 60_000).toFixed(1)} min`)
}
const found = names
  .filter((name) => existsSync(resultOf(name)))
  .map((name) => JSON.parse(readFileSync(resultOf(name), 'utf8')) as { readonly at: string; readonly rows: Row[] })
const rows = found.flatMap((result) => result.rows)
console.log(`${machine()}, \`npm run bench -- ${process.argv.slice(2).join(' ')}\`\n\n${table(rows)}`)
process.exitCode = rows.some(({ figure }) => figure.startsWith(FAILED)) ? 1 : 0
