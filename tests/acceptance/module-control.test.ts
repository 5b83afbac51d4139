import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasBrowser, signInAs, type Visitor } from '../harness/browser.ts'
import { type Session, until } from '../harness/product.ts'
import { demoStation, deviceOf, points, read, setStage, type Stage } from './stage.ts'

interface Command {
  id: string
  code: string
  phase: string
  steps: { phase: string; at: number }[]
}
const station = demoStation('HB-M01')
const machine = deviceOf(station, 'AC-1')
const password = 'Operator#2026'

describe.skipIf(!hasBrowser)('control of a single module from afar', () => {
  let stage: Stage
  let visitor: Visitor
  /** Somebody who may only look. */
  let seen: Visitor
  const value = async (point: string): Promise<unknown> => (await points(stage.operator, machine))[point]?.value
  const commands = async (): Promise<Command[]> =>
    (await read<{ rows: Command[] }>(stage.operator, `/api/commands?target=${machine}&size=100`)).rows
  const issue = (by: Session, word: string, code: string, args: object = {}) =>
    by.call('POST', `/api/devices/${machine}/commands`, {
      code,
      args,
      reason: '试验',
      idempotencyKey: crypto.randomUUID(),
      confirm: { password: word, deviceCode: 'AC-1' },
    })
  async function fillIn(code: string): Promise<void> {
    const { page } = visitor
    await page.getByTestId(`command-${code}`).click()
    await page.getByTestId('command-dialog').waitFor()
    if (code === 'compressor.setTargetPressure') await page.getByRole('spinbutton').fill('6.8')
    await page.getByTestId('command-reason').fill(`操作 ${code}`)
    await page.getByTestId('command-device-code').fill('AC-1')
    await page.getByTestId('command-password').fill(password)
    await page.getByTestId('command-send').click()
  }
  /** The whole way through the page; answers the command as the API has it in the end. */
  async function operate(code: string, ends: 'EXECUTED' | 'FAILED'): Promise<Command> {
    const { page } = visitor
    const known = new Set((await commands()).map(({ id }) => id))
    await fillIn(code)
    const progress = page.getByTestId('command-progress')
    await progress.waitFor()
    await until(
      `${code} is over`,
      async () => /EXECUTED|FAILED|UNVERIFIED|ABORTED|EXPIRED|REJECTED/.test((await progress.getAttribute('data-phase')) ?? ''),
      70,
    )
    const words = (await progress.textContent()) ?? ''
    expect(words).toMatch(
      ends === 'EXECUTED'
        ? /已发送\d\d:\d\d:\d\d.*设备已应答\d\d:\d\d:\d\d.*已执行\d\d:\d\d:\d\d/
        : /已发送\d\d:\d\d:\d\d.*失败\d\d:\d\d:\d\d/,
    )
    await page.getByTestId('command-close').click()
    await page.getByTestId('command-dialog').waitFor({ state: 'detached' })
    const command = (await commands()).find(({ id }) => !known.has(id))
    if (!command) throw new Error('no command on record')
    expect(command).toMatchObject({ code, phase: ends, reason: `操作 ${code}` })
    return command
  }

  beforeAll(async () => {
    stage = await setStage()
    await until('it runs loaded', async () => (await value('runState')) === 'LOADED', 60)
    const open = async (name: string, word: string): Promise<Visitor> => {
      const found = await signInAs(stage.browser, stage.product, name, word)
      await found.page.goto(`${stage.product.url}/station/${station.id}?device=${machine}`)
      // Without a graphics card the 3D picture would take the time of everything else.
      await found.page.getByTestId('view-switch').getByText('二维').click()
      return found
    }
    ;[visitor, seen] = await Promise.all([open('operator', password), open('viewer', 'Viewer#2026')])
  }, 300_000)
  afterAll(async () => {
    await stage?.stop()
  })

  it('[T1-039] an operator unloads, loads, sets the pressure, stops and starts it, each seen sent, acknowledged and executed by its own feedback; no feedback in 10 s is a failure, local mode 409, no right 403, all on record', async () => {
    const { page } = visitor
    await page.getByTestId('command-compressor.stop').waitFor()
    const engineer = await stage.product.signIn('engineer', 'Engineer#2026')
    const timers = await issue(engineer, 'Engineer#2026', 'compressor.setTimers', { restartDelay: 30, idleStopDelay: 600 })
    expect(timers.status).toBe(200)
    await until('a short restart delay', async () => (await value('restartDelaySet')) === 30)

    let stoppedAt = 0
    for (const [code, proof] of [
      ['compressor.unload', async () => (await value('runState')) === 'UNLOADED'],
      ['compressor.load', async () => (await value('runState')) === 'LOADED'],
      ['compressor.setTargetPressure', async () => (await value('targetPressureSet')) === 6.8],
      ['compressor.stop', async () => /STOP|STANDBY/.test(String(await value('runState')))],
      ['compressor.start', async () => /STARTING|LOADED/.test(String(await value('runState')))],
    ] as const) {
      // A machine that was just stopped rests for its restart delay, by its own clock.
      if (code === 'compressor.start') await until('it has rested', async () => Date.now() - stoppedAt > 33_000, 60)
      const done = await operate(code, 'EXECUTED')
      await until(`${code} took effect`, proof)
      if (code === 'compressor.stop') {
        await until('it stands', async () => /STOPPED|STANDBY/.test(String(await value('runState'))))
        stoppedAt = Date.now()
      }
      const times = ['DISPATCHED', 'ACKED', 'EXECUTED'].map((phase) => done.steps.find((step) => step.phase === phase)?.at ?? Number.NaN)
      expect(times).toEqual(times.toSorted((a, b) => a - b))
    }

    await stage.fault({ station: station.id, device: machine, fault: 'deaf' })
    const failed = await operate('compressor.stop', 'FAILED')
    const at = (phase: string): number => failed.steps.find((step) => step.phase === phase)?.at ?? Number.NaN
    expect(at('FAILED') - at('DISPATCHED')).toBeLessThanOrEqual(10_500)
    expect(failed.steps.some(({ phase }) => phase === 'ACKED' || phase === 'EXECUTED')).toBe(false)
    expect(await value('runState')).toMatch(/STARTING|LOADED/)
    await stage.fault({ station: station.id, device: machine, fault: 'deaf', off: true })

    await stage.fault({ station: station.id, device: machine, fault: 'local' })
    await until('local mode', async () => (await value('remoteEnabled')) === false)
    expect(await issue(stage.operator, password, 'compressor.stop')).toMatchObject({ status: 409, body: { error: { code: 'NOT_REMOTE' } } })
    await fillIn('compressor.stop')
    await page.locator('[data-testid="command-error"][data-code="NOT_REMOTE"]').waitFor()
    await page.keyboard.press('Escape')

    const viewer = await stage.product.signIn('viewer', 'Viewer#2026')
    expect((await issue(viewer, 'Viewer#2026', 'compressor.stop')).status).toBe(403)
    expect((await issue(stage.operator, 'Wrong#2026', 'compressor.stop')).status).toBe(403)
    await seen.page.getByTestId('device-panel').waitFor()
    expect(await seen.page.locator('[data-testid^="command-compressor"]').count()).toBe(0)

    const { rows: log } = await read<{ rows: { result: string }[] }>(
      stage.admin,
      `/api/audit?kind=command.issue&from=0&to=${Date.now() + 3_600_000}&size=100`,
    )
    expect(log.map(({ result }) => result).toSorted()).toEqual(
      ['CONFIRMATION', 'NOT_REMOTE', 'NOT_REMOTE', 'not-permitted', ...Array.from({ length: 7 }, () => 'ok')].toSorted(),
    )
    expect([...visitor.errors, ...seen.errors]).toEqual([])
  }, 400_000)
})
