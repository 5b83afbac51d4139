/** `npm run bench [-- name …]`: see docs/benchmarks.md. Starts everything it needs on free ports, measures against a baseline, prints a table. */
import { parseArgs } from 'node:util'
import { benchIngest } from './bench/ingest.ts'
import { machine, type Row, table } from './bench/report.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rate: { type: 'string', default: '3000' },
    seconds: { type: 'string', default: '10' },
    warmup: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '1' },
    devices: { type: 'string', default: '1000' },
    connections: { type: 'string', default: '50' },
    viewers: { type: 'string', default: '100' },
    broker: { type: 'string', default: 'embedded' },
    profile: { type: 'string' },
  },
})
const env: NodeJS.ProcessEnv = process.env['BENCH_NODE']
  ? { NODE_OPTIONS: process.env['BENCH_NODE'] }
  : values.profile
    ? { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${values.profile}` }
    : {}
const rows: Row[] = await benchIngest({
  broker: values.broker as 'embedded',
  rate: values.rate === 'max' ? 'max' : Number(values.rate),
  seconds: Number(values.seconds),
  warmup: Number(values.warmup),
  rounds: Number(values.rounds),
  devices: Number(values.devices),
  connections: Number(values.connections),
  viewers: Number(values.viewers),
  target: 5000,
  env,
})
console.log(positionals.join(' '), machine())
console.log(table(rows))
