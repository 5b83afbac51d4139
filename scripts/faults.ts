/**
 * `npm run faults -- [seconds] [seed]`: the fault lab. Barriers and the fence first, then random faults for so many seconds (default 300)
 * from a seed that repeats them, and ten power cuts. `--power N [seed]`: nothing but N cuts, half of them of the power (needs root).
 * Needs redis-server and mosquitto.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const root = join(import.meta.dirname, '..')
const { values, positionals } = parseArgs({ options: { power: { type: 'string' } }, allowPositionals: true })
const cuts = Number(values.power ?? 10)
if (!(cuts >= 0)) {
  console.error('用法 usage: npm run faults -- [seconds] [seed] | npm run faults -- --power N [seed]')
  process.exit(2)
}
const [seconds, seed] = values.power === undefined ? [positionals[0] ?? '300', positionals[1] ?? '1'] : ['0', positionals[0] ?? '1']
const what = values.power === undefined ? ['tests/cluster', 'tests/power'] : ['tests/power']
const run = spawnSync(join(root, 'node_modules', '.bin', 'vitest'), ['run', ...what, '--no-file-parallelism'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, TWIN_FAULTS_SECONDS: seconds, TWIN_FAULTS_SEED: seed, TWIN_POWER_CUTS: String(cuts) },
})
process.exit(run.status ?? 1)
