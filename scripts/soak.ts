/**
 * `npm run soak -- --hours N [--rate N --seed N]` (fractions allowed; rate in messages/s, without it 85 % of what the nodes turn out to take
 * at the beginning): three nodes, devices and orders at a steady rate, random faults, and at
 * the end all invariants. Prints every minute, and at the end slopes of memory and handles, drift of the commit latency, and what was lost.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const root = join(import.meta.dirname, '..')
const { values } = parseArgs({
  options: { hours: { type: 'string', default: '1' }, rate: { type: 'string' }, seed: { type: 'string', default: '1' } },
})
const hours = Number(values.hours)
if (!(hours > 0)) {
  console.error('用法 usage: npm run soak -- --hours N [--rate N --seed N]')
  process.exit(2)
}
const run = spawnSync(join(root, 'node_modules', '.bin', 'vitest'), ['run', 'tests/cluster/soak.test.ts', '--disable-console-intercept'], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    TWIN_SOAK_SECONDS: String(Math.round(hours * 3600)),
    ...(values.rate !== undefined && { TWIN_SOAK_RATE: values.rate }),
    TWIN_FAULTS_SEED: values.seed,
  },
})
process.exit(run.status ?? 1)
