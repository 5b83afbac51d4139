/**
 * `npm start`: builds the portals if they are stale, starts server (with its embedded Postgres and broker) and the simulated
 * fleet, waits until all is healthy, prints where to go. Ends everything in order when asked, and when its parent dies.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { hasSites } from '@twin/server/standby'
import { portalsAreStale, rememberPortals } from './portals-stamp.ts'
import { writeDurably } from '../twin-server/src/store/durable-file.ts'
import { serverFlags } from './server-flags.ts'

const root = join(import.meta.dirname, '..')
const data = process.env.TWIN_DATA_DIR ?? join(root, '.data')
const httpPort = Number(process.env.TWIN_HTTP_PORT ?? 8080)
const mqttPort = Number(process.env.TWIN_MQTT_PORT ?? 1883)
const address = `http://127.0.0.1:${httpPort}`
/** Two sites or two networks: a site looks after the server and has a page of its own. */
const sites = hasSites(process.env) || existsSync(join(data, 'site.json'))
const desk = `http://${process.env.TWIN_SITE_LISTEN ?? '127.0.0.1:8090'}`
const company = process.env.TWIN_DEMO_FLEET === 'company'
const backlogDays = Number(process.env.TWIN_BACKLOG_DAYS ?? 7)

const children: ChildProcess[] = []
let ending = false

function stopWith(zh: string, en: string): never {
  console.error(`\n${zh}\n${en}\n`)
  void end(1)
  throw new Error(en)
}

/** Children end in reverse order of their start; each gets 20 s before it is killed. */
async function end(code: number): Promise<void> {
  if (ending) return
  ending = true
  if (code === 0) console.log('\n正在停止… Stopping …')
  for (const child of children.toReversed()) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
    await gone
    clearTimeout(timer)
  }
  process.exit(code)
}
process.on('message', () => void end(0))
process.on('disconnect', () => void end(0))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0))

function run(name: string, script: string, args: string[], env: NodeJS.ProcessEnv, flags: readonly string[] = []): ChildProcess {
  const child = spawn(process.execPath, [...flags, join(root, script), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
    detached: process.platform !== 'win32',
  })
  children.push(child)
  child.on('exit', (code) => {
    if (!ending) {
      console.error(`\n${name} 已退出（代码 ${code}），见上方输出。 ${name} ended with code ${code}; see the output above.`)
      void end(1)
    }
  })
  return child
}

async function portFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

/** Secrets of an installation without configuration: made once, kept beside its data, readable by its owner alone. */
function ownSecret(name: string): string {
  const file = join(data, 'secrets', name)
  if (!existsSync(file)) {
    mkdirSync(join(data, 'secrets'), { recursive: true, mode: 0o700 })
    // Devices have secrets made of it: a power cut must not take it away.
    writeDurably(file, randomBytes(32).toString('base64url'))
  }
  return readFileSync(file, 'utf8').trim()
}

async function until(what: string, seconds: number, condition: () => Promise<string | true>): Promise<void> {
  const deadline = Date.now() + seconds * 1000
  let said = ''
  for (;;) {
    const state = await condition().catch(() => '')
    if (state === true) return
    if (state && state !== said) {
      said = state
      console.log(`  ${state}`)
    }
    if (Date.now() > deadline) stopWith(`${what} 在 ${seconds} 秒内没有就绪。`, `${what} did not become ready within ${seconds} s.`)
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

/** What the site is, once it knows: one that serves has a server to wait for. */
async function siteRole(): Promise<string> {
  let role = 'starting'
  await until('站点 The site', 60, async () => {
    role = ((await (await fetch(`${desk}/api/standby`)).json()) as { role: string }).role
    return role !== 'starting' || ''
  })
  console.log(`\n  站点切换 Switch-over: ${desk}   (${role})\n`)
  return role
}

async function main(): Promise<void> {
  const started = Date.now()
  for (const [port, name] of [
    [httpPort, 'TWIN_HTTP_PORT'],
    [mqttPort, 'TWIN_MQTT_PORT'],
  ] as const)
    if (!(await portFree(port)))
      stopWith(
        `端口 ${port} 已被占用：请停止占用它的程序，或用 ${name}=其他端口 npm start。`,
        `Port ${port} is taken: stop the program that uses it, or run ${name}=<other port> npm start.`,
      )
  try {
    mkdirSync(data, { recursive: true })
    writeFileSync(join(data, '.write-test'), String(Date.now()))
  } catch (error) {
    stopWith(
      `数据目录 ${data} 不可写（${(error as Error).message}）：请检查磁盘空间和权限，或用 TWIN_DATA_DIR 指定其他目录。`,
      `The data folder ${data} cannot be written (${(error as Error).message}): check disk space and permissions, or set TWIN_DATA_DIR.`,
    )
  }
  const secrets = {
    TWIN_MODE: process.env.TWIN_MODE ?? 'demo',
    TWIN_DATA_DIR: data,
    TWIN_DEVICE_MASTER: process.env.TWIN_DEVICE_MASTER ?? ownSecret('device-master'),
    TWIN_AUTH_SECRET: process.env.TWIN_AUTH_SECRET ?? ownSecret('auth'),
  }
  if (company) {
    console.log('正在准备公司数据，首次约需几分钟… Preparing the company; the first time takes some minutes …')
    const made = spawn(process.execPath, [join(root, 'twin-server/src/demo/main.ts')], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...secrets },
    })
    const code = await new Promise<number | null>((resolve) => made.once('exit', resolve))
    if (code !== 0)
      stopWith(
        `公司数据没有生成，见上方输出；删除 ${data} 后可重新开始。`,
        `The company was not made; see the output above. Remove ${data} to begin again.`,
      )
  }
  run('服务器 server', sites ? 'twin-server/src/standby/main.ts' : 'twin-server/src/main.ts', [], secrets, serverFlags)
  if (portalsAreStale(root)) {
    console.log('正在构建界面… Building the portals …')
    await new Promise<void>((resolve) => {
      const build = spawn(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], {
        cwd: join(root, 'portals'),
        stdio: 'inherit',
      })
      build.on('exit', (code) => {
        if (code !== 0) stopWith('界面构建失败，见上方输出。', 'Building the portals failed; see the output above.')
        rememberPortals(root)
        resolve()
      })
    })
  }
  if (sites && (await siteRole()) !== 'serving') return
  await until('服务器 The server', 120, async () => {
    const response = await fetch(`${address}/api/health`)
    return response.ok || (await response.text())
  })
  if (process.env.TWIN_FLEET !== 'off' && secrets.TWIN_MODE === 'demo') {
    const fleet = run(
      '模拟设备 fleet',
      'loadtest/src/fleet/main.ts',
      [
        company ? '--company' : '--demo',
        '--url',
        `mqtt://127.0.0.1:${mqttPort}`,
        '--backlog-days',
        String(backlogDays),
        '--state',
        join(data, 'fleet'),
      ],
      secrets,
    )
    await new Promise<void>((resolve) => {
      const listen = (message: unknown): void => {
        const { progress, ready } = message as { progress?: string; ready?: boolean }
        if (progress) console.log(`  ${progress}`)
        if (ready) resolve()
      }
      fleet.on('message', listen)
      // A slow machine shows the product while the history still comes in.
      setTimeout(resolve, 180_000)
    })
  }
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  console.log(`
  智慧空压站运营系统已就绪（${seconds} s） · The compressed-air twin is ready

    ${address}              运营门户 Operator portal
    ${address}/api/docs     接口文档 API
    mqtt://127.0.0.1:${mqttPort}            设备接入 Devices
`)
  const health = (await (await fetch(`${address}/api/health`)).json()) as { parts: Record<string, { detail: string }> }
  const demo = health.parts.demo?.detail
  if (demo) {
    console.log('  演示账号 Demo sign-ins')
    for (const { username, password, role } of JSON.parse(demo) as { username: string; password: string; role: string }[])
      console.log(`    ${username.padEnd(12)} ${password.padEnd(16)} ${role}`)
  }
  console.log('\n  按 Ctrl-C 停止 · Ctrl-C stops everything\n')
}

try {
  await main()
} catch (error) {
  if (!ending) {
    console.error(error)
    await end(1)
  }
}
