import { join } from 'node:path'
import mqtt from 'mqtt'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { demoFleet } from '../../models/src/stations/index.ts'
import { until } from '../../scripts/cluster-lab.ts'
import { quick } from './barriers.ts'
import { Lab, type LabNode } from './lab.ts'
import { Publisher } from './publisher.ts'

const hook = join(import.meta.dirname, 'poison-hook.ts')
const env = { ...quick, NODE_OPTIONS: `--import=${hook} --max-old-space-size=350`, TWIN_POISON_STALL_MS: '1500' }
const stations = demoFleet()

interface Row {
  readonly deaths: number
  readonly how: string
}

/** Sends one message that is as valid as any other, but for what the lab does to the node that takes it. */
async function poison(lab: Lab, publisher: Publisher, boot: string): Promise<string> {
  const [stream] = publisher.streams
  if (!stream) throw new Error('no stream')
  const { org, id, devices } = stream.station
  const device = devices.find((each) => each.kind === 'dryer')?.id ?? ''
  const client = await mqtt.connectAsync(lab.mqttUrl, { protocolVersion: 5, clientId: `lab-${boot}` })
  const body = { p: { outletPressure: 6.5 } }
  await client.publishAsync(`tw/${org}/${id}/t/${device}`, JSON.stringify({ v: 1, boot, seq: 1, ts: Date.now(), body }), { qos: 1 })
  await client.endAsync()
  return device
}

const letters = (lab: Lab, device: string) =>
  lab.sql<{ detail: string }[]>`select detail from dead_letter where device = ${device} and reason = 'poison'`

describe.each([
  {
    name: 'one node with a keeper',
    nodes: 1,
    kinds: ['throw', 'death', ...(process.env.TWIN_FAULTS_SECONDS === undefined ? [] : ['memory'])],
  },
  { name: 'three nodes', nodes: 3, kinds: ['hang'] },
])('a message that no process survives: $name', ({ nodes, kinds }) => {
  const lab = new Lab()
  const kept: { deaths(): number }[] = []
  let publisher: Publisher
  beforeAll(async () => {
    await lab.start(0)
    for (let i = 0; i < nodes; i++) {
      const node = await lab.addNode(nodes === 1 ? { ...env, REDIS_URL: undefined } : env)
      // Like any process manager: starts again what ended. One alone, in a cluster the others must do.
      if (nodes === 1) kept.push(lab.keep(node))
    }
    if (nodes > 1) await lab.balanced()
  }, 120_000)
  afterEach(() => publisher.stop())
  afterAll(() => lab.stop(), 60_000)

  const deaths = (): number => kept.reduce((sum, each) => sum + each.deaths(), 0) + lab.nodes.filter(({ process }) => !process.alive).length

  it.each(kinds)(
    '[CL8] %s: the message is put aside after few deaths, all others are taken, once and in order',
    async (kind) => {
      publisher = new Publisher(stations, `poison-${nodes}-${kind}`.replace('poison', 'ordinary'))
      await publisher.start(lab.mqttUrl, 60)
      await until('all devices on record', async () => (await publisher.progress(lab.sql)).size === publisher.streams.length, 60)
      const before = deaths()
      const began = performance.now()
      const device = await poison(lab, publisher, `poison-${kind}`)
      const [letter] = await until(
        'the message is put aside',
        async () => {
          const found = await letters(lab, device)
          return found.length > 0 && found
        },
        90,
      )
      console.log(`${kind}: put aside after ${deaths() - before} deaths, ${((performance.now() - began) / 1000).toFixed(1)} s`)
      const marks = new Map(publisher.streams.map((stream) => [stream.device, stream.seq]))
      await until(
        'the others go on',
        async () => {
          const progress = await publisher.progress(lab.sql)
          return publisher.streams.every((stream) => (progress.get(stream.device) ?? 0) > (marks.get(stream.device) ?? 0))
        },
        60,
      )
      await publisher.stop()
      await until('all acknowledged on record', async () => {
        const progress = await publisher.progress(lab.sql)
        return publisher.streams.every((stream) => (progress.get(stream.device) ?? 0) >= stream.last)
      })
      expect(await publisher.verify(lab.sql)).toMatchObject({ lost: 0, doubled: 0, disordered: 0 })
      expect(await letters(lab, device)).toHaveLength(1)
      await lab.sql`delete from dead_letter where device = ${device}`
      const suspects = await lab.sql<Row[]>`select deaths, how from tw_suspect where key = ${`t ${device} poison-${kind} 1`} and deaths > 1`
      if (kind === 'throw') {
        expect(letter).toEqual({ detail: 'a step failed twice' })
        expect([deaths() - before, suspects]).toEqual([0, []])
        return
      }
      expect(letter).toEqual({ detail: 'ended the process' })
      // Two for what the watching thread sees; where nothing is seen, three until turns are written down, and two that were.
      expect(deaths() - before).toBeLessThanOrEqual(kind === 'hang' ? 2 : 5)
      // Memory may also be filled so slowly that it is a hang first, or so fast that nobody sees it.
      expect(suspects).toEqual([{ deaths: 2, how: kind === 'memory' ? expect.any(String) : kind }])
      const node = await until('a node that answers', async () => {
        for (const each of lab.nodes) if (each.process.alive && (await fetch(`${each.url}/api/health`)).ok) return each
        return undefined
      })
      await released(lab, node)
    },
    150_000,
  )
})

/** An administrator sees what was put aside and lets it go. */
async function released(lab: Lab, node: LabNode): Promise<void> {
  const call = await lab.signIn(node)
  const quarantine = async () =>
    ((await call('GET', '/api/cluster')).body as { quarantine: { kind: string; station: string; what: string; deaths: number }[] })
      .quarantine
  const shown = (await quarantine()).find(({ what }) => what.includes('poison'))
  expect(shown).toMatchObject({ kind: 'turn', deaths: 2 })
  expect((await call('POST', '/api/cluster/quarantine/release', { station: shown?.station, what: shown?.what })).status).toBe(200)
  await until('nothing in quarantine', async () => (await quarantine()).length === 0)
}
