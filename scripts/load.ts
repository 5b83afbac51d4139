/**
 * `npm run load -- http|ws|socketio|sign-in|mqtt|all [--seconds N --vus N --url URL --mqtt URL]`: load on a running server by k6 where it is
 * found (TWIN_K6 or PATH), else the same profile by Node. Results under loadtest/results. Ends with 1 when a bound is broken.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const root = join(import.meta.dirname, '..')
const results = join(root, 'loadtest', 'results')
/** By which means each can be made. MQTT stays with Node: plain k6 has no MQTT. */
const kinds: Readonly<Record<string, readonly ('k6' | 'node')[]>> = {
  http: ['k6', 'node'],
  ws: ['k6', 'node'],
  socketio: ['k6'],
  'sign-in': ['k6', 'node'],
  mqtt: ['node'],
}
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '30' },
    vus: { type: 'string', default: '20' },
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    mqtt: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
  },
})
const [asked = 'all'] = positionals
const names = asked === 'all' ? Object.keys(kinds) : [asked]
const unknown = names.find((name) => !(name in kinds))
if (unknown !== undefined) {
  console.error(`用法 usage: npm run load -- ${Object.keys(kinds).join('|')}|all [--seconds N --vus N --url URL --mqtt URL]`)
  process.exit(2)
}

/** The npm package `k6` is an empty placeholder: only a program that says its version counts. */
function findK6(): string | null {
  for (const program of [process.env.TWIN_K6, 'k6'].filter((each) => each !== undefined))
    if (/^k6(\.exe)? v\d/.test(spawnSync(program, ['version'], { encoding: 'utf8' }).stdout ?? '')) return program
  return null
}

mkdirSync(results, { recursive: true })
const k6 = findK6()
const table: Record<string, { by: string; result: string; measured: string }> = {}
let failed = false
for (const name of names) {
  const by = k6 !== null && kinds[name]?.includes('k6') ? 'k6' : kinds[name]?.includes('node') ? 'node' : null
  if (by === null) {
    table[name] = { by: '–', result: 'skipped: k6 was not found', measured: '' }
    continue
  }
  const file = join(results, `${name}-${by}.json`)
  if (by === 'k6') {
    const settings = ['-e', `BASE=${values.url}`, '-e', `SECONDS=${values.seconds}`, '-e', `VUS=${values.vus}`]
    const run = spawnSync(k6 ?? '', ['run', '--quiet', ...settings, '--summary-export', file, join(root, 'loadtest', 'k6', `${name}.ts`)], {
      stdio: 'inherit',
    })
    failed ||= run.status !== 0
    table[name] = { by, result: run.status === 0 ? 'ok' : 'bounds broken', measured: file }
    continue
  }
  const args = [
    'loadtest/src/profile/main.ts',
    name,
    ...(['seconds', 'vus', 'url', 'mqtt'] as const).flatMap((key) => [`--${key}`, values[key]]),
  ]
  const run = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  const line = run.stdout.trim().split('\n').at(-1) ?? ''
  const { measured, broken } =
    run.status === 0 ? (JSON.parse(line) as { measured: object; broken: string[] }) : { measured: {}, broken: ['it failed'] }
  writeFileSync(file, `${JSON.stringify({ name, at: new Date().toISOString(), ...values, measured, broken }, null, 2)}\n`)
  failed ||= broken.length > 0
  table[name] = { by, result: broken.length === 0 ? 'ok' : broken.join('; '), measured: JSON.stringify(measured) }
}
console.table(table)
process.exit(failed ? 1 : 0)
