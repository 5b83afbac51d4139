import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoFleet } from '../../models/src/stations/index.ts'
import { spawnNode, until } from '../../scripts/cluster-lab.ts'
import { Balancer } from './balancer.ts'
import { quick } from './barriers.ts'
import { cookieOf } from './cookie.ts'
import { Lab, type LabNode } from './lab.ts'
import { LastingViewer } from './lasting-viewer.ts'
import { Operator } from './operator.ts'
import { Probe } from './probe.ts'
import { Publisher } from './publisher.ts'

const long = Number(process.env.TWIN_FAULTS_SECONDS ?? 0) > 0
const stations = demoFleet()
const [station] = stations
const cameras = stations.flatMap(({ devices }) => devices.filter(({ kind }) => kind === 'camera').slice(0, 1)).map(({ id }) => id)

/** Nodes behind a balancer, with what people and devices do all the time. */
class Site {
  readonly lab = new Lab()
  readonly balancer = new Balancer()
  readonly publisher = new Publisher(stations, 'rolling', true)
  readonly operator = new Operator(stations, 'rolling')
  readonly viewers = [`st:${station?.id}:f`, `st:${station?.id}:s`, 'fleet'].map((topic) => new LastingViewer(topic))
  probe!: Probe

  async start(nodes: number, env: NodeJS.ProcessEnv): Promise<void> {
    await this.balancer.start(250)
    const { url } = this.balancer
    const all = { ...quick, TWIN_TRUSTED_PROXIES: '127.0.0.1', TWIN_PUBLIC_URL: url, ...env }
    await this.lab.start(nodes, all)
    for (const { options } of this.lab.nodes) await this.balancer.add(options.httpPort)
    await this.lab.balanced()
    await this.publisher.start(this.lab.mqttUrl, 50)
    // Its cameras answer; who orders is the probe.
    await this.operator.start(this.lab, 60_000)
    const [node] = this.lab.nodes
    if (!node || !station) throw new Error('no node')
    const { username, password } = await this.lab.administrator(node)
    const cookie = await cookieOf(url, username, password)
    for (const viewer of this.viewers) await viewer.start(url, cookie)
    await until('all devices on record', async () => {
      const progress = await this.publisher.progress(this.lab.sql)
      return progress.size === this.publisher.streams.length
    })
    const device = this.publisher.streams.find((stream) => stream.station.id === station.id)?.device ?? ''
    this.probe = new Probe({ url, username, password, station: station.id, device, cameras }, 'rolling').start()
    await until('the probe is served', async () => this.probe.seconds.length >= 3)
  }

  /** Ends a node as a process manager does, and starts it again in its place. */
  async renew(node: LabNode): Promise<void> {
    const before = this.balancer.ready()
    await node.process.end('SIGTERM')
    expect([node.name, node.process.process.exitCode, node.process.output.match(/"level":[56]0.*/g)]).toEqual([node.name, 0, null])
    node.process = spawnNode(node.name, node.options)
    await until(`${node.name} takes requests again`, async () => this.balancer.ready() === before, 60)
    await this.lab.balanced()
  }

  async stop(): Promise<void> {
    await this.probe?.stop()
    await Promise.all(this.viewers.map((viewer) => viewer.stop()))
    await this.operator.stop()
    await this.publisher.stop()
    await this.balancer.stop()
    await this.lab.stop()
  }

  expectNothingNoticed(): void {
    const { probe, viewers } = this
    expect(probe.failed).toEqual([])
    for (const viewer of viewers) {
      expect(viewer.regressions).toBe(0)
      expect(viewer.longestGapMs).toBeLessThan(5000)
    }
  }
}

describe.runIf(long)('three nodes behind a balancer', () => {
  const site = new Site()
  beforeAll(() => site.start(3, { TWIN_LEAVE_MS: '1500' }), 120_000)
  afterAll(() => site.stop(), 60_000)

  it('are restarted one after the other, and nobody notices', { timeout: 300_000 }, async () => {
    for (const node of site.lab.nodes) await site.renew(node)
    await site.probe.stop()
    await Promise.all(site.viewers.map((viewer) => viewer.stop()))
    site.expectNothingNoticed()
  })
})

// A file without any test is a failure to the runner.
describe.skipIf(long)('three nodes behind a balancer', () => {
  it('need `npm run faults`', () => undefined)
})
