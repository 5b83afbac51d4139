import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoFleet } from '../../models/src/stations/index.ts'
import { until } from '../../scripts/cluster-lab.ts'
import { quick } from './barriers.ts'
import { pause } from './faults.ts'
import { Cashier } from './cashier.ts'
import { Clerk } from './clerk.ts'
import { CLEAN, findings, settled } from './invariants.ts'
import { Lab, type LabNode } from './lab.ts'
import { Operator } from './operator.ts'
import { Publisher } from './publisher.ts'
import { TcpProxy } from './tcp-proxy.ts'

const seconds = Number(process.env.TWIN_FAULTS_SECONDS ?? 0)
const faketime = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1'
const root = process.getuid?.() === 0
const run = (...words: string[]): boolean => spawnSync(words[0] ?? '', words.slice(1)).status === 0
/** Ends of a cable between the machine and a network namespace. */
const cable = { name: 'twinlab', host: '10.77.0.1', inside: '10.77.0.2' }

function plug(): boolean {
  if (!root || !existsSync('/usr/sbin/ip')) return false
  unplug()
  return (
    run('ip', 'netns', 'add', cable.name) &&
    run('ip', 'link', 'add', 'twinlab0', 'type', 'veth', 'peer', 'name', 'twinlab1', 'netns', cable.name) &&
    run('ip', 'addr', 'add', `${cable.host}/24`, 'dev', 'twinlab0') &&
    run('ip', 'link', 'set', 'twinlab0', 'up') &&
    run('ip', 'netns', 'exec', cable.name, 'ip', 'addr', 'add', `${cable.inside}/24`, 'dev', 'twinlab1') &&
    run('ip', 'netns', 'exec', cable.name, 'ip', 'link', 'set', 'twinlab1', 'up') &&
    run('ip', 'netns', 'exec', cable.name, 'ip', 'link', 'set', 'lo', 'up')
  )
}
function unplug(): void {
  run('ip', 'link', 'del', 'twinlab0')
  run('ip', 'netns', 'del', cable.name)
}
const netns = seconds > 0 && plug()

/** `npm run faults`: one fault after the other, each on a cluster that is well, and all invariants after each. */
describe.runIf(seconds > 0)('faults one by one', () => {
  const lab = new Lab()
  const stations = demoFleet()
  const disk = mkdtempSync(join(tmpdir(), 'twin-disk-'))
  const results: Record<string, { healedS: number; worstRssMB: number; acknowledged: number; money: number }> = {}
  const lines: TcpProxy[] = []
  const cashier = new Cashier(lab.desk, 'one')
  let count = 0

  beforeAll(async () => {
    if (root) run('mount', '-t', 'tmpfs', '-o', 'size=768m,mode=755', 'tmpfs', disk)
    await lab.start(2, quick, join(disk, 'postgres'))
    const [station] = stations
    if (station) await cashier.open(station, lab.mqttUrl, lab.sql)
  }, 180_000)
  afterAll(async () => {
    console.table(results)
    await lab.stop()
    for (const line of lines) await line.stop()
    if (root) run('umount', '-l', disk)
    unplug()
    rmSync(disk, { recursive: true, force: true })
  }, 60_000)

  /** Load, the fault, the way back, and the invariants. */
  async function suffer(name: string, fault: () => Promise<void>, { within = 20, rate = 100 } = {}): Promise<void> {
    const publisher = new Publisher(stations, `one-${++count}`, true)
    const operator = new Operator(stations.slice(0, 2), `one-${count}`)
    const clerk = new Clerk(stations.slice(2, 5))
    let worst = 0
    const watching = setInterval(() => {
      for (const { process } of lab.nodes) if (process.alive) worst = Math.max(worst, rssOf(process.process.pid))
    }, 500)
    try {
      await publisher.start(lab.mqttUrl, rate)
      await operator.start(lab, 500)
      clerk.start(lab, 300)
      cashier.start(50)
      const paid = cashier.done
      await until('all devices on record', async () => (await publisher.progress(lab.sql)).size === publisher.streams.length, 60)
      await until('orders, repairs and money', async () => operator.accepted > 0 && clerk.done > 0 && cashier.done > paid + 5, 60)
      await fault()
      const began = performance.now()
      const marks = new Map(publisher.streams.map(({ device, seq }) => [device, seq]))
      await until(
        'every device served',
        async () => {
          const progress = await publisher.progress(lab.sql)
          return publisher.streams.every(({ device }) => (progress.get(device) ?? 0) > (marks.get(device) ?? 0))
        },
        within,
      )
      const healedS = Number(((performance.now() - began) / 1000).toFixed(1))
      await operator.stop()
      await clerk.stop()
      await cashier.stop()
      await settled(lab.sql, publisher, 60)
      await until('no shard on the move', async () => !(await lab.owners()).has(''))
      results[name] = { healedS, worstRssMB: Math.round(worst / 2 ** 20), acknowledged: publisher.acked, money: cashier.done - paid }
      expect((await operator.verify(lab.sql)).commands).toBeGreaterThan(0)
      expect(await findings(lab.sql, publisher, { lab, operator, clerk, cashier })).toEqual(CLEAN)
      expect(worst).toBeLessThan(700 * 2 ** 20)
    } finally {
      clearInterval(watching)
      for (const line of lines) line.release()
      await operator.stop()
      await clerk.stop()
      await cashier.stop()
      await publisher.stop()
    }
  }

  it('[CL9] a rolling deploy under load', { timeout: 240_000 }, () =>
    suffer('rolling deploy', async () => {
      for (const node of lab.nodes.filter(({ process }) => process.alive)) {
        const next = await lab.addNode(quick)
        await until('the new node has shards', async () => ((await lab.owners()).get(next.url) ?? 0) > 0, 60)
        await node.process.end('SIGTERM')
        expect(node.process.process.exitCode).toBe(0)
      }
    }),
  )

  it('[CL10] Postgres restarted at once, five times in a row', { timeout: 240_000 }, () =>
    suffer(
      'Postgres restarts',
      async () => {
        for (let i = 0; i < 5; i++) {
          await lab.postgres?.restart()
          await pause(300)
        }
      },
      { within: 30 },
    ),
  )

  it('[CL11] Postgres frozen for 60 s: memory stays bounded, no order is taken, nothing is lost', { timeout: 300_000 }, () =>
    suffer(
      'Postgres frozen 60 s',
      async () => {
        const node = lab.nodes.find(({ process }) => process.alive)
        if (!node) throw new Error('no node')
        const call = await lab.caller(node)
        lab.postgres?.signal('SIGSTOP')
        try {
          await pause(20_000)
          const device = stations[0]?.devices.find(({ kind }) => kind === 'camera')?.id
          const body = { code: 'camera.snapshot', args: {}, idempotencyKey: `frozen-${count}` }
          const answer = await call('POST', `/api/devices/${device}/commands`, body, 10_000).catch(() => ({ status: 503 }))
          expect(answer.status).toBe(503)
          await pause(40_000)
        } finally {
          lab.postgres?.signal('SIGCONT')
        }
      },
      { within: 40, rate: 200 },
    ),
  )

  it.skipIf(!root)('[CL12] the disk of Postgres is full for a while', { timeout: 240_000 }, () =>
    suffer(
      'disk full',
      async () => {
        const { bavail, bsize } = statfsSync(disk)
        writeFileSync(join(disk, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - 65_536)))
        // Whatever still fits is soon used up.
        await until(
          'no room left',
          async () => {
            const rows = await lab.sql`create table ballast as select repeat('x', 1000) from generate_series(1, 100000)`.catch(() => null)
            return rows === null
          },
          60,
        )
        await pause(10_000)
        rmSync(join(disk, 'ballast'))
      },
      { within: 60 },
    ),
  )

  it.skipIf(!netns)('[CL13] a node cut off from everything by its network', { timeout: 240_000 }, () =>
    suffer(
      'partition',
      async () => {
        const inside = await insider()
        await until('it has shards', async () => ((await lab.owners()).get(inside.url) ?? 0) > 0, 60)
        run('ip', 'link', 'set', 'twinlab0', 'down')
        await until('others took its shards', async () => ((await lab.owners()).get(inside.url) ?? 0) === 0, 30)
        run('ip', 'link', 'set', 'twinlab0', 'up')
        await until('it takes part again', async () => ((await lab.owners()).get(inside.url) ?? 0) > 0, 60)
        // From Postgres alone: it lets its shards go although Redis still hears it.
        lines[0]?.hold()
        await until('others took its shards again', async () => ((await lab.owners()).get(inside.url) ?? 0) === 0, 60)
        lines[0]?.release()
        await until('it takes part a third time', async () => ((await lab.owners()).get(inside.url) ?? 0) > 0, 60)
        // One way only: its commits arrive, and it never hears that they did.
        lines[0]?.hold('answers')
        await until('others took its shards a third time', async () => ((await lab.owners()).get(inside.url) ?? 0) === 0, 60)
        lines[0]?.release()
        await inside.process.end('SIGTERM')
      },
      { within: 30 },
    ),
  )

  it.skipIf(!existsSync(faketime)).each(['+10m', '-10m'])(
    '[CL14] a node whose clock is %s off gives its shards away',
    { timeout: 240_000 },
    (off) =>
      suffer(`clock ${off}`, async () => {
        const node = await lab.addNode({ ...quick, LD_PRELOAD: faketime, FAKETIME: off, FAKETIME_DONT_FAKE_MONOTONIC: '1' })
        const inc = await until('a heartbeat', async () => (await lab.incOf(node)) || undefined)
        const [row] = await until('its skew is known', async () => {
          const rows = await lab.sql<{ skew: number }[]>`select (info->>'skewMs')::float8 as skew from tw_node where inc = ${inc}`
          return Math.abs(rows[0]?.skew ?? 0) > 0 && rows
        })
        expect(Math.abs(row?.skew ?? 0)).toBeGreaterThan(500_000)
        await pause(5000)
        expect((await lab.owners()).get(node.url) ?? 0).toBe(0)
        await node.process.end('SIGTERM')
      }),
  )

  it('[CL15] one station sends many times what the others do, and they do not notice', { timeout: 240_000 }, () =>
    suffer('hot station', async () => {
      const [hot] = stations
      if (!hot) throw new Error('no station')
      const flood = new Publisher([hot], `hot-${count}`, false, 1)
      await flood.start(lab.mqttUrl, 2000)
      await pause(8000)
      await flood.stop()
    }),
  )

  /** A node in the namespace, its stores through the cable. */
  async function insider(): Promise<LabNode> {
    const line = async (port: number): Promise<number> => {
      const proxy = await new TcpProxy(port, cable.host).start()
      lines.push(proxy)
      return proxy.port
    }
    const database = new URL(lab.databaseUrl)
    database.port = String(await line(Number(database.port)))
    database.hostname = cable.host
    return lab.addNode(quick, {
      databaseUrl: database.href,
      redisUrl: `redis://${cable.host}:${await line(lab.redisPort)}`,
      mqttUrl: `mqtt://${cable.host}:${await line(lab.mqttPort)}`,
      host: cable.inside,
      wrap: ['ip', 'netns', 'exec', cable.name],
    })
  }
})

function rssOf(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * 4096
  } catch {
    return 0
  }
}

// A file without any test is a failure to the runner.
describe.skipIf(seconds > 0)('faults one by one', () => {
  it('need `npm run faults`', () => undefined)
})
