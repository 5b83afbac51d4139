import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { type Product } from './product.ts'

const executablePath = process.env.TWIN_CHROMIUM ?? '/usr/bin/chromium'
/** Browser tests skip visibly where there is no Chromium. */
export const hasBrowser = existsSync(executablePath)

export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--use-gl=angle',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--mute-audio',
      '--autoplay-policy=no-user-gesture-required',
    ],
  })
}

export interface Visitor {
  readonly page: Page
  /** Errors of the page that a person would call broken. */
  readonly errors: string[]
}

/**
 * A person in a browser of their own, signed in through the page. They arrive at the help, which everybody has and which is quick to draw;
 * `at: '/'` for the overview, whose map takes seconds without a graphics card.
 */
export async function signInAs(
  browser: Browser,
  product: Product,
  username: string,
  password: string,
  { at = '/help', ...options }: BrowserContextOptions & { readonly at?: string } = {},
): Promise<Visitor> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'zh-CN', reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.setDefaultTimeout(45_000)
  await page.goto(product.url + at)
  await page.getByTestId('username').fill(username)
  await page.getByTestId('password').fill(password)
  await page.keyboard.press('Enter')
  await page.getByTestId(at === '/' ? 'station-list' : 'account-menu').waitFor()
  return { page, errors }
}
