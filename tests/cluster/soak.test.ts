import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoFleet } from '../../models/src/stations/index.ts'
import { until } from '../../scripts/cluster-lab.ts'
import { faultsOf, numbers, pause } from './faults.ts'
import { CLEAN, findings, settled } from './invariants.ts'
import { Lab, type LabNode } from './lab.ts'
import { Operator } from './operator.ts'
import { Publisher } from './publisher.ts'

const seconds = Number(process.env.TWIN_SOAK_SECONDS ?? 0)
const rate = Number(process.env.TWIN_SOAK_RATE ?? 200)
const seed = Number(process.env.TWIN_FAULTS_SEED ?? 1)
/** Faults that leave the processes alive: their memory and handles are what is watched. */
const gentle = [
  'nodePaused',
  'redisFlushed',
  'redisPaused',
  'redisKilled',
  'brokerPaused',
  'writersEnded',
  'connectionsEnded',
  'postgresFrozen',
]

interface Look {
  readonly atS: number
  readonly rssMB: number
  readonly handles: number
  readonly commitP99Ms: number
}

/** `npm run soak`: product settings, not the quick ones of the fault lab. */
describe.runIf(seconds > 0)(`soak of ${(seconds / 3600).toFixed(2)} h`, () => {
  const lab = new Lab()
  const stations = demoFleet()
  const publisher = new Publisher(stations, `soak-${seed}`, true)
  const operator = new Operator(stations.slice(0, 4), `soak-${seed}`)
  beforeAll(async () => {
    await lab.start(3, {}, join(lab.dir, 'postgres'))
    await lab.balanced(120)
  }, 240_000)
  afterAll(async () => {
    await operator.stop()
    await publisher.stop()
    await lab.stop()
  }, 120_000)

  it(
    '[CL16] memory, handles and latency stay, nothing is lost',
    async () => {
      const random = numbers(seed)
      const faults = faultsOf(lab, random)
      const counts: Record<string, number> = {}
      const looks: Look[] = []
      await publisher.start(lab.mqttUrl, rate)
      await operator.start(lab, 1000)
      const began = performance.now()
      const elapsed = (): number => (performance.now() - began) / 1000
      let nextLook = Math.min(60, seconds / 10)
      let nextFault = seconds / 20
      while (elapsed() < seconds) {
        if (elapsed() >= nextFault) {
          const name = gentle[Math.floor(random() * gentle.length)] ?? ''
          counts[name] = (counts[name] ?? 0) + 1
          await faults[name]?.()
          nextFault = elapsed() + 30 + random() * 60
        }
        if (elapsed() >= nextLook) {
          const look = await lookAt(lab, elapsed()).catch(() => null)
          if (look) {
            looks.push(look)
            console.log(JSON.stringify({ ...look, acknowledged: publisher.acked }))
          }
          nextLook = elapsed() + Math.min(60, seconds / 20)
        }
        await pause(500)
      }
      await operator.stop()
      await settled(lab.sql, publisher, 120)
      await until('no shard on the move', async () => !(await lab.owners()).has(''), 60)
      const found = await findings(lab.sql, publisher, { lab, operator })
      // The first quarter warms up.
      const settledLooks = looks.slice(Math.floor(looks.length / 4))
      const half = Math.floor(settledLooks.length / 2)
      const mean = (of: readonly Look[]): number => of.reduce((sum, { commitP99Ms }) => sum + commitP99Ms, 0) / Math.max(1, of.length)
      console.log(
        JSON.stringify({
          hours: seconds / 3600,
          acknowledged: publisher.acked,
          given: await operator.verify(lab.sql),
          faults: counts,
          memoryMBperHour: slope(settledLooks, ({ rssMB }) => rssMB),
          handlesPerHour: slope(settledLooks, ({ handles }) => handles),
          commitP99Ms: { firstHalf: Math.round(mean(settledLooks.slice(0, half))), secondHalf: Math.round(mean(settledLooks.slice(half))) },
          ...found,
        }),
      )
      expect(found).toEqual(CLEAN)
    },
    (seconds + 600) * 1000,
  )
})

/** All nodes together: memory, open descriptors; the slowest commit p99. */
async function lookAt(lab: Lab, atS: number): Promise<Look> {
  const alive = lab.nodes.filter(({ process }) => process.alive)
  const [first] = alive as [LabNode]
  const { nodes } = (await (await lab.caller(first))('GET', '/api/cluster', undefined, 5000)).body as { nodes: { commitP99Ms: number }[] }
  let [rss, handles] = [0, 0]
  for (const { process } of alive) {
    const { pid } = process.process
    rss += Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * 4096
    handles += readdirSync(`/proc/${pid}/fd`).length
  }
  return {
    atS: Math.round(atS),
    rssMB: Math.round(rss / 2 ** 20),
    handles,
    commitP99Ms: Math.max(...nodes.map((node) => node.commitP99Ms)),
  }
}

/** Least squares, per hour. */
function slope(looks: readonly Look[], of: (look: Look) => number): number {
  if (looks.length < 2) return 0
  const x = looks.reduce((sum, { atS }) => sum + atS, 0) / looks.length
  const y = looks.reduce((sum, look) => sum + of(look), 0) / looks.length
  let [over, under] = [0, 0]
  for (const look of looks) {
    over += (look.atS - x) * (of(look) - y)
    under += (look.atS - x) ** 2
  }
  return Math.round((over / under) * 3600 * 10) / 10
}

// A file without any test is a failure to the runner.
describe.skipIf(seconds > 0)('soak', () => {
  it('is `npm run soak`', () => undefined)
})
