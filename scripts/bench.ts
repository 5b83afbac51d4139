/**
 * `npm run bench [-- --rate N|max --seconds N --rounds N --devices N --broker embedded|mosquitto]`: durable messages/s of the product
 * against the straight-line program, in turn on the same load and machine. Starts everything it needs on free ports and stops it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedPostgres } from '@twin/server/store'
import { freePort, until } from '../tests/harness/product.ts'

const root = join(import.meta.dirname, '..')
const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: 'max' },
    seconds: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
    devices: { type: 'string', default: '1000' },
    connections: { type: 'string', default: '50' },
    viewers: { type: 'string', default: '100' },
    broker: { type: 'string', default: 'embedded' },
  },
})
const mosquitto = '/usr/sbin/mosquitto'
if (!existsSync(mosquitto)) {
  console.error('The straight-line program needs Mosquitto: apt-get install mosquitto, then run this again.')
  process.exit(1)
}

const dir = mkdtempSync(join(tmpdir(), 'twin-bench-'))
const children: ChildProcess[] = []
const start = (script: string, args: string[], env: NodeJS.ProcessEnv, stdio: 'inherit' | 'ignore' = 'ignore'): ChildProcess => {
  const child = spawn(process.execPath, [join(root, script), ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', stdio, 'inherit'],
  })
  children.push(child)
  return child
}
async function startMosquitto(port: number): Promise<void> {
  const file = join(dir, `mosquitto-${port}.conf`)
  writeFileSync(
    file,
    `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 2000\nmax_queued_messages 16000\nuser root\n`,
  )
  children.push(spawn(mosquitto, ['-c', file], { stdio: 'ignore' }))
}

// Two clusters, so that neither pays for the other's data.
const [database, yardstick] = [
  await startEmbeddedPostgres({ dir: join(dir, 'product') }),
  await startEmbeddedPostgres({ dir: join(dir, 'straight') }),
]
try {
  const [http, mqtt, brokerA, brokerB, ws] = [await freePort(), await freePort(), await freePort(), await freePort(), await freePort()]
  const master = randomBytes(32).toString('base64url')
  const outside = values.broker === 'mosquitto'
  await startMosquitto(brokerB)
  if (outside) await startMosquitto(brokerA)
  const product = start('twin-server/src/main.ts', [], {
    TWIN_MODE: 'demo',
    TWIN_DATA_DIR: join(dir, 'data'),
    DATABASE_URL: database.url,
    TWIN_HTTP_PORT: String(http),
    TWIN_MQTT_PORT: String(mqtt),
    TWIN_DEVICE_MASTER: master,
    TWIN_AUTH_SECRET: randomBytes(32).toString('base64url'),
    ...(outside ? { MQTT_URL: `mqtt://127.0.0.1:${brokerA}` } : {}),
  })
  const baseline = start(
    'loadtest/src/bench/straight-line.ts',
    ['--url', `mqtt://127.0.0.1:${brokerB}`, '--database', yardstick.url, '--ws', String(ws)],
    {},
  )
  await until('the product', async () => (await fetch(`http://127.0.0.1:${http}/api/health`)).ok, 60)
  await until('the straight-line program', async () => (await fetch(`http://127.0.0.1:${ws}`)).ok, 30)
  console.log(
    `${new Date().toISOString()} · ${cpus().length} cores ${cpus()[0]?.model} · broker ${values.broker} · ${values.devices} devices`,
  )
  const load = start(
    'loadtest/src/bench/ingest.ts',
    [
      ...['--url', `mqtt://127.0.0.1:${outside ? brokerA : mqtt}`, '--http', `http://127.0.0.1:${http}`],
      ...[
        '--pid',
        String(product.pid),
        '--baseline',
        `mqtt://127.0.0.1:${brokerB}`,
        '--baseline-ws',
        `ws://127.0.0.1:${ws}`,
        '--baseline-pid',
        String(baseline.pid),
      ],
      ...['rate', 'seconds', 'rounds', 'devices', 'connections', 'viewers'].flatMap((name) => [`--${name}`, values[name as 'rate']]),
    ],
    { TWIN_DEVICE_MASTER: master },
    'inherit',
  )
  process.exitCode = await new Promise<number>((resolve) => load.once('exit', (code) => resolve(code ?? 1)))
} finally {
  for (const child of children) child.kill('SIGTERM')
  for (const child of children)
    while (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => setTimeout(resolve, 50))
  await Promise.all([database.stop(), yardstick.stop()])
  rmSync(dir, { recursive: true, force: true })
}
