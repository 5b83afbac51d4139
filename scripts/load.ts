/**
 * `npm run load -- http|ws|socketio|sign-in|mqtt|replay|all [--seconds N --vus N --url URL --mqtt URL --recording FILE]`: load on a running
 * server by k6 where it is found (TWIN_K6 or PATH), else, or with `--by node`, the same profile by Node. Results under loadtest/results.
 * Ends with 1 when a bound is broken.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const root = join(import.meta.dirname, '..')
const results = join(root, 'loadtest', 'results')
/** Scenarios and their k6 scripts: a recording is sent by the same script as made-up values. */
const kinds: Readonly<Record<string, string>> = {
  http: 'http.ts',
  ws: 'ws.ts',
  socketio: 'socketio.ts',
  'sign-in': 'sign-in.ts',
  mqtt: 'mqtt.ts',
  replay: 'mqtt.ts',
}
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '30' },
    vus: { type: 'string', default: '20' },
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    mqtt: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
    /** One of the measured data sets, for `replay`. */
    recording: { type: 'string' },
    by: { type: 'string' },
  },
})
const [asked = 'all'] = positionals
const names = asked === 'all' ? Object.keys(kinds) : [asked]
const unknown = names.find((name) => !(name in kinds))
if (unknown !== undefined) {
  console.error(
    `用法 usage: npm run load -- ${Object.keys(kinds).join('|')}|all [--seconds N --vus N --url URL --mqtt URL --recording FILE --by node]`,
  )
  process.exit(2)
}

/** The npm package `k6` is an empty placeholder: only a program that says its version counts. */
function findK6(): string | null {
  for (const program of [process.env.TWIN_K6, 'k6'].filter((each) => each !== undefined))
    if (/^k6(\.exe)? v\d/.test(spawnSync(program, ['version'], { encoding: 'utf8' }).stdout ?? '')) return program
  return null
}

const usualRecording = join(process.env.TWIN_DATA ?? join(root, '..', 'shared', 'data'), 'plant12bar_2018.csv')
const recording = values.recording ?? (existsSync(usualRecording) ? usualRecording : null)

function profile(name: string, further: readonly string[] = []): { readonly ok: boolean; readonly line: string } {
  const settings = (['seconds', 'vus', 'url', 'mqtt'] as const).flatMap((key) => [`--${key}`, values[key]])
  const file = name === 'replay' && recording !== null ? ['--recording', recording] : []
  const run = spawnSync(process.execPath, ['loadtest/src/profile/main.ts', name, ...settings, ...file, ...further], {
    ...{ cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  })
  return { ok: run.status === 0, line: run.stdout.trim().split('\n').at(-1) ?? '' }
}

interface Line {
  readonly by: string
  readonly result: string
  readonly measured: string
}

function byK6(k6: string, name: string, script: string): Line {
  const file = join(results, `${name}-k6.json`)
  const settings = { BASE: values.url, MQTT: values.mqtt, SECONDS: values.seconds, VUS: values.vus, DEVICES: '' }
  if (script === 'mqtt.ts') {
    settings.DEVICES = join(results, `${name}-devices.json`)
    if (!profile(name, ['--devices', settings.DEVICES]).ok) return { by: 'k6', result: 'its devices could not be made', measured: '' }
  }
  const run = spawnSync(
    k6,
    [
      'run',
      '--quiet',
      ...Object.entries(settings).flatMap(([key, value]) => ['-e', `${key}=${value}`]),
      '--summary-export',
      file,
      join(root, 'loadtest', 'k6', script),
    ],
    { stdio: 'inherit' },
  )
  return { by: 'k6', result: run.status === 0 ? 'ok' : 'bounds broken', measured: file }
}

function byNode(name: string): Line {
  const { ok, line } = profile(name)
  const { measured, broken } = ok ? (JSON.parse(line) as { measured: object; broken: string[] }) : { measured: {}, broken: ['it failed'] }
  writeFileSync(
    join(results, `${name}-node.json`),
    `${JSON.stringify({ name, at: new Date().toISOString(), ...values, measured, broken }, null, 2)}\n`,
  )
  return { by: 'node', result: broken.length === 0 ? 'ok' : broken.join('; '), measured: JSON.stringify(measured) }
}

mkdirSync(results, { recursive: true })
const k6 = values.by === 'node' ? null : findK6()
const skipped = 'skipped: no recording; give --recording FILE'
const table: Record<string, Line> = {}
for (const name of names) {
  const script = kinds[name] ?? ''
  if (name === 'replay' && recording === null) table[name] = { by: '–', result: skipped, measured: '' }
  else table[name] = k6 === null ? byNode(name) : byK6(k6, name, script)
}
if (k6 === null) console.log('k6 was not found: its scripts were skipped, the same profile came from Node.')
console.table(table)
process.exit(Object.values(table).every(({ result }) => result === 'ok' || result === skipped) ? 0 : 1)
