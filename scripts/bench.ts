/**
 * `npm run bench -- [name …] [options]`: ingest, latency, fanout, memory, recovery, history, energy, portal,
 * records, or all (default; about fifteen minutes).
 * Starts everything it needs on free ports, measures each figure beside its baseline in the same run, prints a table in Markdown.
 * Method and figures: docs/benchmarks.md.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { benchFanout } from './bench/fanout.ts'
import { benchHistory } from './bench/history.ts'
import { benchIngest, type IngestOptions } from './bench/ingest.ts'
import { benchMemory } from './bench/memory.ts'
import { benchPortal } from './bench/portal.ts'
import { benchRecovery } from './bench/recovery.ts'
import { machine, type Row, table } from './bench/report.ts'
import type { BrokerKind } from './bench/world.ts'

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

/** What the 1,000 connections are of: 800 of 1,000 synthetic devices are compressors, which publish. */
const usual: readonly Omit<IngestOptions, keyof typeof common>[] = [
  { broker: 'mosquitto', rate: 10_000, devices: 1000, connections: 50, target: 10_000 },
  { broker: 'embedded', rate: 5000, devices: 1250, connections: 1000, target: 5000 },
  { broker: 'mosquitto', rate: 3000, devices: 1000, connections: 50, target: 3000 },
]

async function ingest(): Promise<Row[]> {
  if (values.rate === undefined && values.broker === undefined) {
    const rows: Row[] = []
    for (const one of usual) rows.push(...(await benchIngest({ ...common, ...one })))
    return rows
  }
  const rate = rateOf(values.rate ?? 'max')
  const broker = (values.broker ?? 'embedded') as BrokerKind
  const [devices, connections] = [Number(values.devices ?? 1000), Number(values.connections ?? 50)]
  return benchIngest({ ...common, broker, rate, devices, connections, target: rate === 'max' ? 0 : rate })
}

/** At 85 % of what is asked of each broker. */
async function latency(): Promise<Row[]> {
  const rows: Row[] = []
  for (const one of usual.slice(0, 2)) {
    const rate = Math.round(Number(one.rate) * 0.85)
    rows.push(...(await benchIngest({ ...common, ...one, rate, target: rate })).filter(({ what }) => what.startsWith('publish')))
  }
  return rows
}

/** A benchmark of the server's own that prints its figures line by line. */
function printed(name: string, file: string): Row[] {
  const output = execFileSync(process.execPath, [join(import.meta.dirname, '..', 'twin-server', 'bench', file)], { encoding: 'utf8' })
  return output
    .trim()
    .split('\n')
    .map((line) => ({ what: `${name}: ${line}`, figure: '', baseline: '', ratio: '', target: '', met: null }))
}

const benches: Readonly<Record<string, () => Row[] | Promise<Row[]>>> = {
  ingest,
  latency,
  fanout: () => benchFanout({ viewers: 1000, seconds: Math.min(common.seconds, 10) }),
  memory: () => benchMemory([10_000, 100_000]),
  recovery: () => benchRecovery({ devices: 10_000, rate: 3000, seconds: Math.min(common.seconds, 15) }),
  history: () => benchHistory(40),
  energy: () => printed('energy', 'energy.ts'),
  records: () => printed('records', 'record-list.ts'),
  portal: () => benchPortal({ rounds: Math.max(3, common.rounds), ...(values.url === undefined ? {} : { url: values.url }) }),
}

const asked = positionals.length === 0 || positionals.includes('all') ? Object.keys(benches) : positionals
const rows: Row[] = []
console.error(machine())
for (const name of asked) {
  const bench = benches[name]
  if (!bench) {
    console.error(`no benchmark ${name}; there are: ${Object.keys(benches).join(', ')}, all`)
    process.exit(1)
  }
  console.error(`— ${name}`)
  // One that fails must not cost the others.
  try {
    rows.push(...(await bench()))
  } catch (error) {
    process.exitCode = 1
    const reason = error instanceof Error ? error.message : String(error)
    rows.push({ what: name, figure: `failed: ${reason}`, baseline: '', ratio: '', target: '', met: false })
  }
}
console.log(`${machine()}, \`npm run bench -- ${process.argv.slice(2).join(' ')}\`\n\n${table(rows)}`)
