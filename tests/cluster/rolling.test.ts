import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoFleet } from '../../models/src/stations/index.ts'
import { spawnNode, until } from '../../scripts/cluster-lab.ts'
import { hasBrowser, signInAs, startBrowser } from '../harness/browser.ts'
import { Balancer } from './balancer.ts'
import { quick } from './barriers.ts'
import { cookieOf } from './cookie.ts'
import { hasHaproxy, Haproxy } from './haproxy.ts'
import { CLEAN, findings, settled } from './invariants.ts'
import { Lab, type LabNode } from './lab.ts'
import { LastingViewer } from './lasting-viewer.ts'
import { makeNextRelease, nextVersion } from './next-release.ts'
import { Operator } from './operator.ts'
import { Probe } from './probe.ts'
import { Publisher } from './publisher.ts'

const MINUTE = 60_000
const long = Number(process.env.TWIN_FAULTS_SECONDS ?? 0) > 0
const stations = demoFleet()
const [station] = stations
const cameras = stations.flatMap(({ devices }) => devices.filter(({ kind }) => kind === 'camera').slice(0, 1)).map(({ id }) => id)

/** Nodes behind a balancer, with what people and devices do all the time. HAProxy where it is installed, else one of our own. */
class Site {
  readonly lab = new Lab()
  readonly balancer = hasHaproxy ? new Haproxy() : new Balancer()
  readonly publisher = new Publisher(stations, 'rolling', true)
  readonly operator = new Operator(stations, 'rolling')
  readonly viewers = [`st:${station?.id}:f`, `st:${station?.id}:s`, 'fleet'].map((topic) => new LastingViewer(topic))
  probe!: Probe

  async start(nodes: number, env: NodeJS.ProcessEnv): Promise<void> {
    await this.balancer.start()
    const { url } = this.balancer
    await this.lab.start(nodes, { ...quick, TWIN_TRUSTED_PROXIES: '127.0.0.1', TWIN_PUBLIC_URL: url, ...env })
    await this.balancer.before(
      this.lab.nodes.map(({ options }) => options.httpPort),
      this.lab.dir,
    )
    await this.lab.balanced()
    await this.publisher.start(this.lab.mqttUrl, 50)
    // Its cameras answer, and its gateways are heard often enough to count as on line.
    await this.operator.start(this.lab, 3000)
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

  /** Ends a node as a process manager does, and starts it again in its place, from another release where one is given. */
  async renew(node: LabNode, main?: string): Promise<void> {
    await node.process.end('SIGTERM')
    expect([node.name, node.process.process.exitCode, node.process.output.match(/"level":[56]0.*/g)]).toEqual([node.name, 0, null])
    if (main !== undefined) node.options = { ...node.options, main }
    node.process = spawnNode(node.name, node.options)
    await until(`${node.name} takes requests again`, async () => (await fetch(`${node.url}/api/ready`)).ok, 90).catch((error: unknown) => {
      throw new Error(`${node.name} did not come back:\n${node.process.output.slice(-4000)}`, { cause: error })
    })
    await this.lab.balanced(90)
  }

  async stop(): Promise<void> {
    await this.probe?.stop()
    await Promise.all(this.viewers.map((viewer) => viewer.stop()))
    await this.operator.stop()
    await this.publisher.stop()
    await this.balancer.stop()
    await this.lab.stop()
  }
}

interface Availability {
  readonly since: number
  readonly at: number
  readonly ongoing: unknown
  readonly days: readonly { readonly day: string; readonly good: number; readonly degraded: number }[]
  readonly reliability: { readonly failures: number; readonly upMs: number; readonly ms: number; readonly plannedMs: number }
}

describe.runIf(long && hasBrowser)('three nodes behind a load balancer', () => {
  const site = new Site()
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
    await site.start(3, { TWIN_LEAVE_MS: '5000', TWIN_AVAILABILITY_CHECK_MS: '1000' })
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await site.stop()
  }, 120_000)

  it('[P-001] are upgraded and restarted one after the other under load of people and devices: a probe outside has no failed minute, no maintenance was needed, and the availability page shows the same', async () => {
    const { lab, probe, balancer, viewers, publisher } = site
    const began = probe.seconds[0]?.at ?? 0
    const at = { url: balancer.url } as Parameters<typeof signInAs>[1]
    const { page, errors } = await signInAs(browser, at, 'admin', 'Admin#2026')

    // An upgrade with a change of the schema, then a plain restart.
    const next = makeNextRelease(join(lab.dir, 'next'))
    for (const node of lab.nodes) await site.renew(node, next)
    for (const node of lab.nodes) await site.renew(node)
    await until('two whole minutes', async () => Date.now() - began > 3 * MINUTE, 200)
    const versions = await Promise.all(
      lab.nodes.map(
        async ({ url }) => ((await (await fetch(`${url}/api/openapi.json`)).json()) as { info: { version: string } }).info.version,
      ),
    )
    expect(versions).toEqual([nextVersion, nextVersion, nextVersion])

    await probe.stop()
    await Promise.all(viewers.map((viewer) => viewer.stop()))
    console.log({
      balancer: balancer.constructor.name,
      seconds: probe.seconds.length,
      commands: probe.commands,
      slowestMs: Math.round(probe.slowestMs),
      viewers: viewers.map(({ reconnects, longestGapMs, mostSnapshots }) => ({
        reconnects,
        longestGapMs: Math.round(longestGapMs),
        mostSnapshots,
      })),
    })
    expect(probe.failed).toEqual([])
    expect(probe.failedMinutes).toBe(0)
    expect(probe.seconds.length).toBeGreaterThan(150)
    expect(probe.commands).toBeGreaterThan(probe.seconds.length / 2)
    for (const viewer of viewers) {
      expect(viewer.regressions).toBe(0)
      expect(viewer.reconnects).toBeGreaterThan(0)
      expect(viewer.longestGapMs).toBeLessThan(5000)
    }

    // The product's own record of the same time, by its API and on its page.
    const [node] = lab.nodes
    if (!node) throw new Error('no node')
    const call = await lab.signIn(node)
    const { body, status } = (await call('GET', '/api/availability')) as { status: number; body: Availability }
    expect(status).toBe(200)
    expect(body).toMatchObject({ ongoing: null, reliability: { failures: 0, plannedMs: 0 } })
    expect(body.reliability.upMs).toBe(body.reliability.ms)
    const days = [...new Set([began, Date.now()].map((ms) => new Date(ms + 8 * 60 * MINUTE).toISOString().slice(0, 10)))]
    const runs = await Promise.all(
      days.map(
        async (day) =>
          ((await call('GET', `/api/availability/days/${day}`)).body as { runs: { from: number; minutes: number; state: string }[] }).runs,
      ),
    )
    const seen = runs.flat().filter(({ from, minutes }) => from + minutes * MINUTE > began && from < (probe.seconds.at(-1)?.at ?? 0))
    expect(seen.map(({ state }) => state).filter((state) => state !== 'good')).toEqual([])
    expect(await call('GET', '/api/availability/outages')).toMatchObject({ body: { total: 0 } })

    // The page that was open all the time is live again by itself, and goes on to the record.
    await page.goto(`${balancer.url}/system/availability`)
    await page.getByTestId('target-state').waitFor()
    expect(await page.getByTestId('kpi-month').innerText()).toContain('100.0000 %')
    expect(await page.getByTestId('kpi-failures').innerText()).toMatch(/\n0$/)
    expect(await page.getByTestId('day-ribbon').locator('button').last().getAttribute('data-state')).toBe('good')
    expect(await page.getByTestId('outage-table').innerText()).toContain('没有中断')
    expect(await page.getByTestId('outage-now').count()).toBe(0)
    expect(errors).toEqual([])

    await site.operator.stop()
    await settled(lab.sql, publisher, 60)
    expect(await findings(lab.sql, publisher, {})).toEqual(CLEAN)
  }, 600_000)
})

// A file without any test is a failure to the runner.
describe.skipIf(long)('three nodes behind a load balancer', () => {
  it('need `npm run faults`', () => undefined)
})
