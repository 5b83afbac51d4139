/**
 * `npm run faults -- [seconds] [seed]`: the fault lab. Barriers and the fence first, then random faults for so many seconds (default 300)
 * from a seed that repeats them. Needs redis-server and mosquitto.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const [seconds = '300', seed = '1'] = process.argv.slice(2)
const run = spawnSync(join(root, 'node_modules', '.bin', 'vitest'), ['run', 'tests/cluster', '--no-file-parallelism'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, TWIN_FAULTS_SECONDS: seconds, TWIN_FAULTS_SEED: seed },
})
process.exit(run.status ?? 1)
