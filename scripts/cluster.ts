/**
 * `npm run cluster -- 3`: nodes with an embedded Postgres, a Redis and a Mosquitto of their own, for development. Prints where they
 * are; ends everything in order when asked, and when its parent dies. TWIN_FLEET=off leaves the simulated devices out.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../twin-server/src/store/index.ts'
import { Child, freePort, startMosquitto, startNode, startRedis } from './cluster-lab.ts'

const root = join(import.meta.dirname, '..')
const data = process.env.TWIN_CLUSTER_DATA_DIR ?? join(root, '.data', 'cluster')
const count = Number(process.argv[2] ?? 3)
const firstPort = Number(process.env.TWIN_HTTP_PORT ?? 8080)

const stops: (() => Promise<unknown>)[] = []
let ending = false
async function end(code: number): Promise<void> {
  if (ending) return
  ending = true
  if (code === 0) console.log('\n正在停止… Stopping …')
  for (const stop of stops.toReversed()) await stop().catch((error: unknown) => console.error(String(error)))
  process.exit(code)
}
process.on('message', () => void end(0))
process.on('disconnect', () => void end(0))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0))

/** Made once, kept beside the data, readable by its owner alone. */
function secret(name: string): string {
  const file = join(data, 'secrets', name)
  if (!existsSync(file)) {
    mkdirSync(join(data, 'secrets'), { recursive: true, mode: 0o700 })
    writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600 })
  }
  return readFileSync(file, 'utf8').trim()
}

/** What ends by itself takes the rest with it, except a node: the others go on, that is what it is for. */
function watch(child: Child): Child {
  stops.push(() => child.end())
  child.process.on('exit', (code, signal) => {
    if (ending) return
    console.log(`${child.name} 已退出 ended (${signal ?? code})`)
    if (code !== 0 && code !== null) console.log(child.output.slice(-2000))
  })
  return child
}

async function main(): Promise<void> {
  if (!Number.isInteger(count) || count < 1 || count > 16) throw new Error('用法 usage: npm run cluster -- <1…16>')
  mkdirSync(data, { recursive: true })
  const secrets = { TWIN_DEVICE_MASTER: secret('device-master'), TWIN_AUTH_SECRET: secret('auth') }
  const postgres = await startEmbeddedPostgres({ dir: join(data, 'postgres') })
  stops.push(() => postgres.stop())
  const [redisPort, mqttPort] = [await freePort(), Number(process.env.TWIN_MQTT_PORT ?? 1883)]
  watch(await startRedis(redisPort))
  watch(await startMosquitto(data, mqttPort))
  for (let i = 0; i < count; i++) {
    // One after the other: the first one makes the schema and the demo data.
    const httpPort = firstPort + i
    const node = await startNode(`node ${i + 1}`, {
      databaseUrl: postgres.url,
      redisUrl: `redis://127.0.0.1:${redisPort}`,
      mqttUrl: `mqtt://127.0.0.1:${mqttPort}`,
      httpPort,
      dataDir: join(data, `node-${i + 1}`),
      // No load balancer stands before them.
      env: { ...secrets, TWIN_LEAVE_MS: '0' },
    })
    watch(node)
    console.log(`  node ${i + 1}   http://127.0.0.1:${httpPort}   pid ${node.process.pid}`)
  }
  if (process.env.TWIN_FLEET !== 'off') {
    const args = ['--demo', '--url', `mqtt://127.0.0.1:${mqttPort}`, '--backlog-days', '0', '--state', join(data, 'fleet')]
    watch(
      new Child(
        'fleet',
        process.execPath,
        [join(root, 'loadtest/src/fleet/main.ts'), ...args],
        { ...process.env, TWIN_MODE: 'demo', ...secrets },
        true,
      ),
    )
  }
  console.log(`
  集群已就绪 · The cluster is ready

    Postgres   ${postgres.url.replace(/:[^:@/]+@/, ':***@')}
    Redis      redis://127.0.0.1:${redisPort}
    MQTT       mqtt://127.0.0.1:${mqttPort}

  可用 kill -9 <pid> 试验故障转移 · Try kill -9 <pid> of a node
  按 Ctrl-C 停止 · Ctrl-C stops everything
`)
}

try {
  await main()
} catch (error) {
  if (!ending) {
    console.error(error instanceof Error ? error.message : error)
    await end(1)
  }
}
