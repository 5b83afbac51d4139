import { globSync, readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emptyValue, isEmpty, records } from '@twin/models/records'
import { hasBrowser, signInAs } from '../harness/browser.ts'
import { walkErrors } from '../harness/error-form.ts'
import { type Product, until } from '../harness/product.ts'
import { putRow } from '../harness/sample-rows.ts'
import { openPool } from '../../twin-server/src/store/pool.ts'
import { demoStation, type Desk, deviceOf, openDesk } from './stage.ts'

/** Controls of the open form that nobody could name, and words in it that a program wrote. */
const faultsOfForm = (selector: string): string => `((root) => {
  const form = [...document.querySelectorAll(root)].at(-1)
  if (!form) return { unnamed: ['no form'], raw: [], nameless: 0, told: 0 }
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
  const nameless = [...form.querySelectorAll('.ant-form-item:has(input, textarea, select)')].filter((item) => (item.querySelector('label')?.textContent ?? '').trim() === '').length
  return { unnamed, raw, nameless, told: words.filter((text) => text.trim() !== '').length }
})(${JSON.stringify(selector)})`

/** Files of the portal with a form that no declaration makes. */
const handMade = (): readonly string[] =>
  globSync('portals/src/**/*.tsx').filter((file) => {
    const text = readFileSync(file, 'utf8')
    const asks = /<(Input|InputNumber|Select|DatePicker|Checkbox|Upload|Switch|FieldControl|StationSelect)\b/.test(text)
    return /<Form(<[^>]*>)?[\s>]/.test(text) || (/<(Modal|Drawer)\b/.test(text) && asks)
  })

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

  /** What is wrong with the open form, under its name; nothing when nothing is. */
  const look = async (page: Page, name: string, selector = '[data-testid=record-form]'): Promise<Record<string, unknown>> => {
    const faults = (await page.evaluate(faultsOfForm(selector))) as { unnamed: string[]; raw: string[]; nameless: number }
    return faults.unnamed.length + faults.raw.length + faults.nameless > 0 ? { [name]: faults } : {}
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
      Object.assign(found, await look(page, record.name))
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
    // Where the page asks something by itself in between, it has been told so already.
    await page
      .getByTestId('record-save')
      .click({ timeout: 10_000 })
      .catch(() => page.getByTestId('session-expired').waitFor({ timeout: 1000 }))
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

  it('every dialog of every transition has labels on all its fields and refuses in words', async () => {
    const { page, errors } = await signInAs(browser, product, 'admin', 'Admin#2026')
    const sql = openPool(product.env['DATABASE_URL'] ?? '', { max: 1 })
    const station = demoStation('SH-C01')
    const me = (await (await product.signIn('admin', 'Admin#2026')).call('GET', '/api/me')).body as { id: string }
    const ids: Record<string, string> = { station: station.id, device: deviceOf(station, 'AC-1'), user: me.id }
    const found: Record<string, unknown> = {}
    const unreached: string[] = []
    let forms = 0
    for (const record of records) {
      const asking = Object.entries(record.lifecycle?.transitions ?? {}).filter(
        ([, { input, internal }]) => !internal && Object.keys(input ?? {}).length > 0,
      )
      for (const state of new Set(asking.map(([, { from }]) => from[0] ?? ''))) {
        const id = await putRow(sql, record, state, ids)
        ids[record.name] ??= id
        await goTo(page, `/records/${record.name}/${id}`)
        await page.getByTestId(`record-${record.name}-detail`).waitFor()
        for (const [name, { input = {} }] of asking.filter(([, { from }]) => (from[0] ?? '') === state)) {
          const button = page.getByTestId(`act-${name}`)
          const there = await button.waitFor({ timeout: 10_000 }).then(
            () => true,
            () => false,
          )
          if (!there) {
            unreached.push(`${record.name}.${name}`)
            continue
          }
          await button.click()
          await page.getByTestId('record-form').waitFor()
          // An empty one is refused where something is needed that the row does not have; else pressing it would do it.
          const needed = Object.entries(input).some(
            ([key, field]) =>
              field.required && !field.computed && record.fields[key]?.required !== true && isEmpty(emptyValue(field) ?? null),
          )
          if (needed) {
            await page.getByTestId('record-save').click()
            const told = page.locator('[data-testid=record-form] .ant-form-item-explain-error').first()
            await told.waitFor({ timeout: 15_000 }).catch(() => (found[`${record.name}.${name} empty`] = 'is not refused'))
          }
          Object.assign(found, await look(page, `${record.name}.${name}`))
          forms++
          if ((await page.getByTestId('record-form').count()) > 0) await page.locator('.ant-drawer-open .ant-drawer-close').click()
          await page.getByTestId('record-form').waitFor({ state: 'detached' })
        }
      }
    }
    await sql.end()
    expect(found).toEqual({})
    expect(unreached).toEqual([])
    expect(forms).toBeGreaterThan(50)
    expect(errors).toEqual([])
    await page.context().close()
  }, 400_000)

  it('every form made by hand has labels on all its fields, refuses in words, and marks the field that the server refuses', async () => {
    const { page, errors } = await signInAs(browser, product, 'admin', 'Admin#2026', { viewport: { width: 1440, height: 900 } })
    const [single, smart, central] = [demoStation('HB-M01'), demoStation('ZJ-S01'), demoStation('SH-C01')]
    const sql = openPool(product.env['DATABASE_URL'] ?? '', { max: 1 })
    await sql.unsafe(`
      insert into alarm_occurrence (occurrence, code, station, station_kind, device, device_kind, priority, phase, historical, "values", raised_at)
      values ('o1', 'CP-003', '${single.id}', '${single.kind}', '${deviceOf(single, 'AC-1')}', 'compressor', 'P2', 'UNACK', false, '{}', now())`)
    await sql.unsafe(`insert into service_outage (from_at, to_at, cause, node) values (1760000000000, 1760000060000, 'crash', 'one')`)
    await sql.end()

    const found: Record<string, unknown> = {}
    const walked = new Set<string>()
    const dialog = '[role=dialog]'
    const to = (path: string) => page.goto(product.url + path)
    const press = (id: string) => page.getByTestId(id).first().click()
    const alarm = async (): Promise<void> => {
      await to('/alarms')
      await page.getByTestId('alarm-row').locator('.link-button').first().click()
      await page.getByTestId('alarm-drawer').waitFor()
    }
    /** Sends it as it is: with nothing typed, some field says that it is needed. */
    const send = async (button: string): Promise<void> => {
      await page.locator(button).last().click()
      await page.locator('.ant-form-item-explain-error').first().waitFor()
    }
    const modalSend = '.ant-modal-footer .ant-btn-primary'
    const check = async (files: string, name: string, open: () => Promise<unknown>, form: string, button?: string): Promise<void> => {
      await open()
      await page.locator(form).last().waitFor()
      if (button) await send(button)
      Object.assign(found, await look(page, name, form))
      for (const file of files.split(' ')) walked.add(`portals/src/${file}`)
    }
    const places = 'pages/supervision/station/position-buttons.tsx'
    const position = `/station/${single.id}?tab=position`
    const control = 'pages/supervision/commands/control-dialog.tsx'
    await check(
      'records/import-dialog.tsx',
      'import',
      async () => {
        await to('/records/part')
        await page.getByRole('button', { name: '导入' }).click()
      },
      dialog,
    )
    await check(
      'ui/shell/password-dialog.tsx',
      'password',
      async () => {
        await to('/help')
        await press('account-menu')
        await page.getByText('修改密码').click()
      },
      '[data-testid=password-form]',
      '[data-testid=password-form] [type=submit]',
    )
    await check(
      'pages/system/user-dialog.tsx',
      'user',
      async () => {
        await to('/system/users')
        await press('user-create')
      },
      '[data-testid=user-form]',
      modalSend,
    )
    // What the server refuses is told at its field; all that was typed stays.
    await page.locator('#username').fill('viewer')
    await page.locator('#name').fill('新来的人')
    await page.locator('#password').fill('Newcomer#2026')
    await page.locator(modalSend).click()
    const taken = page.locator('.ant-form-item', { has: page.locator('#username') }).locator('.ant-form-item-explain-error')
    await until('the name is marked', async () => (await page.getByTestId('user-error').count()) > 0 && (await taken.count()) > 0)
    expect(await taken.innerText()).toMatch(/[\u4e00-\u9fff]/)
    await until('the wrong field has the focus', () => page.evaluate(() => document.activeElement?.id === 'username'))
    expect(await page.locator('#name').inputValue()).toBe('新来的人')
    for (const [button, form] of [
      ['correct-position', '[data-testid=place-form]'],
      ['move-site', '[data-testid=place-form]'],
      ['fence-button', dialog],
    ] as const)
      await check(
        places,
        button,
        async () => {
          await to(position)
          await press(button)
        },
        form,
      )
    await check('pages/system/backup-plan-form.tsx', 'backup plan', () => to('/system/backups'), '[data-testid=backup-plan]')
    await check(
      'pages/system/availability/outage-table.tsx',
      'outage',
      async () => {
        await to('/system/availability')
        await page.locator('[data-testid^=judge-]').first().click()
      },
      `${dialog} form`,
      modalSend,
    )
    await check(
      'pages/supervision/maintenance/plan-drawer.tsx',
      'plan',
      async () => {
        await to(`/maintenance?station=${central.id}`)
        await press('plan-open')
      },
      '[data-testid=plan-form]',
    )
    await check(
      'pages/supervision/energy/quota-button.tsx',
      'quota',
      async () => {
        await to(`/energy?station=${central.id}`)
        await press('quota-button')
      },
      dialog,
    )
    await check(
      `${control} pages/supervision/commands/sequence-panel.tsx`,
      'start sequence',
      async () => {
        await to(`/station/${smart.id}?tab=commands`)
        await press('sequence-run')
      },
      `${dialog} form`,
      '[data-testid=control-send]',
    )
    await check(
      control,
      'joint control',
      async () => {
        await to(`/station/${central.id}?tab=commands`)
        await press('joint-engage')
      },
      `${dialog} form`,
      '[data-testid=control-send]',
    )
    for (const [name, file, button] of [
      ['acknowledge', 'ack-dialog', () => press('drawer-ack')],
      ['shelve', 'shelve-dialog', () => press('drawer-shelve')],
      ['out of service', 'shelve-dialog', () => page.getByRole('button', { name: /^停\s*用$/ }).click()],
      ['work order', 'work-order-of', () => press('make-work-order')],
    ] as const)
      await check(
        `pages/supervision/alarms/${file}.tsx`,
        name,
        async () => {
          await alarm()
          await button()
          await page.locator('.ant-modal').waitFor()
        },
        '.ant-modal',
      )

    // Commands: every one of a unit of every kind, from its declaration.
    const kinds = new Set<string>()
    for (const station of [smart, central, single])
      for (const { id, kind } of station.devices) {
        if (kinds.has(kind)) continue
        kinds.add(kind)
        await to(`/station/${station.id}?device=${id}`)
        await page.getByTestId('view-switch').getByText('二维').click()
        await page.locator(`[data-testid=device-panel][data-device="${id}"]`).waitFor()
        const buttons = page.getByTestId('command-buttons').getByRole('button')
        for (let i = 0; i < (await buttons.count()); i++) {
          await buttons.nth(i).click()
          await check(
            'pages/supervision/commands/command-dialog.tsx',
            `${kind} command ${i}`,
            () => Promise.resolve(),
            `${dialog} form`,
            undefined,
          )
          await page.locator('.ant-modal-close').last().click()
          await page.getByTestId('command-dialog').waitFor({ state: 'detached' })
        }
      }
    const stranger = await (await browser.newContext({ locale: 'zh-CN' })).newPage()
    await stranger.goto(product.url)
    await stranger.getByTestId('sign-in').click()
    await stranger.locator('.ant-form-item-explain-error').first().waitFor()
    Object.assign(found, await look(stranger, 'sign in', 'form'))
    walked.add('portals/src/console/sign-in.tsx')
    await stranger.context().close()

    expect(found).toEqual({})
    expect(kinds.size).toBeGreaterThan(5)
    // Walked elsewhere, and those with a table beside a picker only: nothing else has a form.
    const elsewhere = ['records/record-form.tsx', 'pages/system/devices-page.tsx', 'pages/supervision/commands/command-table.tsx']
    // Need a command that waits, a chosen series, a finished backup: not walked yet.
    const live = [
      'pages/supervision/commands/approvals-page.tsx',
      'pages/supervision/trends/trend-presets-menu.tsx',
      'pages/system/restore-dialog.tsx',
    ]
    expect(handMade().filter((file) => !walked.has(file) && ![...elsewhere, ...live].some((one) => file.endsWith(one)))).toEqual([])
    expect(errors).toEqual([])
    await page.context().close()
  }, 400_000)
})
