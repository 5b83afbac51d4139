import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest'
import { demoFleet } from '../../models/src/stations/index.ts'
import { until } from '../../scripts/cluster-lab.ts'
import { quick } from './barriers.ts'
import { faultsOf, numbers, pause } from './faults.ts'
import { Cashier } from './cashier.ts'
import { Clerk } from './clerk.ts'
import { CLEAN, findings, settled } from './invariants.ts'
import { Lab } from './lab.ts'
import { Operator } from './operator.ts'
import { Publisher } from './publisher.ts'

const seconds = Number(process.env.TWIN_FAULTS_SECONDS ?? 0)
const seed = Number(process.env.TWIN_FAULTS_SEED ?? 1)
/** Node's memory with the demo fleet, whatever happened to it, bytes. */
const MOST_MEMORY = 700 * 1024 * 1024
const MOST_PENDING = 128 * 1024 * 1024

interface Status {
  readonly nodes: readonly { readonly state: string; readonly rssBytes: number; readonly pendingBytes: number }[]
}

/** `npm run faults`; not part of `npm test`. */
describe.runIf(seconds > 0)(`random faults, seed ${seed}, ${seconds} s`, () => {
  const lab = new Lab()
  const stations = demoFleet()
  const publisher = new Publisher(stations, `chaos-${seed}`, true)
  const operator = new Operator(stations.slice(0, 4), `chaos-${seed}`)
  const clerk = new Clerk(stations.slice(4, 8))
  const cashier = new Cashier(lab.desk, `chaos-${seed}`)
  beforeAll(async () => {
    await lab.start(3, quick, join(lab.dir, 'postgres'))
    await lab.balanced()
    const [station] = stations
    if (station) await cashier.open(station, lab.mqttUrl, lab.sql)
  }, 180_000)
  afterAll(async () => {
    await cashier.stop()
    await clerk.stop()
    await operator.stop()
    await publisher.stop()
    await lab.stop()
  }, 90_000)

  it(
    '[CL6] whatever fails, nothing acknowledged is lost, doubled or out of order, and the cluster comes back',
    async () => {
      const random = numbers(seed)
      const faults = faultsOf(lab, random)
      const names = Object.keys(faults)
      const rows = new Map(names.map((name) => [name, { times: 0, longestHealS: 0 }]))
      const most = { rss: 0, pending: 0 }
      const said: string[] = []
      onTestFailed(async () => {
        console.log(said.join('\n'))
        console.log(await trouble(lab, publisher))
      })
      await publisher.start(lab.mqttUrl, 100)
      await operator.start(lab, 400)
      clerk.start(lab, 300)
      cashier.start(50)
      const watching = setInterval(() => void watch().catch(() => undefined), 2000)
      const watch = async (): Promise<void> => {
        const node = lab.nodes.find(({ process }) => process.alive)
        if (!node) return
        const status = (await (await lab.caller(node))('GET', '/api/cluster', undefined, 2000)).body as Status
        for (const { state, rssBytes, pendingBytes } of status.nodes) {
          if (state === 'gone') continue
          most.rss = Math.max(most.rss, rssBytes)
          most.pending = Math.max(most.pending, pendingBytes)
        }
      }
      const end = performance.now() + seconds * 1000
      while (performance.now() < end) {
        const name = names[Math.floor(random() * names.length)] ?? ''
        const row = rows.get(name)
        said.push(`${Math.round((performance.now() - end) / 1000 + seconds)} s ${name}`)
        await faults[name]?.()
        const healing = performance.now()
        // Every third fault meets a cluster that has healed; the others may meet one that has not.
        if (row && row.times++ % 3 === 0) {
          await served(lab, publisher, 40)
          row.longestHealS = Math.max(row.longestHealS, Number(((performance.now() - healing) / 1000).toFixed(1)))
        } else await pause(random() * 3000)
      }
      // (9) Within 15 s after the last fault every shard is owned and every device's messages are taken; a device waits before it connects again.
      await served(lab, publisher, 20)
      clearInterval(watching)
      await operator.stop()
      await clerk.stop()
      await cashier.stop()
      await settled(lab.sql, publisher)
      await until('no shard on the move', async () => !(await lab.owners()).has(''))
      const node = lab.nodes.find(({ process }) => process.alive)
      if (!node) throw new Error('no node left')
      const viewers = await Promise.all(stations.slice(0, 3).map(({ id }) => lab.view(node, `st:${id}:f`)))
      const found = await findings(lab.sql, publisher, { lab, operator, clerk, cashier, viewers })
      for (const viewer of viewers) viewer.close()
      console.table(Object.fromEntries(rows))
      console.log(
        JSON.stringify({
          seed,
          acknowledged: publisher.acked,
          filed: clerk.done,
          paid: cashier.done,
          ...(await operator.verify(lab.sql)),
          ...most,
          ...found,
        }),
      )
      expect(found).toEqual(CLEAN)
      expect(most.rss).toBeLessThan(MOST_MEMORY)
      expect(most.pending).toBeLessThan(MOST_PENDING)
    },
    (seconds + 400) * 1000,
  )
})

/** Every shard is owned, and messages of every device sent from now on are on record. */
async function served(lab: Lab, publisher: Publisher, within: number): Promise<void> {
  const marks = new Map(publisher.streams.map(({ device, seq }) => [device, seq]))
  await until(
    'every shard owned and progressing',
    async () => {
      const progress = await publisher.progress(lab.sql)
      return (
        !(await lab.owners()).has('') && publisher.streams.every(({ device }) => (progress.get(device) ?? 0) > (marks.get(device) ?? 0))
      )
    },
    within,
  )
}

/** What one wants to see when a cluster does not come back. */
async function trouble(lab: Lab, publisher: Publisher): Promise<string> {
  const progress = await publisher.progress(lab.sql)
  const behind = publisher.streams
    .map(({ device, seq, sent, busy, last }) => ({ device, seq, sent, busy, last, stored: progress.get(device) ?? 0 }))
    .filter(({ seq, stored }) => stored < seq - 5)
  const nodes = lab.nodes.filter(({ process }) => process.alive).map(({ name, process }) => `${name}:\n${process.output.slice(-3000)}`)
  return [JSON.stringify([...(await lab.owners())]), JSON.stringify(behind), ...nodes].join('\n')
}

// A file without any test is a failure to the runner.
describe.skipIf(seconds > 0)('random faults', () => {
  it('[CL7] a seed gives the same faults again', () => {
    const [a, b] = [numbers(7), numbers(7)]
    expect(Array.from({ length: 20 }, a)).toEqual(Array.from({ length: 20 }, b))
  })
})
