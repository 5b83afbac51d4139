import { chmodSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoFleet } from '@twin/models/stations'
import { openPool, startEmbeddedPostgres } from '../../twin-server/src/store/index.ts'
import { hasBrowser, signInAs, startBrowser } from '../harness/browser.ts'
import { type Product, type Session, startProduct, until } from '../harness/product.ts'

interface Step {
  readonly zh: string
  readonly ok: boolean | null
}
interface Run {
  readonly id: string
  readonly kind: string
  readonly state: string
  readonly place: string | null
  readonly steps: readonly Step[]
}
interface Status {
  readonly runs: readonly Run[]
  readonly backups: readonly { readonly id: string; readonly checked: { readonly ok: boolean } | null }[]
  readonly ranges: readonly { readonly from: number; readonly to: number | null }[]
}

describe.skipIf(!hasBrowser)('backup and restore', () => {
  let product: Product
  let browser: Browser
  let admin: Session
  beforeAll(async () => {
    // Its own embedded database: what is archived is that of the installation.
    product = await startProduct('')
    chmodSync(product.dir, 0o755)
    browser = await startBrowser()
    admin = await product.signIn('admin', 'Admin#2026')
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
  }, 120_000)

  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await admin.call(method, path, body)
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body as T
  }
  const status = () => call<Status>('GET', '/api/backups')
  const took: { save: number[]; query: number[] } = { save: [], query: [] }
  const timed = async <T>(kind: 'save' | 'query', work: Promise<T>): Promise<T> => {
    const began = performance.now()
    const result = await work
    took[kind].push(performance.now() - began)
    return result
  }
  const save = <T>(path: string, body: unknown) => timed('save', call<T>('POST', `/api/records/${path}`, body))
  const p95 = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? Number.NaN

  let investor = ''
  const station = demoFleet().find(({ kind }) => kind === 'centralStation')?.id ?? ''
  let paid = 0
  /** An investment of one yuan as people file it, with money in the ledger at its end; its number. */
  async function invest(): Promise<number> {
    const number = ++paid
    const { id } = await save<{ id: string }>('investment', { investor, station, amount: 100 })
    await save(`investment/${id}/pay`, { input: { received: 100, paidOn: '2026-02-01', receipt: `SK-${number}` } })
    await save(`investment/${id}/confirm`, { input: {} })
    return number
  }

  it('[P-013] an administrator backs up while people work and money moves, restores a chosen time into a copy that passes its checks, and reads the same log on the page and by API; work meets its times meanwhile', async () => {
    const { page, errors } = await signInAs(browser, product, 'admin', 'Admin#2026')
    const { row } = await call<{ row: { version: number } }>('GET', `/api/records/station/${station}`)
    await call('PUT', `/api/records/station/${station}`, { version: row.version, shareValue: 1_000_000_00 })
    investor = (await save<{ id: string }>('investor', { name: '甲投资' })).id
    await invest()

    // Work goes on before, during and after the backup, which is begun on the page.
    await page.goto(`${product.url}/system/backups`)
    await page.getByTestId('backup-same-disk').waitFor()
    const working = new AbortController()
    const work = (async () => {
      while (!working.signal.aborted) {
        await invest()
        await timed('query', call('GET', `/api/search?q=${encodeURIComponent('投资')}`))
        await timed('query', call('GET', '/api/records/ledgerEntry?sort=-createdAt&size=200'))
      }
    })()
    await page.getByTestId('backup-start').click()
    await page.getByTestId('backup-running').waitFor()
    const during = took.save.length
    await until('the backup is done', async () => (await status()).runs[0]?.state !== 'running', 120)
    working.abort()
    await work
    expect(took.save.length - during).toBeGreaterThan(3)
    expect([p95(took.save) < 1000, p95(took.query) < 3000, took]).toEqual([true, true, took])
    console.log(
      `p95 of ${took.save.length} saves ${p95(took.save).toFixed(0)} ms, of ${took.query.length} queries ${p95(took.query).toFixed(0)} ms`,
    )
    const [made] = (await status()).backups
    expect(made?.checked?.ok).toBe(true)
    await page.getByTestId(`verify-${made?.id}`).waitFor()

    // A whole second between what has to be there and what must not.
    const last = await invest()
    const second = Math.floor(Date.now() / 1000) * 1000 + 1000
    await until('the second', async () => Date.now() > second + 300)
    await invest()
    const local = await page.evaluate((at) => new Date(at - new Date().getTimezoneOffset() * 60_000).toISOString(), second)
    await page.getByTestId('restore-open').click()
    const dialog = page.getByTestId('restore-dialog')
    const field = dialog.locator('input').first()
    const chosen = page.locator('.ant-picker-ok button:visible')
    await field.click()
    await field.fill('2020-01-01 00:00:00')
    await page.locator('.ant-picker-ok button:visible:disabled').waitFor()
    await field.fill(local.slice(0, 19).replace('T', ' '))
    await chosen.click()
    await dialog.locator('.ant-btn-dangerous').click()
    await page.getByTestId('backup-running').waitFor()
    const run = await until(
      'the restore is done',
      async () => {
        const [newest] = (await status()).runs
        return newest?.kind === 'restore' && newest.state !== 'running' && newest
      },
      120,
    )
    expect([run.state, run.steps.filter(({ ok }) => ok === false)]).toEqual(['done', []])
    for (const check of ['校验和一致', '页校验和一致', '每张借贷相等', '链完整', '无缺无重', '状态哈希一致', '全部有效', '效果一致'])
      expect(
        run.steps.some(({ zh, ok }) => ok === true && zh.includes(check)),
        check,
      ).toBe(true)

    // The same log on the page and by its own address.
    expect(await call<Run>('GET', `/api/backups/restores/${run.id}`)).toMatchObject({ steps: run.steps })
    await page.locator(`[data-testid=run-table] [data-row-key="${run.id}"]`).click()
    const log = await page.getByTestId(`log-${run.id}`).innerText()
    for (const { zh } of run.steps) expect(log).toContain(zh)
    expect(await page.getByTestId('copy-look').innerText()).toContain(`TWIN_DATA_DIR=${run.place}`)

    // What was paid by then is in the copy, and no more; the running system has it all.
    const copy = await startEmbeddedPostgres({ dir: join(run.place ?? '', 'postgres') })
    const sql = openPool(copy.url, { max: 1 })
    const [held] = await sql<{ receipts: number; sum: number }[]>`
      select (select count(*) from investment where state = 'active') as receipts, (select sum(debit - credit) from ledger_entry)::bigint as sum`
    await sql.end()
    await copy.stop()
    expect(held).toEqual({ receipts: last, sum: 0 })
    expect((await call<{ total: number }>('GET', '/api/records/investment?state=active')).total).toBe(last + 1)

    // Administrators alone, and on record.
    const engineer = await product.signIn('engineer', 'Engineer#2026')
    expect((await admin.call('POST', '/api/backups/restores', { at: Date.UTC(2020) })).status).toBe(422)
    for (const [method, path, body] of [
      ['GET', '/api/backups'],
      ['POST', '/api/backups', {}],
      ['POST', '/api/backups/restores', { at: second }],
      ['DELETE', `/api/backups/restores/${run.id}`],
    ] as const)
      expect([path, (await engineer.call(method, path, body)).status]).toEqual([path, 403])
    const { rows } = await call<{ rows: { kind: string; result: string }[] }>('GET', '/api/audit?record=backup&size=50')
    expect(rows.filter(({ result }) => result === 'ok').map(({ kind }) => kind)).toEqual(['backup.restore', 'backup.start'])
    await page.getByTestId(`discard-${run.id}`).click()
    await page.locator('.ant-modal-confirm .ant-btn-dangerous').click()
    await until('the copy is gone', async () => !existsSync(run.place ?? ''))
    expect(errors).toEqual([])
    rmSync(join(product.dir, 'restored'), { recursive: true, force: true })
  }, 300_000)
})
