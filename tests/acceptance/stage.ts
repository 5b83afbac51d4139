import type { Browser, Page } from 'playwright-core'
import { demoFleet } from '@twin/models/stations'
import type { StationConfig } from '@twin/models/stations'
import { startTestPostgres } from '../../twin-server/src/testing/postgres.ts'
import { startBrowser } from '../harness/browser.ts'
import { freePort, Process, type Product, type Session, startProduct, until } from '../harness/product.ts'

/** Product and browser of one acceptance file. */
export interface Desk {
  readonly product: Product
  readonly browser: Browser
  stop(): Promise<void>
}
export async function openDesk(env: NodeJS.ProcessEnv = {}): Promise<Desk> {
  const database = await startTestPostgres()
  const product = await startProduct(database.url, env)
  const browser = await startBrowser()
  return {
    product,
    browser,
    async stop() {
      await browser.close()
      await product.stop()
      await database.stop()
    },
  }
}

/** The same with the simulated fleet. */
export interface Stage extends Desk {
  readonly operator: Session
  readonly admin: Session
  /** Asks the simulated fleet for a fault; throws when it refuses. */
  fault(request: Record<string, unknown>): Promise<void>
}

/** Ready when every device of the demo is online. `env` is that of server and fleet. */
export async function setStage(env: NodeJS.ProcessEnv = {}, fleet: readonly string[] = []): Promise<Stage> {
  const desk = await openDesk(env)
  const { product, browser } = desk
  const control = await freePort()
  const args = ['--demo', '--url', product.mqtt, '--backlog-days', '0.05', '--control', String(control), ...fleet]
  const devices = new Process('loadtest/src/fleet/main.ts', args, product.env)
  const [operator, admin] = await Promise.all([product.signIn('operator', 'Operator#2026'), product.signIn('admin', 'Admin#2026')])
  await until(
    'the fleet is live',
    async () => {
      const { body } = await operator.call('GET', '/api/stations')
      return (body as { stations: { devices: { total: number; online: number } }[] }).stations.every(
        (station) => station.devices.online === station.devices.total,
      )
    },
    90,
  )
  return {
    product,
    browser,
    operator,
    admin,
    async fault(request) {
      const answer = await fetch(`http://127.0.0.1:${control}/fault`, { method: 'POST', body: JSON.stringify(request) })
      if (!answer.ok) throw new Error(await answer.text())
    },
    async stop() {
      await devices.end()
      await desk.stop()
    },
  }
}

const fleet = demoFleet()
export function demoStation(code: string): StationConfig {
  const found = fleet.find((station) => station.code === code)
  if (!found) throw new Error(`the demo has no station ${code}`)
  return found
}
export function deviceOf(station: StationConfig, code: string): string {
  const found = station.devices.find((device) => device.code === code)
  if (!found) throw new Error(`${station.code} has no ${code}`)
  return found.id
}

/** The body of a 200. */
export async function read<T>(session: Session, path: string): Promise<T> {
  const { status, body } = await session.call('GET', path)
  if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`)
  return body as T
}

export interface Point {
  readonly point: string
  readonly value: unknown
  readonly unit: string
  readonly at: number | null
  readonly quality: string
}
export async function points(session: Session, device: string): Promise<Record<string, Point>> {
  const body = await read<{ points: Point[] }>(session, `/api/devices/${device}/live`)
  return Object.fromEntries(body.points.map((point) => [point.point, point]))
}

export interface Mark {
  readonly id?: string
  readonly state?: string
  readonly count?: number
  readonly lng: number
  readonly lat: number
  readonly x: number
  readonly y: number
}
/** What the map of the page draws now. */
export async function marks(page: Page): Promise<readonly Mark[]> {
  return JSON.parse((await page.getByTestId('fleet-map').getAttribute('data-marks')) ?? '[]') as Mark[]
}

/** The text of an element once it satisfies. */
export async function shows(page: Page, testId: string, wanted: RegExp, seconds = 10): Promise<string> {
  return until(
    `${testId} shows ${wanted}`,
    async () => {
      const text = (await page.getByTestId(testId).first().textContent()) ?? ''
      return wanted.test(text) && text
    },
    seconds,
  )
}
