import { join } from 'node:path'
import { afterEach, describe, expect, it, onTestFailed } from 'vitest'
import { demoFleet } from '../../models/src/stations/index.ts'
import { startNode, until } from '../../scripts/cluster-lab.ts'
import { CheckedDevices } from '../harness/checked-devices.ts'
import { quick } from './barriers.ts'
import { CLEAN, findings, settled } from './invariants.ts'
import { Lab, type LabNode } from './lab.ts'
import { Publisher } from './publisher.ts'

const seconds = Number(process.env.TWIN_FAULTS_SECONDS ?? 0)
const spooling = { ...quick, TWIN_TELEMETRY_OUTAGE: 'spool' }

/** `npm run faults`: an external broker, two nodes, and Postgres away for longer than telemetry may wait. */
describe.runIf(seconds > 0)('telemetry spool of a cluster', () => {
  let lab: Lab
  afterEach(async () => lab.stop(), 60_000)

  async function start(): Promise<void> {
    lab = new Lab()
    await lab.start(2, spooling, join(lab.dir, 'postgres'))
    await lab.balanced()
    onTestFailed(() => {
      for (const { name, process } of lab.nodes) console.log(`${name}:\n${process.output.replaceAll(/"stack":"[^"]*"/g, '').slice(-5000)}`)
    })
  }
  const spooled = async (node: LabNode, name = 'spooled'): Promise<number> => {
    const text = await (await fetch(`${node.url}/metrics`, { signal: AbortSignal.timeout(5000) })).text()
    return Number(new RegExp(`^twin_spool_${name} (\\S+)`, 'm').exec(text)?.[1])
  }
  const idle = (within: number) =>
    until(
      'no spool in use',
      async () => (await Promise.all(lab.nodes.map((node) => spooled(node, 'active')))).every((active) => active === 0),
      within,
    )

  it('[SP2] Postgres frozen for 30 s: all invariants hold, in order', { timeout: 300_000 }, async () => {
    await start()
    const publisher = new Publisher(demoFleet(), 'spooled', true)
    await publisher.start(lab.mqttUrl, 200)
    await until('all devices on record', async () => (await publisher.progress(lab.sql)).size === publisher.streams.length, 60)
    lab.postgres?.signal('SIGSTOP')
    const before = publisher.acked
    await until('both nodes spool', async () => (await Promise.all(lab.nodes.map((node) => spooled(node)))).every((n) => n > 0), 30)
    await until('the broker goes on', async () => publisher.acked > before + 4000, 60)
    lab.postgres?.signal('SIGCONT')
    await idle(60)
    await settled(lab.sql, publisher, 60)
    await until('no shard on the move', async () => !(await lab.owners()).has(''), 60)
    expect(await findings(lab.sql, publisher, { lab })).toEqual(CLEAN)
  })

  it('[SP3] a node dies in the outage; others own its stations when it comes back with its spool', { timeout: 300_000 }, async () => {
    await start()
    const devices = new CheckedDevices(demoFleet(), lab.mqttPort, 'orphan')
    devices.start(200)
    await until('all devices acknowledged', async () => devices.ackedBeyond(new Map()), 30)
    const [first] = lab.nodes as [LabNode]
    lab.postgres?.signal('SIGSTOP')
    await until('it spools', async () => (await spooled(first)) > 300, 60)
    await first.process.end('SIGKILL')
    lab.postgres?.signal('SIGCONT')
    await until('others own its shards', async () => ((await lab.owners()).get(first.url) ?? 0) === 0, 60)
    // Newer telemetry of its stations is on record before the older comes.
    const marks = devices.marks
    await until('all devices acknowledged again', async () => devices.ackedBeyond(marks), 30)
    await until('newer ones on record', async () => newest(devices, marks), 30)
    first.process = await startNode(first.name, first.options)
    await idle(60)
    await devices.finish(30)
    await until('what the broker has is taken', async () => (await devices.verify(lab.sql)).lost === 0, 60)
    expect(await devices.verify(lab.sql)).toMatchObject({ lost: 0, doubled: 0, wrong: 0 })
    expect(await spooled(first, 'drained')).toBeGreaterThan(300)

    async function newest(all: CheckedDevices, since: ReadonlyMap<string, number>): Promise<boolean> {
      const rows = await lab.sql<{ device: string; seq: number }[]>`select device, seq from device_cursor where channel = 't'`
      const cursors = new Map(rows.map(({ device, seq }) => [device, seq]))
      return all.devices.every(({ id }) => (cursors.get(id) ?? 0) > (since.get(id) ?? 0))
    }
  })
})

// A file without any test is a failure to the runner.
describe.skipIf(seconds > 0)('telemetry spool of a cluster', () => {
  it('needs `npm run faults`', () => undefined)
})
