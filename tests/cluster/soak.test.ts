import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoFleet, type StationConfig } from '../../models/src/stations/index.ts'
import { until } from '../../scripts/cluster-lab.ts'
import { faultsOf, numbers, pause } from './faults.ts'
import { CLEAN, findings, settled } from './invariants.ts'
import { Lab, type LabNode } from './lab.ts'
import { Operator } from './operator.ts'
import { Publisher } from './publisher.ts'

const seconds = Number(process.env.TWIN_SOAK_SECONDS ?? 0)
/** Messages/s; 0 = 85 % of what is measured. */
const asked = Number(process.env.TWIN_SOAK_RATE ?? 0)
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

/** Compressors of each station that send. */
const UNITS = 3
const STEP_S = 8

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
  const publisher = new Publisher(stations, `soak-${seed}`, false, 0, UNITS)
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
      const capacity = asked > 0 ? null : await capacityOf(lab, stations)
      const rate = capacity === null ? asked : Math.round(0.85 * capacity)
      console.log(JSON.stringify({ capacityPerS: capacity ?? 'given', ratePerS: rate }))
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
          ratePerS: rate,
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

/**
 * Messages/s that the three nodes take: the offer grows by more than half until, at its end, less than 95 % of it is acknowledged, or what came last
 * waits longer than a second.
 */
async function capacityOf(lab: Lab, stations: readonly StationConfig[]): Promise<number> {
  let best = 0
  for (let offer = 100; offer < 50_000; offer = Math.round(offer * 1.6)) {
    const probe = new Publisher(stations, `probe-${offer}-${seed}`, false, 0, UNITS)
    await probe.start(lab.mqttUrl, offer)
    await pause(STEP_S * 1000)
    const sent = probe.streams.reduce((sum, { seq }) => sum + seq, 0)
    const took = probe.acked
    // What a sender on a busy machine could not send was not refused.
    const held = sent >= 0.8 * offer * STEP_S && sent - took <= offer && took >= 0.95 * (sent - offer)
    await probe.stop()
    console.log(JSON.stringify({ offeredPerS: offer, sentPerS: Math.round(sent / STEP_S), takenPerS: Math.round(took / STEP_S), held }))
    if (!held) break
    best = Math.round(took / STEP_S)
    await settled(lab.sql, probe, 60)
  }
  if (best === 0) throw new Error('the nodes, or the sender beside them, do not even manage 100 messages/s')
  return best
}

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
