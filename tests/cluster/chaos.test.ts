import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoFleet } from '../../models/src/stations/index.ts'
import { startRedis, until } from '../../scripts/cluster-lab.ts'
import { quick } from './barriers.ts'
import { CLEAN, findings, settled } from './invariants.ts'
import { Lab } from './lab.ts'
import { Publisher } from './publisher.ts'

/** Numbers that a seed repeats (mulberry32). */
function numbers(seed: number): () => number {
  let a = seed
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const seconds = Number(process.env.TWIN_FAULTS_SECONDS ?? 0)
const seed = Number(process.env.TWIN_FAULTS_SEED ?? 1)

/** `npm run faults`; not part of `npm test`. */
describe.runIf(seconds > 0)(`random faults, seed ${seed}, ${seconds} s`, () => {
  const lab = new Lab()
  const stations = demoFleet()
  const publisher = new Publisher(stations, `chaos-${seed}`)
  beforeAll(async () => {
    await lab.start(3, quick)
    await lab.balanced()
  }, 180_000)
  afterAll(async () => {
    await publisher.stop()
    await lab.stop()
  }, 60_000)

  it(
    '[CL6] whatever fails, nothing acknowledged is lost, doubled or out of order, and the cluster comes back',
    async () => {
      const random = numbers(seed)
      const pick = <T>(of: readonly T[]): T | undefined => of[Math.floor(random() * of.length)]
      const counts: Record<string, number> = {}
      const faults: Record<string, () => Promise<void>> = {
        async kill() {
          const victim = pick(lab.nodes.filter(({ process }) => process.alive))
          victim?.process.signal('SIGKILL')
          await pause(500 + random() * 3000)
          await lab.addNode(quick)
        },
        async stop() {
          const victim = pick(lab.nodes.filter(({ process }) => process.alive))
          victim?.process.signal('SIGSTOP')
          await pause(500 + random() * 6000)
          victim?.process.signal('SIGCONT')
        },
        async drain() {
          const victim = pick(lab.nodes.filter(({ process }) => process.alive))
          await victim?.process.end('SIGTERM')
          await lab.addNode(quick)
        },
        async redisKill() {
          await lab.redis.end('SIGKILL')
          await pause(random() * 5000)
          lab.redis = await startRedis(lab.redisPort)
        },
        async redisFlush() {
          await lab.flushRedis()
        },
        async redisStop() {
          lab.redis.signal('SIGSTOP')
          await pause(random() * 6000)
          lab.redis.signal('SIGCONT')
        },
        async brokerStop() {
          lab.broker.signal('SIGSTOP')
          await pause(random() * 4000)
          lab.broker.signal('SIGCONT')
        },
        async writersEnded() {
          await lab.sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'tw:%'`
        },
        async connectionsEnded() {
          await lab.sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
        },
      }
      await publisher.start(lab.mqttUrl, 100)
      const end = performance.now() + seconds * 1000
      while (performance.now() < end) {
        const name = pick(Object.keys(faults)) ?? 'kill'
        counts[name] = (counts[name] ?? 0) + 1
        await faults[name]?.()
        await pause(random() * 3000)
      }
      // (9) Within 15 s after the last fault every shard is owned and every device's messages are taken.
      const marks = new Map(publisher.streams.map(({ device, seq }) => [device, seq]))
      await until(
        'every shard owned and progressing',
        async () => {
          const progress = await publisher.progress(lab.sql)
          return (
            !(await lab.owners()).has('') && publisher.streams.every(({ device }) => (progress.get(device) ?? 0) > (marks.get(device) ?? 0))
          )
        },
        15,
      )
      await settled(lab.sql, publisher)
      await until('no shard on the move', async () => !(await lab.owners()).has(''))
      const found = await findings(lab.sql, publisher)
      console.log(JSON.stringify({ seed, acknowledged: publisher.acked, faults: counts, ...found }))
      expect(found).toEqual(CLEAN)
    },
    (seconds + 300) * 1000,
  )
})

// A file without any test is a failure to the runner.
describe.skipIf(seconds > 0)('random faults', () => {
  it('[CL7] a seed gives the same faults again', () => {
    const [a, b] = [numbers(7), numbers(7)]
    expect(Array.from({ length: 20 }, a)).toEqual(Array.from({ length: 20 }, b))
  })
})
