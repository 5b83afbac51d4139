import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasBrowser, signInAs, type Visitor } from '../harness/browser.ts'
import { until } from '../harness/product.ts'
import { demoStation, deviceOf, points, read, setStage, type Stage } from './stage.ts'

interface Step {
  readonly key: string
  readonly phase: string
  readonly startedAt: number | null
  readonly endedAt: number | null
}
interface Run {
  readonly id: string
  readonly phase: string
  readonly detail: string | null
  readonly steps: readonly Step[]
}
interface Control {
  readonly run: Run | null
  readonly joint: { readonly phase: string; readonly order: readonly string[]; readonly lead: string | null } | null
  readonly offered: readonly { readonly id: string; readonly group: string }[]
}
interface Action {
  readonly kind: string
  readonly unit: string | null
  readonly reason: string
  readonly outcome: string
}
type Refusal = { readonly error: { readonly code: string; readonly message: { readonly zh: string } } }

const smart = demoStation('ZJ-S01')
const central = demoStation('SH-C01')
const password = 'Operator#2026'

describe.skipIf(!hasBrowser)('control of whole stations', () => {
  let stage: Stage
  let visitor: Visitor

  const control = (station: string): Promise<Control> => read(stage.operator, `/api/stations/${station}/control`)
  const actions = async (station: string): Promise<readonly Action[]> =>
    (await read<{ rows: Action[] }>(stage.operator, `/api/stations/${station}/joint/actions?size=50`)).rows
  const command = async (device: { readonly id: string; readonly code: string }, code: string): Promise<[number, Refusal]> => {
    const { status, body } = await stage.operator.call('POST', `/api/devices/${device.id}/commands`, {
      code,
      args: {},
      reason: '验收',
      idempotencyKey: randomUUID(),
      confirm: { password, deviceCode: device.code },
    })
    return [status, body]
  }
  const device = (station: typeof smart, code: string) => ({ id: deviceOf(station, code), code })
  /** Fills in why, which and who, and sends. */
  const confirm = async (code: string): Promise<void> => {
    const { page } = visitor
    await page.getByTestId('command-reason').fill('验收')
    await page.getByTestId('command-device-code').fill(code)
    await page.getByTestId('command-password').fill(password)
    await page.getByTestId('control-send').click()
    await page.getByTestId('control-dialog').waitFor({ state: 'detached' })
  }

  beforeAll(async () => {
    stage = await setStage({}, ['--cold', smart.code, '--quiet'])
    visitor = await signInAs(stage.browser, stage.product, 'operator', password)
  }, 240_000)
  afterAll(async () => {
    await stage?.stop()
  })

  it('[T1-040] runs the start sequence of an intelligent station, each step on the feedback of the one before; a failed one leaves the rest unsent', async () => {
    const { page } = visitor
    const valve = device(smart, 'VA-1')
    const [early, why] = await command(valve, 'valve.open')
    expect([early, why.error.code]).toEqual([409, 'PRESSURE_LOW'])

    const wish = { reason: '验收', idempotencyKey: randomUUID(), confirm: { password: 'Viewer#2026', deviceCode: smart.code } }
    const viewer = await stage.product.signIn('viewer', 'Viewer#2026')
    expect((await viewer.call('POST', `/api/stations/${smart.id}/runs`, wish)).status).toBe(403)

    // Switched to local at the machines: the start is refused there, what follows is never sent.
    const machines = ['AC-1', 'AC-2']
    for (const machine of machines) await stage.fault({ station: smart.id, fault: 'local', device: machine })
    await page.goto(`${stage.product.url}/station/${smart.id}?tab=commands`)
    const panel = page.getByTestId('sequence-panel')
    await panel.getByTestId('sequence-run').click()
    await confirm(smart.code)
    await until('the run fails', async () => (await panel.getAttribute('data-phase')) === 'failed', 60)
    const failed = (await control(smart.id)).run
    expect(failed?.steps.map(({ key, phase }) => `${key} ${phase}`)).toEqual([
      'cooling done',
      'cooling done',
      'dryer done',
      'compressor failed',
      'pressure unsent',
      'outlet unsent',
    ])
    expect(failed?.detail).toMatch(/远程/)
    expect((await points(stage.operator, valve.id))['valveState']?.value).toBe('CLOSED')
    for (const machine of machines) await stage.fault({ station: smart.id, fault: 'local', device: machine, off: true })
    const remote = async (machine: string): Promise<boolean> =>
      (await points(stage.operator, deviceOf(smart, machine)))['remoteEnabled']?.value === true
    await until('the machines are remote again', async () => (await remote('AC-1')) && remote('AC-2'))

    await panel.getByTestId('sequence-run').click()
    await confirm(smart.code)
    await until(
      'the run is done',
      async () => {
        const phase = await panel.getAttribute('data-phase')
        if (phase === 'failed') throw new Error((await control(smart.id)).run?.detail ?? 'failed')
        return phase === 'done'
      },
      120,
    )
    const { run } = await control(smart.id)
    expect(run?.steps.map(({ key }) => key)).toEqual(['cooling', 'cooling', 'dryer', 'compressor', 'pressure', 'outlet'])
    const sent = run?.steps.filter(({ phase }) => phase !== 'already') ?? []
    expect(sent.map(({ phase }) => phase)).toEqual(sent.map(() => 'done'))
    expect(sent.map(({ key }) => key)).toEqual(['compressor', 'pressure', 'outlet'])
    for (const [i, { startedAt, endedAt }] of sent.entries()) {
      expect(endedAt).toBeGreaterThanOrEqual(startedAt ?? Infinity)
      if (i > 0) expect(startedAt).toBeGreaterThanOrEqual(sent[i - 1]?.endedAt ?? Infinity)
    }
    for (const place of await panel.getByTestId('run-step-times').allTextContents())
      expect(place).toMatch(/\d{2}:\d{2}:\d{2} – \d{2}:\d{2}:\d{2}/)
    expect(await panel.getByTestId('run-step-times').count()).toBe(6)
    expect((await points(stage.operator, valve.id))['valveState']?.value).toBe('OPEN')
    const list = await read<{ rows: Run[] }>(stage.operator, `/api/stations/${smart.id}/runs?kind=start`)
    expect(list.rows.map(({ phase }) => phase)).toEqual(['done', 'failed'])
    expect(list.rows[0]).toEqual(run)
    expect(visitor.errors).toEqual([])
  }, 240_000)

  it('[T1-041] keeps the header of a centralised station in its band, rotates the lead by running hours, and refuses manual commands until released', async () => {
    const { page } = visitor
    const units = central.devices.filter(({ kind }) => kind === 'compressor')
    await stage.fault({ station: central.id, fault: 'demand', value: 0.25 })
    await page.goto(`${stage.product.url}/station/${central.id}?tab=commands`)
    const panel = page.getByTestId('joint-panel')
    await panel.getByTestId('joint-engage').click()
    await page.getByTestId('joint-low').fill('6.7')
    await page.getByTestId('joint-high').fill('7.1')
    await confirm(central.code)
    await until('joint control is active', async () => (await panel.getAttribute('data-phase')) === 'active', 60)
    expect(await panel.getByTestId('joint-band').textContent()).toMatch(/6\.70? – 7\.10? bar/)
    const hoursOf = async (): Promise<{ id: string; hours: number }[]> =>
      Promise.all(units.map(async ({ id }) => ({ id, hours: Number((await points(stage.operator, id))['runningHours']?.value) })))
    const joint = await until('the first plan is confirmed', async () => {
      const now = (await control(central.id)).joint
      return now?.order.length === units.length && now
    })
    const byHours = (await hoursOf()).toSorted((a, b) => a.hours - b.hours)
    expect(joint.lead).toBe(byHours[0]?.id)

    const pressure = async (): Promise<number> => Number((await points(stage.operator, central.id))['headerPressure']?.value)
    const inBand = async (): Promise<boolean> => {
      const bar = await pressure()
      return bar >= 6.65 && bar <= 7.15
    }
    const loaded = async (): Promise<number> =>
      (await Promise.all(units.map(async ({ id }) => (await points(stage.operator, id))['runState']?.value))).filter(
        (one) => one === 'LOADED',
      ).length
    // A light load first, so that the step leaves something to join, whatever the hour of the day was like.
    await stage.fault({ station: central.id, fault: 'demand', value: 0.25 })
    await until('a light load is carried in the band', async () => (await loaded()) <= 1 && (await inBand()), 240)
    const before = await loaded()
    const told = (await actions(central.id)).length
    await stage.fault({ station: central.id, fault: 'demand', value: 0.9 })
    await until('the header falls out of the band', async () => (await pressure()) < 6.7, 60)
    await until('units join and the header is back', async () => (await loaded()) > before && (await inBand()), 120)
    const joined = await until('the orders are on record and confirmed', async () => {
      const fresh = (await actions(central.id)).slice(0, -told || undefined)
      return fresh.some(({ kind, outcome }) => (kind === 'start' || kind === 'load') && outcome === 'confirmed') && fresh
    })
    for (const { kind, reason } of joined.filter((one) => one.kind === 'start' || one.kind === 'load'))
      expect(reason, kind).toMatch(/母管压力 \d\.\d\d bar 低于/)
    await until('the page lists them', async () => /低于/.test((await page.getByTestId('joint-log').textContent()) ?? ''))
    await stage.fault({ station: central.id, fault: 'demand', value: 0.2 })
    await until(
      'a unit goes off again',
      async () => (await actions(central.id)).some(({ kind, reason }) => kind === 'unload' && /高于/.test(reason)),
      90,
    )
    await until('the header is back in the band', inBand, 90)

    const lead = units.find(({ id }) => id === joint.lead)
    if (!lead) throw new Error('no lead')
    const [status, refused] = await command(lead, 'compressor.stop')
    expect([status, refused.error.code]).toEqual([409, 'JOINT_CONTROL'])
    await stage.fault({
      station: central.id,
      fault: 'sensor',
      device: lead.id,
      point: 'runningHours',
      value: (byHours[0]?.hours ?? 0) + 9000,
    })
    const rotated = await until('the lead rotates', async () => {
      const now = (await control(central.id)).joint
      return now !== null && now.lead !== lead.id ? now : false
    })
    expect(rotated.lead).toBe(byHours[1]?.id)
    expect((await actions(central.id)).find(({ reason }) => /轮换主机/.test(reason))).toMatchObject({ kind: 'plan', unit: null })
    await until(
      'the page shows the new lead',
      async () => (await panel.locator(`[data-testid="joint-unit"][data-place="0"]`).getAttribute('data-device')) === rotated.lead,
    )
    await panel.getByTestId('joint-release').click()
    await confirm(central.code)
    await until('joint control is released', async () => (await panel.getAttribute('data-phase')) === 'off', 60)
    expect((await command(lead, 'compressor.unload'))[1]).not.toMatchObject({ error: { code: 'JOINT_CONTROL' } })
    expect(visitor.errors).toEqual([])
  }, 300_000)
})
