import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core'
import { startBrowser } from '../../tests/harness/browser.ts'
import { median, type Row } from './report.ts'
import { World } from './world.ts'

/** A page by its address and what has to stand there before one can work with it. */
interface Goal {
  readonly name: string
  readonly path: string
  readonly ready: string
}
const overview: Goal = { name: 'overview', path: '/', ready: '[data-testid=station-row]' }
const pages: readonly Goal[] = [
  overview,
  { name: 'alarms', path: '/alarms', ready: '[data-testid=alarm-table] .ant-table' },
  { name: 'energy', path: '/energy', ready: '[data-testid=energy-page] canvas' },
  { name: 'history curves', path: '/trends', ready: '[data-testid=trends-page]' },
  { name: 'a list of records', path: '/records/part', ready: '[data-testid=table-part]' },
  { name: 'users', path: '/system/users', ready: '[data-testid=users-page] .ant-table' },
]
const signIn: Goal = { name: 'sign-in', path: '/', ready: '[data-testid=username]' }

interface Visit {
  readonly ms: number
  readonly paintMs: number
  readonly bytes: number
  readonly requests: number
  /** CPU time of the page's main thread until it was usable: what a busy machine disturbs least. */
  readonly cpuMs: number
}

/** 10 Mbit/s with 20 ms, and a processor of a quarter of this one's speed. */
async function slow(session: CDPSession, cpu: number): Promise<void> {
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 20,
    downloadThroughput: 10_000_000 / 8,
    uploadThroughput: 10_000_000 / 8,
  })
  await session.send('Emulation.setCPUThrottlingRate', { rate: cpu })
}

/** From navigation until what is wanted is in the page and the page has time for the next thing. */
async function visit(context: BrowserContext, base: string, goal: Goal, cpu = 4): Promise<Visit> {
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await slow(session, cpu)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  let [bytes, requests] = [0, 0]
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength
    requests++
  })
  await page.addInitScript((wanted) => {
    const mark = globalThis as { readyAt?: number }
    const watch = new MutationObserver(() => {
      if (!document.querySelector(wanted)) return
      watch.disconnect()
      // A frame, and a task after it: what was queued before is done.
      requestAnimationFrame(() => setTimeout(() => (mark.readyAt ??= performance.now())))
    })
    watch.observe(document, { childList: true, subtree: true })
  }, goal.ready)
  await page.goto(base + goal.path, { waitUntil: 'commit' })
  await page.waitForFunction(() => 'readyAt' in globalThis, undefined, { timeout: 120_000, polling: 100 })
  const { metrics } = await session.send('Performance.getMetrics')
  const cpuMs = 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN)
  // Until nothing more comes for a while; the page keeps lines open, so it is never idle by itself.
  for (let seen = -1; seen !== requests;) {
    seen = requests
    await page.waitForTimeout(1000)
  }
  const [ms, paintMs] = await page.evaluate(() => [
    (globalThis as { readyAt?: number }).readyAt ?? 0,
    performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
  ])
  await page.close()
  return { ms: ms ?? 0, paintMs: paintMs ?? 0, bytes, requests, cpuMs }
}

/** ms from the click until the form stands with its fields, taken in the page. */
async function formOpening(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const began = performance.now()
    document.querySelector<HTMLElement>('[data-testid=record-new]')?.click()
    while (!document.querySelector('[data-testid=record-save]') || !document.querySelector('.ant-form-item input'))
      await new Promise((done) => requestAnimationFrame(done))
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
    return performance.now() - began
  })
}

async function formTimes(browser: Browser, base: string, state: State, cpu: number, rounds: number): Promise<number[]> {
  const context = await browser.newContext({ storageState: state, reducedMotion: 'reduce' })
  const page = await context.newPage()
  await (await context.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: cpu })
  await page.goto(`${base}/records/repair`)
  await page.getByTestId('record-new').waitFor()
  const times: number[] = []
  for (let i = 0; i < rounds; i++) {
    times.push(await formOpening(page))
    await page.locator('.ant-modal-close, .ant-drawer-close').first().click()
    await page.getByTestId('record-save').waitFor({ state: 'detached' })
  }
  await context.close()
  return times
}

type State = Awaited<ReturnType<BrowserContext['storageState']>>
async function signedIn(browser: Browser, base: string): Promise<State> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(base)
  await page.getByTestId('username').fill('admin')
  await page.getByTestId('password').fill('Admin#2026')
  await page.keyboard.press('Enter')
  await page.getByTestId('station-list').waitFor({ timeout: 120_000 })
  const state = await context.storageState()
  await context.close()
  return state
}

const seconds = (values: readonly number[]): string =>
  `${(median(values) / 1000).toFixed(2)} s (${(Math.min(...values) / 1000).toFixed(2)}–${(Math.max(...values) / 1000).toFixed(2)})`
const kB = (values: readonly number[]): string => `${Math.round(median(values) / 1024)} kB`

export interface PortalOptions {
  readonly rounds: number
  /** Of a product that runs already, with the demo's sign-ins; otherwise one is started with the demo fleet. */
  readonly url?: string
}

/** First visits and later ones as over a slow line on a slow computer; the forms; bytes a page. Medians of `rounds`, with the range. */
export async function benchPortal({ rounds, url }: PortalOptions): Promise<Row[]> {
  const world = new World()
  const browser = await startBrowser()
  try {
    const base = url ?? (await world.product('embedded')).http
    const state = await signedIn(browser, base)
    const rows: Row[] = []
    const line = (what: string, figure: string, baseline: string, ratio = '', target = '', met: boolean | null = null): number =>
      rows.push({ what, figure, baseline, ratio, target, met })
    for (const goal of [signIn, ...pages]) {
      const [cold, warm, free]: [Visit[], Visit[], Visit[]] = [[], [], []]
      for (let i = 0; i < rounds; i++) {
        // A context has a cache of its own: empty at the first visit.
        const context = await browser.newContext({ reducedMotion: 'reduce', ...(goal === signIn ? {} : { storageState: state }) })
        cold.push(await visit(context, base, goal))
        warm.push(await visit(context, base, goal))
        free.push(await visit(context, base, goal, 1))
        await context.close()
      }
      const of = (visits: readonly Visit[], key: keyof Visit): number[] => visits.map((each) => each[key])
      const [first, again] = [median(of(cold, 'ms')), median(of(warm, 'ms'))]
      const judged = goal === signIn || goal === overview
      line(
        `${goal.name}: usable, first visit`,
        seconds(of(cold, 'ms')),
        `first paint ${seconds(of(cold, 'paintMs'))}`,
        '',
        judged ? '≤ 3 s' : '',
        judged ? first <= 3000 : null,
      )
      line(
        `${goal.name}: usable, later visit`,
        seconds(of(warm, 'ms')),
        'first visit',
        (again / first).toFixed(2),
        judged ? '≤ 1 s' : '',
        judged ? again <= 1000 : null,
      )
      line(`${goal.name}: CPU of the main thread, later visit at full speed`, `${median(of(free, 'cpuMs')).toFixed(0)} ms`, '')
      line(
        `${goal.name}: transferred`,
        `${kB(of(cold, 'bytes'))}, ${median(of(cold, 'requests'))} requests`,
        `later ${kB(of(warm, 'bytes'))}`,
        (median(of(warm, 'bytes')) / median(of(cold, 'bytes'))).toFixed(2),
      )
    }
    const open = await formTimes(browser, base, state, 1, 5 * rounds)
    line(
      'a form opens (full speed)',
      `${median(open).toFixed(0)} ms`,
      `first ${open[0]?.toFixed(0)} ms`,
      '',
      '≤ 200 ms',
      median(open) <= 200,
    )
    const slowly = await formTimes(browser, base, state, 4, 3 * rounds)
    line('a form opens (CPU ÷ 4)', `${median(slowly).toFixed(0)} ms`, 'full speed', (median(slowly) / median(open)).toFixed(2))
    return rows
  } finally {
    await browser.close()
    await world.stop()
  }
}
