import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasBrowser, signInAs, type Visitor } from '../harness/browser.ts'
import { type Session, until } from '../harness/product.ts'
import { demoStation, deviceOf, points, read, setStage, type Stage } from './stage.ts'

type Row = Readonly<Record<string, unknown>> & { readonly id: string }
interface Answer {
  readonly status: number
  readonly body: Row & { readonly error?: { readonly code: string; readonly message: { readonly zh: string } } }
}
const single = demoStation('HB-M01')
const smart = demoStation('JS-S01')
const central = demoStation('SH-C01')

describe.skipIf(!hasBrowser)('inspection, repair and maintenance', () => {
  let stage: Stage
  let visitor: Visitor
  let engineer: Session
  const post = async (session: Session, path: string, body: unknown): Promise<Answer> => session.call('POST', path, body)
  const create = async (session: Session, record: string, values: unknown): Promise<Row> => {
    const { status, body } = await post(session, `/api/records/${record}`, values)
    expect([status, body.error]).toEqual([200, undefined])
    return body
  }
  const rows = async (query: string): Promise<readonly Row[]> =>
    (await read<{ rows: readonly Row[] }>(stage.operator, `/api/records/${query}`)).rows
  const act = (session: Session, id: string, name: string, input: object = {}): Promise<Answer> =>
    post(session, `/api/records/repair/${id}/${name}`, { input })
  const command = (device: string, code: string, as: Session, password: string, deviceCode: string): Promise<Answer> =>
    post(as, `/api/devices/${device}/commands`, {
      code,
      args: {},
      reason: '试机',
      idempotencyKey: randomUUID(),
      confirm: { password, deviceCode },
    })
  const open = async (path: string): Promise<Page> => {
    await visitor.page.goto(`${stage.product.url}${path}`)
    return visitor.page
  }
  const state = async (record: string, id: string): Promise<unknown> =>
    (await read<{ row: Row }>(stage.operator, `/api/records/${record}/${id}`)).row['state']
  const held = (id: string): Promise<unknown> =>
    until(
      'the device is held',
      async () => (await read<{ row: Row }>(stage.operator, `/api/records/repair/${id}`)).row['heldSince'] !== null,
    )

  beforeAll(async () => {
    stage = await setStage()
    engineer = await stage.product.signIn('engineer', 'Engineer#2026')
    visitor = await signInAs(stage.browser, stage.product, 'operator', 'Operator#2026')
  }, 240_000)
  afterAll(async () => {
    await stage?.stop()
  })

  it('[T1-054] a repair takes its machine out of remote control from start to end, takes parts from stock, and stands in the history of the device', async () => {
    const unit = deviceOf(single, 'AC-1')
    const house = await create(stage.operator, 'warehouse', { code: 'W1', name: '一号库' })
    const part = await create(stage.operator, 'part', { code: 'BR-1', name: '轴承', unit: '只' })
    const receipt = await create(stage.operator, 'partReceipt', {
      part: part.id,
      warehouse: house.id,
      quantity: 2,
      price: 1000,
      supplier: '厂家',
    })
    await post(stage.operator, `/api/records/partReceipt/${receipt.id}/post`, {})
    const { id, document } = await create(stage.operator, 'repair', { station: single.id, device: unit, fault: '轴承异响' })

    const page = await open(`/records/repair/${id}`)
    await page.getByTestId('act-start').click()
    await page.locator('.ant-modal-confirm-btns .ant-btn-primary').click()
    await page.getByTestId('record-repair-detail').getByText('维修中').first().waitFor()
    await held(id)
    const start = () => command(unit, 'compressor.start', engineer, 'Engineer#2026', 'AC-1')
    expect(await start()).toMatchObject({ status: 409, body: { error: { code: 'UNDER_REPAIR' } } })
    const lines = (quantity: number) => ({ lines: [{ part: part.id, warehouse: house.id, quantity }] })
    expect((await act(stage.operator, id, 'useParts', lines(2))).status).toBe(200)
    expect((await act(stage.operator, id, 'useParts', lines(1))).status).toBe(409)
    expect((await rows(`partStock?part=${part.id}`))[0]).toMatchObject({ quantity: 0 })
    const end = await act(stage.operator, id, 'finish', { cause: '轴承磨损', labourHours: 2, labourCost: 20_000 })
    expect(end.body).toMatchObject({ state: 'toAccept', cost: 22_000, technician: expect.any(String), startedAt: expect.any(Number) })
    await until('a start is not refused for the repair any more', async () => {
      const { body } = await post(engineer, `/api/devices/${unit}/commands/check`, { code: 'compressor.start', args: {} })
      return !JSON.stringify(body).includes('UNDER_REPAIR')
    })
    await open(`/records/device/${unit}`)
    await page.getByRole('tab', { name: '维修记录' }).click()
    await page.getByTestId('table-repair').getByText(String(document)).waitFor()
  }, 120_000)

  it('[T1-055] a smart station under repair is shown as degraded, naming the component; the repair stays to be accepted until test run and acceptance', async () => {
    const unit = deviceOf(smart, 'AC-1')
    const { id, document } = await create(stage.operator, 'repair', { station: smart.id, device: unit, fault: '皮带打滑' })
    await act(stage.operator, id, 'start')
    const page = await open(`/station/${smart.id}`)
    await page.getByTestId('degraded-badge').getByText('降级：AC-1 维修中').waitFor()
    await act(stage.operator, id, 'finish', { cause: '皮带老化', labourHours: 1, labourCost: 0 })
    expect((await act(engineer, id, 'accept')).status).toBe(409)
    await open('/records/repair?state=toAccept')
    const row = page.getByTestId('table-repair').locator('tr', { hasText: String(document) })
    await row.getByText('待验收').waitFor()
    expect((await act(stage.operator, id, 'testRun', { testPressure: 7.3, testDewPoint: 4.2 })).status).toBe(200)
    expect(await state('repair', id)).toBe('toAccept')
    expect((await act(stage.operator, id, 'accept')).status).toBe(403)
    expect((await act(engineer, id, 'accept', { opinion: '合格' })).body).toMatchObject({
      state: 'closed',
      testPressure: 7.3,
      testDewPoint: 4.2,
    })
    await row.waitFor({ state: 'detached' })
    await open(`/station/${smart.id}`)
    await page.getByTestId('presence-badge').waitFor()
    await page.getByTestId('degraded-badge').waitFor({ state: 'detached' })
  }, 120_000)

  it('[T1-056] a tagged unit takes no command and joint control plans without it until the same technician takes the tag off; capacity and downtime are stored', async () => {
    const unit = deviceOf(central, 'AC-2')
    interface Control {
      readonly joint: { readonly phase: string; readonly order: readonly string[]; readonly problem: string | null } | null
      readonly offered: readonly { readonly id: string; readonly held: readonly string[] }[]
    }
    const control = (): Promise<Control> => read(stage.operator, `/api/stations/${central.id}/control`)
    const { headerPressure } = await points(stage.operator, central.id)
    const target = Number(headerPressure?.value)
    const engaged = await engineer.call('PUT', `/api/stations/${central.id}/joint`, {
      low: Math.round((target - 0.3) * 10) / 10,
      high: Math.round((target + 0.3) * 10) / 10,
      reason: '联控试验',
      idempotencyKey: randomUUID(),
      confirm: { password: 'Engineer#2026', deviceCode: central.code },
    })
    expect([engaged.status, engaged.body]).toEqual([200, expect.anything()])
    const planned = (wanted: (order: readonly string[]) => boolean) =>
      until(
        'the joint plan',
        async () => {
          const { joint } = await control()
          return joint?.phase === 'active' && joint.order.length > 0 && wanted(joint.order)
        },
        60,
      )
    await planned((order) => order.includes(unit))

    const { id } = await create(stage.operator, 'repair', { station: central.id, device: unit, fault: '电机异响' })
    await act(stage.operator, id, 'start')
    await act(stage.operator, id, 'tag')
    await until('the tag counts', async () => (await control()).offered.find((one) => one.id === unit)?.held.includes('lockout'))
    await planned((order) => !order.includes(unit))
    for (const code of ['compressor.start', 'compressor.stop'])
      expect((await command(unit, code, engineer, 'Engineer#2026', 'AC-2')).status).toBe(409)
    expect((await act(engineer, id, 'untag')).status).toBe(403)
    expect((await command(unit, 'compressor.stop', engineer, 'Engineer#2026', 'AC-2')).status).toBe(409)
    expect((await act(stage.operator, id, 'untag')).status).toBe(200)
    const done = await act(stage.operator, id, 'finish', { cause: '轴承', labourHours: 1, labourCost: 0 })
    expect(done.body).toMatchObject({ lostCapacity: 44, downtime: expect.any(Number), lostAir: expect.any(Number) })
    await until('the unit is free', async () => (await control()).offered.find((one) => one.id === unit)?.held.length === 0)
    const { body } = await post(engineer, `/api/devices/${unit}/commands/check`, { code: 'compressor.stop', args: {} })
    expect(JSON.stringify(body)).not.toMatch(/UNDER_REPAIR|TAGGED_OUT/)
  }, 180_000)

  it('a round on a phone: codes, hand reading beside the live value, kept over a reload without network, closed only when nothing is missing', async () => {
    const [dryer, unit] = [deviceOf(smart, 'DR-1'), deviceOf(smart, 'AC-2')]
    const { id: plan } = await create(engineer, 'inspectionPlan', {
      name: '整站日检',
      station: smart.id,
      everyDays: 1,
      starts: '2026-01-01',
      scan: true,
      items: [
        { device: unit, kind: 'value', name: '排气压力', livePoint: 'dischargePressure', unit: 'bar', low: 5, high: 9 },
        { device: unit, kind: 'check', name: '油位' },
        { device: dryer, kind: 'check', name: '排水' },
      ],
    })
    const task = await until('the task appears', async () => (await rows(`inspectionTask?plan=${plan}`))[0], 30)
    const phone = await signInAs(stage.browser, stage.product, 'operator', 'Operator#2026', { viewport: { width: 390, height: 844 } })
    const { page } = phone
    await page.goto(`${stage.product.url}/field/rounds`)
    await page.getByTestId('round-link').filter({ hasText: '整站日检' }).click()
    await page.getByTestId('round-progress').getByText('0/2').waitFor()
    const type = async (code: string): Promise<void> => {
      await page.getByTestId('round-code').locator('input').fill(code)
      await page.getByTestId('round-code').locator('button').click()
    }
    const point = (name: string) => page.locator(`[data-testid="round-point"][data-name="${name}"]`)
    await type('AC-9')
    await page.getByTestId('round-fault').getByText('AC-9').waitFor()
    await type('ac-2')
    await page.locator('[data-testid="round-stop"][data-code="AC-2"]').getByText('已扫码').waitFor()
    // The network goes: what is entered waits on the phone, also when the page is opened anew.
    await page.route('**/fill', (route) => route.abort())
    await point('排气压力').getByRole('textbox', { name: /读数/ }).fill('7.1')
    await point('排气压力').getByTestId('round-save').click()
    await page.getByTestId('round-unsent').waitFor()
    await page.reload()
    await page.getByTestId('round-unsent').waitFor()
    await page.unroute('**/fill')
    await page.getByTestId('round-unsent').getByRole('button').click()
    await page.getByTestId('round-unsent').waitFor({ state: 'detached' })
    await point('排气压力').getByTestId('round-live').waitFor()
    const [reading] = await rows(`inspectionPoint?task=${task.id}&kind=value`)
    expect(reading).toMatchObject({ value: 7.1, finding: 'normal', liveValue: expect.any(Number), state: 'filled' })
    expect(Math.abs(Number(reading?.['liveAt']) - Number(reading?.['at']))).toBeLessThan(60_000)
    await page.getByTestId('round-submit').click()
    await page.getByTestId('round-fault').getByText('DR-1').waitFor()
    const early = await post(stage.operator, `/api/records/inspectionTask/${task.id}/submit`, { input: {} })
    expect(early).toMatchObject({ status: 409, body: { error: { code: 'not-scanned' } } })
    // Meanwhile a second inspector fills in another point.
    const [oil] = await rows(`inspectionPoint?task=${task.id}&name=油位`)
    expect((await post(engineer, `/api/records/inspectionPoint/${oil?.id}/fill`, { input: { finding: 'normal' } })).status).toBe(200)
    await point('油位').getByText('工程师甲').waitFor()
    await page.getByTestId('round-progress').getByText('1/2').waitFor()
    await type('DR-1')
    await point('排水').getByText('异常', { exact: true }).click()
    await point('排水').getByRole('textbox').fill('排水器堵塞')
    await point('排水').getByTestId('round-save').click()
    await page.getByTestId('round-progress').getByText('2/2').waitFor()
    await page.getByTestId('round-submit').click()
    await until('submitted', async () => (await state('inspectionTask', task.id)) === 'submitted')
    expect(await rows(`repair?station=${smart.id}&device=${dryer}`)).toMatchObject([{ fault: '排水：排水器堵塞', state: 'requested' }])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    expect(phone.errors).toEqual([])
    await page.context().close()
  }, 120_000)

  it('the maintenance page shows hours left and completion, a month opens its records, and a plan that leaves too little air is flagged before saving', async () => {
    await create(engineer, 'maintenanceItem', {
      name: '换油',
      deviceKind: 'compressor',
      station: central.id,
      everyHours: 4000,
      everyDays: 365,
    })
    const ahead = await until(
      'services',
      async () => {
        const found = await rows(`maintenanceRecord?station=${central.id}&state=ahead`)
        return found.length === 3 && found
      },
      30,
    )
    const page = await open(`/maintenance?kind=centralStation&station=${central.id}`)
    await page.getByTestId('maintenance-ahead').getByText('3').waitFor()
    await page.getByTestId('table-maintenanceRecord').getByText('AC-1 换油').waitFor()
    const done = await post(stage.operator, `/api/records/maintenanceRecord/${ahead[0]?.id}/complete`, {
      input: { labourHours: 2, labourCost: 12_300 },
    })
    expect(done.status).toBe(200)
    await page.getByTestId('maintenance-units').getByText('¥ 123.00').first().waitFor()
    await page.getByTestId('maintenance-month').first().click()
    await page.getByTestId('table-maintenanceRecord').getByText('AC-1 换油').first().waitFor()

    await open(`/maintenance?kind=centralStation&station=${central.id}`)
    await page.getByTestId('maintenance-units').waitFor()
    const manager = await signInAs(stage.browser, stage.product, 'engineer', 'Engineer#2026', { viewport: { width: 1440, height: 900 } })
    await manager.page.goto(`${stage.product.url}/maintenance?station=${central.id}`)
    await manager.page.getByTestId('plan-open').click()
    await manager.page.getByTestId('plan-services').click()
    for (const at of [0, 1])
      await manager.page
        .locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option')
        .nth(at)
        .dispatchEvent('click')
    await manager.page.keyboard.press('Escape')
    await manager.page.locator('#plan-demand').fill('100')
    await manager.page.locator('[data-testid="plan-capacity"][data-short="true"]').waitFor()
    expect(await manager.page.getByTestId('plan-save').isDisabled()).toBe(true)
    await manager.page.getByTestId('plan-confirm').click()
    await manager.page.getByTestId('plan-save').click()
    await until('the plan is kept', async () => (await rows(`maintenancePlan?station=${central.id}`))[0]?.['short'] === true)
    expect([...visitor.errors, ...manager.errors]).toEqual([])
  }, 120_000)
})
