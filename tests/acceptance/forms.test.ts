import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { records } from '@twin/models/records'
import { hasBrowser, signInAs } from '../harness/browser.ts'
import { walkErrors } from '../harness/error-form.ts'
import { type Product, until } from '../harness/product.ts'
import { type Desk, openDesk } from './stage.ts'

/** Controls of the open form that nobody could name, and words in it that a program wrote. */
const faultsOfForm = `(() => {
  const form = document.querySelector('[data-testid=record-form]')
  const named = (control) => {
    const labelled = (control.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join('')
    const label = control.id ? document.querySelector('label[for="' + CSS.escape(control.id) + '"]') : null
    const around = control.closest('label')
    return (control.getAttribute('aria-label') || labelled || label?.textContent || around?.textContent || control.textContent || '').trim()
  }
  const controls = [...form.querySelectorAll('input:not([type=hidden]), textarea, select, button, [role=combobox], [role=switch], [role=tree], [contenteditable=true]')]
    .filter((one) => !one.closest('[aria-hidden=true]') && getComputedStyle(one).display !== 'none' && one.type !== 'file')
  const unnamed = controls.filter((one) => named(one) === '').map((one) => one.outerHTML.slice(0, 120))
  const words = [...form.querySelectorAll('.ant-form-item-explain, [role=alert]')].map((one) => one.textContent ?? '')
  const raw = words.filter((text) => /undefined|null|NaN|Zod|invalid_|expected |\\[object|Error|rec\\.|\\{\\{/.test(text) || !/[\\u4e00-\\u9fff]/.test(text.trim() || '无'))
  const nameless = [...form.querySelectorAll('.ant-form-item')].filter((item) => (item.querySelector('label')?.textContent ?? '').trim() === '').length
  return { unnamed, raw, nameless, told: words.filter((text) => text.trim() !== '').length }
})()`

describe.skipIf(!hasBrowser)('forms and messages', () => {
  let desk: Desk
  let product: Product
  let browser: Browser
  beforeAll(async () => {
    desk = await openDesk()
    ;({ product, browser } = desk)
  }, 240_000)
  afterAll(async () => {
    await desk?.stop()
  }, 120_000)

  /** To another page without loading the portal anew. */
  const goTo = async (page: Page, path: string): Promise<void> => {
    await page.evaluate((to) => {
      history.pushState({}, '', to)
      dispatchEvent(new PopStateEvent('popstate'))
    }, path)
  }

  /** No form of any record has a field without a label, and an empty one is refused in words. */
  const everyForm = async (page: Page): Promise<void> => {
    const found: Record<string, unknown> = {}
    let forms = 0
    for (const record of records.filter(({ actions, hidden }) => actions.create !== null && !hidden)) {
      await goTo(page, `/records/${record.name}`)
      await page.getByTestId(`record-${record.name}`).waitFor()
      const button = page.getByTestId('record-new')
      if ((await button.count()) === 0) continue
      await button.click()
      await page.getByTestId('record-form').waitFor()
      await page.getByTestId('record-save').click()
      const needed = Object.values(record.fields).some(({ required, computed, type }) => required && !computed && type !== 'flag')
      const told = page.locator('[data-testid=record-form] .ant-form-item-explain-error')
      if (needed) await told.first().waitFor()
      const faults = (await page.evaluate(faultsOfForm)) as { unnamed: string[]; raw: string[]; nameless: number }
      if (faults.unnamed.length + faults.raw.length + faults.nameless > 0) found[record.name] = faults
      forms++
      // Nothing was typed: closing asks nothing.
      await page.locator('.ant-drawer-open .ant-drawer-close').click()
      await page.getByTestId('record-form').waitFor({ state: 'detached' })
    }
    expect(found).toEqual({})
    expect(forms).toBeGreaterThan(20)
  }

  /** What was typed stays when a save is refused, the network is away or the session is over, with the wrong field marked. */
  const typedStays = async (page: Page): Promise<void> => {
    const admin = await product.signIn('admin', 'Admin#2026')
    await admin.call('POST', '/api/records/term', { name: '已有词', nameEn: 'Taken', meaning: '有', meaningEn: 'There' })
    await goTo(page, '/records/term')
    await page.getByTestId('record-new').click()
    await page.locator('#f-name').fill('已有词')
    await page.locator('#f-nameEn').fill('Kept')
    await page.locator('#f-meaning').fill('很长的一段解释')
    await page.locator('#f-meaningEn').fill('A long explanation')

    // Taken: told at its field, which has the focus; the rest stays.
    await page.getByTestId('record-save').click()
    const item = page.locator('.ant-form-item', { has: page.locator('#f-name') })
    await item.locator('.ant-form-item-explain-error').waitFor()
    expect(await item.locator('.ant-form-item-explain-error').innerText()).toMatch(/[\u4e00-\u9fff]/)
    await until('the wrong field has the focus', () => page.evaluate(() => document.activeElement?.id === 'f-name'))
    expect(await page.locator('#f-meaning').inputValue()).toBe('很长的一段解释')

    // Closing would lose it: asked first.
    await page.locator('.ant-drawer-open .ant-drawer-close').click()
    await page.getByRole('button', { name: '继续填写' }).click()
    await page.locator('#f-name').fill('新词')

    // No network.
    await page.context().setOffline(true)
    await page.getByTestId('record-save').click()
    await page.getByTestId('form-failure').waitFor()
    expect(await page.getByTestId('form-failure').innerText()).toContain('网络')
    await page.context().setOffline(false)

    // The session is over: sign in again above the page, and go on.
    await page.context().clearCookies()
    await page.getByTestId('record-save').click()
    await page.getByTestId('session-expired').waitFor()
    await page.getByTestId('username').fill('admin')
    await page.getByTestId('password').fill('Admin#2026')
    await page.keyboard.press('Enter')
    await page.getByTestId('session-expired').waitFor({ state: 'detached' })
    expect(await page.locator('#f-meaning').inputValue()).toBe('很长的一段解释')
    await page.getByTestId('record-save').click()
    await page.getByTestId('record-term-detail').waitFor()
    const detail = await page.getByTestId('record-term-detail').innerText()
    expect(detail).toContain('很长的一段解释')
    // Dates in one form everywhere.
    expect(detail).toMatch(/20\d\d-\d\d-\d\d \d\d:\d\d:\d\d/)
    expect(detail).not.toMatch(/20\d\d\/\d/)
  }

  /** Success, warning and error come as one kind of message, told apart by sign, colour and words. */
  const messages = async (page: Page): Promise<void> => {
    await page.getByTestId('record-edit').click()
    await page.locator('#f-meaning').fill('改过的解释')
    // Somebody else is faster.
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
    const admin = await product.signIn('admin', 'Admin#2026')
    await admin.call('PUT', `/api/records/term/${id}`, { version: 1, meaning: '别人的解释' })
    await page.getByTestId('record-save').click()
    const question = page.getByRole('dialog').filter({ hasText: '记录已被他人修改' })
    await question.waitFor()
    expect(await question.innerText()).toContain('别人的解释')
    await question.getByRole('button', { name: '保留我的值' }).click()
    await until('mine is kept', async () => (await page.getByTestId('record-term-detail').innerText()).includes('改过的解释'))
    // What hurts is asked first, naming what it is.
    await page.getByTestId('record-remove').click()
    const sure = page.getByRole('dialog').filter({ hasText: '确定删除' })
    expect(await sure.innerText()).toContain('新词')
    await sure.getByRole('button', { name: /取\s*消/ }).click()
  }

  /** Every route of the API: bad input, a stranger, what is not there. */
  const everyRoute = async (): Promise<void> => {
    const { cookie } = await product.signIn('admin', 'Admin#2026')
    const ask = (method: string, path: string, signedIn: boolean, body?: unknown): Promise<Response> =>
      fetch(product.url + path, {
        method,
        headers: {
          origin: product.url,
          ...(signedIn ? { cookie } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    const { refused, faults } = await walkErrors(ask)
    expect(refused).toBeGreaterThan(400)
    expect(faults).toEqual([])
  }

  it('one form of messages, dates and errors: no form has a nameless field or a program’s words, typed data outlive a refusal, a lost network and a lost session with the wrong field marked, and every API error has code, text and field', async () => {
    const { page, errors } = await signInAs(browser, product, 'admin', 'Admin#2026')
    await everyForm(page)
    await typedStays(page)
    await messages(page)
    expect(errors).toEqual([])
    await page.context().close()
    await everyRoute()
  }, 400_000)
})
