import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasBrowser, signInAs, type Visitor } from '../harness/browser.ts'
import { until } from '../harness/product.ts'
import { hasCamera, startCamera, type TestCamera } from '../harness/test-camera.ts'
import { demoStation, deviceOf, points, read, setStage, type Stage } from './stage.ts'

const station = demoStation('HB-M01')
const machine = deviceOf(station, 'AC-1')

interface Rows<T> {
  readonly rows: readonly T[]
}
interface Camera {
  readonly id: string
  readonly status: string
}
interface Recording {
  readonly id: string
  readonly status: string
  readonly reason: string
  readonly source: string
  readonly seconds: number
}

/** The time that the camera drew into its picture (32 blocks of one bit each), epoch s; undefined while there is no picture. */
function clockIn(page: Page, selector: string): Promise<number | undefined> {
  return page.locator(selector).evaluate((element: HTMLVideoElement) => {
    if (element.readyState < 2 || element.videoWidth === 0) return undefined
    const canvas = document.createElement('canvas')
    canvas.width = element.videoWidth
    canvas.height = element.videoHeight
    const context = canvas.getContext('2d')
    context?.drawImage(element, 0, 0)
    const row = context?.getImageData(0, 30, canvas.width, 1).data
    if (!row) return undefined
    const block = canvas.width / 32
    let seconds = 0
    for (let bit = 0; bit < 32; bit++) seconds = seconds * 2 + ((row[Math.floor((bit + 0.5) * block) * 4] ?? 0) > 125 ? 1 : 0)
    // A video without a decoded frame draws black.
    return seconds === 0 ? undefined : seconds
  })
}

describe.skipIf(!hasBrowser || !hasCamera)('cameras of station rooms', () => {
  let stage: Stage
  let camera: TestCamera
  let engineer: Visitor
  let id = ''
  const status = async (): Promise<string> => (await read<{ row: Camera }>(stage.admin, `/api/records/videoCamera/${id}`)).row.status
  const sessions = async (): Promise<readonly object[]> =>
    (await read<{ items: readonly object[] }>(stage.admin, `/api/video/sessions?camera=${id}`)).items

  beforeAll(async () => {
    ;[stage, camera] = await Promise.all([setStage(), startCamera('room', 'wie geht es?/@:')])
    engineer = await signInAs(stage.browser, stage.product, 'engineer', 'Engineer#2026')
  }, 240_000)
  afterAll(async () => {
    await stage?.stop()
    await camera?.stop()
  })

  it('[T1-072] an engineer registers a camera, sees it live, plays back a recorded minute; it goes offline within 30 s; scope and log hold', async () => {
    const { page } = engineer
    await page.goto(`${stage.product.url}/records/videoCamera`)
    await page.getByTestId('record-new').click()
    await page.locator('#f-name').fill('站房一号')
    await page.locator('#f-address').fill(camera.address)
    await page.locator('#f-username').fill('room')
    await page.locator('#f-password').fill('wie geht es?/@:')
    await page.locator('#f-station').click()
    await page.keyboard.type(station.name)
    await page
      .getByRole('option', { name: new RegExp(station.name) })
      .first()
      .waitFor({ state: 'attached' })
    await page.keyboard.press('Enter')
    await page.getByTestId('record-save').click()
    id = await until(
      'the camera is registered',
      async () => (await read<Rows<Camera>>(stage.admin, '/api/records/videoCamera')).rows[0]?.id,
    )
    await until('it is online', async () => (await status()) === 'online', 20)
    // Nobody reads the password again, and it is not in the database as it was typed.
    expect(JSON.stringify((await stage.admin.call('GET', `/api/records/videoCamera/${id}`)).body)).not.toContain('wie geht')

    await page.goto(`${stage.product.url}/video?camera=${id}`)
    const drawn = await until('a picture of now', async () => clockIn(page, `[data-testid="player-${id}"] video`), 20)
    expect(Math.abs(Date.now() / 1000 - drawn)).toBeLessThan(8)
    await until('the picture goes on', async () => ((await clockIn(page, `[data-testid="player-${id}"] video`)) ?? 0) > drawn)
    expect(await sessions()).toHaveLength(1)

    // The half minute before is there only when the camera was on that long.
    await until(
      'half a minute is held',
      async () => {
        const { body } = await stage.admin.call('GET', `/api/video/sessions?camera=${id}`)
        const [session] = (body as { items: { playlist: string }[] }).items
        return (
          ((await page.evaluate(async (address) => (await fetch(address)).text(), session?.playlist ?? '')).match(/#EXTINF/g) ?? [])
            .length > 30
        )
      },
      45,
    )
    await page.getByTestId('record-minute').click()
    const recording = await until(
      'the minute is recorded',
      async () => {
        const { rows } = await read<Rows<Recording>>(stage.admin, `/api/records/videoRecording?camera=${id}`)
        return rows.find((row) => row.status === 'ready' && row.reason === 'manual')
      },
      60,
    )
    expect(recording.seconds).toBeGreaterThan(55)
    await page.getByTestId(`play-${recording.id}`).click()
    const past = await until('it plays', async () => clockIn(page, '[data-testid="playback"]'), 20)
    expect(past).toBeLessThan(drawn + 40)
    await page.keyboard.press('Escape')

    // Another person, whose scope is another station.
    const other = demoStation('ZJ-S01')
    expect(
      (
        await stage.admin.call('POST', '/api/users', {
          username: 'elsewhere',
          name: '外站人员',
          role: 'viewer',
          password: 'Elsewhere#2026',
          stations: [other.id],
        })
      ).status,
    ).toBeLessThan(300)
    const stranger = await stage.product.signIn('elsewhere', 'Elsewhere#2026')
    await stranger.call('POST', '/api/me/password', { current: 'Elsewhere#2026', next: 'Elsewhere#2027' })
    expect((await stranger.call('POST', `/api/video/cameras/${id}/sessions`, {})).status).toBe(403)
    expect((await stranger.call('GET', `/api/video/recordings/${recording.id}/file`)).status).toBe(403)
    expect((await read<Rows<Camera>>(stranger, '/api/records/videoCamera')).rows).toEqual([])

    await camera.stop()
    const stopped = Date.now()
    await until('it is offline', async () => (await status()) === 'offline', 30)
    expect(Date.now() - stopped).toBeLessThan(30_000)
    await page.getByTestId(`camera-${id}`).and(page.locator('[data-status="offline"]')).waitFor()

    const logged = async (kind: string): Promise<readonly unknown[]> =>
      (await read<{ rows: readonly unknown[] }>(stage.admin, `/api/audit?kind=${kind}`)).rows
    expect(await logged('video.view')).toMatchObject([
      { userName: 'elsewhere', target: id, result: 'not-permitted' },
      { userName: 'engineer', target: id, result: 'ok' },
    ])
    expect(await logged('video.playback')).toMatchObject([{ userName: 'engineer', target: recording.id, result: 'ok' }])
  }, 180_000)

  it('[T7-012] the monitoring picture shows live values beside the camera and ends its session when it is closed', async () => {
    const { page } = engineer
    await camera.stop()
    camera = await startCamera()
    const { row } = await read<{ row: { version: number } }>(stage.admin, `/api/records/videoCamera/${id}`)
    const changed = await stage.admin.call('PUT', `/api/records/videoCamera/${id}`, {
      version: row.version,
      address: camera.address,
      username: null,
    })
    expect(changed.status).toBe(200)
    await page.goto(`${stage.product.url}/station/${station.id}?tab=monitor`)
    const drawn = await until('a picture of now', async () => clockIn(page, `[data-testid="player-${id}"] video`), 30)
    expect(Math.abs(Date.now() / 1000 - drawn)).toBeLessThan(8)
    const open = await sessions()
    expect(open).toHaveLength(1)
    // The mimic says what the parameter table of the same second says.
    const pressure = await until('the mimic shows the value', async () => {
      const { value } = (await points(stage.operator, machine))['dischargePressure'] ?? {}
      const text = (await page.getByTestId('monitor').textContent()) ?? ''
      return typeof value === 'number' && text.includes(value.toFixed(2)) && value
    })
    expect(pressure).toBeGreaterThan(0)
    await page.getByTestId('tab-parameters').click()
    await until('no session is open', async () => (await sessions()).length === 0, 5)
    expect(engineer.errors).toEqual([])
  }, 90_000)

  it('a command opens the camera first and what it saw is recorded', async () => {
    const { rows } = await read<Rows<Camera>>(stage.admin, '/api/records/videoCamera')
    expect(rows).toHaveLength(1)
    const sent = await stage.operator.call('POST', `/api/devices/${machine}/commands`, {
      ...{ code: 'compressor.unload', reason: '试验录像', idempotencyKey: crypto.randomUUID() },
      confirm: { password: 'Operator#2026', deviceCode: 'AC-1' },
    })
    expect(sent.status).toBeLessThan(300)
    const recording = await until(
      'a recording of the command',
      async () => (await read<Rows<Recording>>(stage.admin, '/api/records/videoRecording?reason=control')).rows[0],
    )
    expect(recording.source).not.toBe('')
  }, 60_000)
})
