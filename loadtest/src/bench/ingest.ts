import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { runSynthetic, syntheticFleet, type SyntheticResult } from '../fleet/synthetic.ts'
import { putStations, signIn } from '../rest.ts'
import { openViewers } from './viewers.ts'

const help = `Load of 15-value messages with QoS 1 over one target, or over the product and the straight-line program in turn.

  node loadtest/src/bench/ingest.ts --url mqtt://127.0.0.1:1883 --http http://127.0.0.1:8080 --rate 5000 --seconds 30
  node loadtest/src/bench/ingest.ts --url … --http … --pid PID --baseline mqtt://127.0.0.1:1884 --baseline-pid PID --rounds 5

  --url, --http       the product's broker and server; the stations are created through REST (TWIN_USER, TWIN_PASSWORD)
  --devices N         default 1000; --stations follow, ten devices each
  --rate N|max        messages per second (default max: as fast as they are acknowledged)
  --connections N     default 50
  --seconds N         of each run (default 20)
  --viewers N         watch that many stations (default 100)
  --pid PID           process whose CPU is charged to the product; --baseline-pid likewise (Linux)
  --baseline URL      broker of a running straight-line program; its viewers at --baseline-ws (default ws://127.0.0.1:9100)
  --rounds N          A B A B … (default 3 with a baseline)

Environment: TWIN_DEVICE_MASTER signs gateways in; without it devices are anonymous.`

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
    http: { type: 'string', default: 'http://127.0.0.1:8080' },
    devices: { type: 'string', default: '1000' },
    rate: { type: 'string', default: 'max' },
    connections: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '20' },
    viewers: { type: 'string', default: '100' },
    pid: { type: 'string' },
    baseline: { type: 'string' },
    'baseline-ws': { type: 'string', default: 'ws://127.0.0.1:9100' },
    'baseline-pid': { type: 'string' },
    rounds: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

interface Run extends SyntheticResult {
  /** µs of the server's CPU per acknowledged message; null without a pid. */
  readonly cpuPerMessage: number | null
  readonly frames: number
}

const TICKS_PER_SECOND = 100

/** CPU seconds of a process so far, its children not included. */
function cpuSeconds(pid: string | undefined): number | null {
  if (pid === undefined) return null
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

const stations = syntheticFleet(Number(values.devices))

async function run(
  url: string,
  master: string | null,
  pid: string | undefined,
  ws: { readonly base: string; readonly token: string | null },
): Promise<Run> {
  const watched = stations.slice(0, Number(values.viewers)).map((station) => station.id)
  const viewers = await openViewers(ws.base, watched, ws.token)
  const before = cpuSeconds(pid)
  const result = await runSynthetic({
    url,
    stations,
    master,
    rate: values.rate === 'max' ? Infinity : Number(values.rate),
    connections: Number(values.connections),
    seconds: Number(values.seconds),
    signal: new AbortController().signal,
  })
  const after = cpuSeconds(pid)
  const cpu = before === null || after === null ? null : Math.round(((after - before) * 1e6) / Math.max(1, result.acknowledged))
  const frames = viewers.frames()
  viewers.close()
  return { ...result, cpuPerMessage: cpu, frames }
}

/** Messages the straight-line program has taken so far. */
async function taken(): Promise<number> {
  const response = await fetch(values['baseline-ws'].replace(/^ws/, 'http'))
  return ((await response.json()) as { messages: number }).messages
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN

async function main(): Promise<void> {
  if (values.help) return console.log(help)
  await putStations(values.http, stations)
  const token = await signIn(values.http)
  const master = process.env['TWIN_DEVICE_MASTER'] ?? null
  const product: Run[] = []
  const baseline: Run[] = []
  const rounds = Number(values.rounds ?? (values.baseline === undefined ? 1 : 3))
  for (let i = 0; i < rounds; i++) {
    const ours = await run(values.url, master, values.pid, { base: values.http.replace(/^http/, 'ws'), token })
    product.push(ours)
    console.log(JSON.stringify({ target: 'product', ...ours }))
    if (values.baseline === undefined) continue
    const before = await taken()
    const load = await run(values.baseline, null, values['baseline-pid'], { base: values['baseline-ws'], token: null })
    // Its broker acknowledges for it and may drop what it cannot take: what counts is what arrived.
    const theirs = { ...load, perSecond: Math.round(((await taken()) - before) / load.seconds) }
    baseline.push(theirs)
    console.log(JSON.stringify({ target: 'straight-line', ...theirs }))
  }
  const rate = median(product.map((one) => one.perSecond))
  console.log(`durable messages/s: ${rate} (p99 to acknowledgement ${median(product.map((one) => one.p99))} ms)`)
  if (baseline.length === 0) return
  const other = median(baseline.map((one) => one.perSecond))
  console.log(`straight line: ${other} messages/s, not durable; ratio ${(rate / other).toFixed(2)}`)
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
