import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wgs84ToGcj02 } from '@twin/models/units'
import { hasBrowser, signInAs, type Visitor } from '../harness/browser.ts'
import { until } from '../harness/product.ts'
import { demoStation, deviceOf, marks, read, setStage, shows, type Mark, type Stage } from './stage.ts'

interface Place {
  lat: number
  lng: number
}
interface Fix extends Place {
  at: number
  source: string
  by: string | null
}
interface Listed {
  id: string
  kind: string
  state: string
  flow: number | null
  position: Place | null
  gcj02: Place | null
}
const single = demoStation('HB-M01')
const other = demoStation('JS-S01')
const neighbour = demoStation('SD-M01')
const smart = demoStation('GD-S01')
const central = demoStation('SH-C01')
/** A fix scatters by some metres. */
const near = (a: number, b: number): boolean => Math.abs(a - b) < 2e-4

describe.skipIf(!hasBrowser)('where stations and devices are', () => {
  let stage: Stage
  let visitor: Visitor
  const open = async (path: string): Promise<Visitor['page']> => {
    await visitor.page.goto(`${stage.product.url}${path}`)
    return visitor.page
  }
  const stations = (query = ''): Promise<{ stations: Listed[]; unplaced: number }> => read(stage.operator, `/api/stations${query}`)
  const position = (device: string): Promise<{ current: Fix | null; track: Fix[] }> =>
    read(stage.operator, `/api/devices/${device}/position`)
  const drawn = async (what: string, wanted: (found: readonly Mark[]) => boolean, seconds = 10): Promise<readonly Mark[]> =>
    until(
      what,
      async () => {
        const found = await marks(visitor.page)
        return wanted(found) && found
      },
      seconds,
    )

  beforeAll(async () => {
    stage = await setStage()
    visitor = await signInAs(stage.browser, stage.product, 'admin', 'Admin#2026')
  }, 240_000)
  afterAll(async () => {
    await stage?.stop()
  })

  it('[T1-030] shows the coordinate a single module reported, follows a new report, and keeps a correction by hand apart', async () => {
    const page = await open(`/station/${single.id}?tab=position`)
    await shows(page, 'current-position', /30\.4716\d*, 114\.4125/, 30)
    await shows(page, 'current-position', /卫星定位/)
    expect((await shows(page, 'current-position', /时间/)).match(/\d{2}:\d{2}:\d{2}/)).not.toBeNull()

    const before = (await position(single.id)).track.length
    expect(before).toBeGreaterThan(0)
    await stage.fault({ station: single.id, fault: 'position', lat: 30.4755, lng: 114.4165 })
    await Promise.all([
      shows(page, 'current-position', /30\.475[45]\d*, 114\.416[45]/, 5),
      until('the API has it', async () => near((await position(single.id)).current?.lat ?? 0, 30.4755), 5),
    ])
    expect((await position(single.id)).track.length).toBeGreaterThan(before)
    await until('the point is in the track of the page', async () =>
      /30\.475[45]\d/.test((await page.getByTestId('position-tab').locator('table').first().textContent()) ?? ''),
    )

    await page.getByTestId('correct-position').click()
    await page.getByRole('dialog').getByRole('spinbutton').first().fill('30.4725')
    await page.getByRole('dialog').getByRole('spinbutton').last().fill('114.4135')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /保\s*存/ })
      .click()
    await shows(page, 'current-position', /30\.4725\d*, 114\.4135.*人工校正.*管理员/)
    const after = await position(single.id)
    expect(after.track.find(({ source }) => source === 'manual')).toMatchObject({ lat: 30.4725, by: expect.stringContaining('管理员') })
    expect(after.track.find(({ lat }) => near(lat, 30.4755))).toMatchObject({ source: 'gnss', by: null })

    // The meter has no receiver of its own.
    await page.getByTestId('position-tab').getByRole('combobox').first().click()
    await page.locator('.ant-select-item-option', { hasText: '总电表' }).dispatchEvent('click')
    await shows(page, 'no-position', /未定位/)
    expect((await position(deviceOf(single, 'PM-1'))).current).toBeNull()
    expect(visitor.errors).toEqual([])
  }, 90_000)

  it('[T1-031] fences an intelligent station: one movement alarm with its distance until it is back or its site is moved', async () => {
    const home = other.position ?? { lat: 0, lng: 0 }
    const away = { lat: home.lat + 0.01, lng: home.lng }
    await stage.fault({ station: other.id, fault: 'position', ...home })
    const page = await open(`/station/${other.id}?tab=position`)
    await shows(page, 'current-position', /31\.312\d*, 120\.716.*卫星定位/, 20)
    await page.getByTestId('fence-button').click()
    await page.getByRole('dialog').getByRole('spinbutton').fill('300')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /保\s*存/ })
      .click()
    await shows(page, 'fence-button', /300 m/)
    await stage.fault({ station: other.id, fault: 'position', ...away })
    await shows(page, 'station-badges', /1,1[01]\d m/)
    const movement = async (): Promise<{ code: string; values: Record<string, unknown> }[]> =>
      (
        await read<{ rows: { code: string; values: Record<string, unknown> }[] }>(
          stage.operator,
          `/api/alarms?station=${other.id}&size=100`,
        )
      ).rows.filter(({ values }) => 'unauthorizedMovement' in values)
    const [alarm] = await until('the alarm', async () => {
      const found = await movement()
      return found.length > 0 && found
    })
    expect(alarm?.values).toMatchObject({ unauthorizedMovement: true, distance: expect.closeTo(1112, -2) })
    await open('/alarms')
    await shows(page, 'alarm-distance', /1,1[01]\d m/)

    // Farther away is the same event.
    await stage.fault({ station: other.id, fault: 'position', lat: away.lat + 0.01, lng: away.lng })
    await until('the next report', async () => near((await position(other.id)).current?.lat ?? 0, away.lat + 0.01))
    expect(await movement()).toHaveLength(1)
    const fence = async (): Promise<unknown> =>
      (await read<{ station: { fence: unknown } }>(stage.operator, `/api/stations/${other.id}/live`)).station.fence
    expect(await fence()).not.toBeNull()
    await stage.fault({ station: other.id, fault: 'position', ...home })
    await until('back', async () => (await fence()) === null)
    // A site moved away leaves the station outside; moved to where it stands, inside again.
    const site = (place: Place): Promise<{ status: number }> => stage.admin.call('PUT', `/api/stations/${other.id}/site`, place)
    await stage.fault({ station: other.id, fault: 'position', ...away })
    await until('outside again', async () => (await fence()) !== null)
    expect((await site(away)).status).toBe(200)
    await until('moved with it', async () => (await fence()) === null)
    expect(await movement()).toHaveLength(1)
    await site(home)
    await stage.fault({ station: other.id, fault: 'position', ...home })
  }, 90_000)

  it('[T1-032] takes the outline of a plant drawn by hand, places units in it and refuses one outside', async () => {
    const page = await open(`/station/${central.id}?tab=position`)
    await shows(page, 'site-position', /30\.8926\d*, 121\.9153/)
    const editor = page.getByTestId('outline-editor')
    await editor.scrollIntoViewIfNeeded()
    await editor.getByRole('button', { name: /清除轮廓/ }).click()
    const config = (): Promise<{
      outline: [number, number][] | null
      position: Place
      devices: { id: string; placement: { position: number[]; rotation: number } }[]
    }> => read(stage.operator, `/api/stations/${central.id}`)
    await until('cleared', async () => (await config()).outline === null)
    await editor.getByRole('button', { name: /绘制轮廓/ }).click()
    const plan = await editor.locator('svg.outline-plan').boundingBox()
    if (!plan) throw new Error('no plan')
    for (const [x, y] of [
      [0.02, 0.03],
      [0.98, 0.03],
      [0.98, 0.97],
      [0.02, 0.97],
    ] as const)
      await page.mouse.click(plan.x + x * plan.width, plan.y + y * plan.height)
    await editor.getByRole('button', { name: /保存轮廓/ }).click()
    await until('saved', async () => (await config()).outline?.length === 4)

    const { position: place, devices, outline } = await config()
    expect(place).toEqual(central.position)
    const unit = deviceOf(central, 'AC-1')
    const [x = 0, y = 0, z = 0] = devices.find(({ id }) => id === unit)?.placement.position ?? []
    const put = (at: number[]): Promise<{ status: number; body: { error?: { field: string } } }> =>
      stage.operator.call('PUT', `/api/devices/${unit}/placement`, { position: at, rotation: 0 })
    expect((await put([x + 0.5, y, z])).status).toBe(200)
    await editor
      .getByText(`${(x + 0.5).toFixed(1)} / `)
      .first()
      .waitFor({ timeout: 60_000 })
      .catch(() => page.reload())
    await page
      .getByTestId('outline-editor')
      .getByText(new RegExp(`^${(x + 0.5).toFixed(1)} / `))
      .first()
      .waitFor()
    const far = Math.max(...(outline ?? []).map(([corner]) => corner)) + 1
    const refused = await put([far, y, z])
    expect(refused.status).toBe(422)
    expect(refused.body.error?.field).toBe('position')
    expect((await config()).devices.find(({ id }) => id === unit)?.placement.position).toEqual([x + 0.5, y, z])
  }, 90_000)

  it('[T1-033] marks every single module in scope by its state, within two seconds of a change', async () => {
    await open('/?kind=singleModule')
    const { stations: modules } = await stations('?kind=singleModule')
    const all = await drawn('all modules', (found) => found.reduce((sum, { count }) => sum + (count ?? 1), 0) === modules.length, 30)
    for (const mark of all.filter(({ id }) => id)) expect(['running', 'standby', 'alarm', 'offline']).toContain(mark.state)
    // Two that come close to each other become one cluster that carries their number.
    await stage.fault({ station: neighbour.id, fault: 'position', lat: 39.2, lng: 116.8 })
    await drawn(
      'a cluster with its number',
      (found) =>
        found.some(({ count }) => count !== undefined) && found.reduce((sum, { count }) => sum + (count ?? 1), 0) === modules.length,
      20,
    )
    await stage.fault({ station: neighbour.id, fault: 'position', ...neighbour.position })
    const state = async (): Promise<string | undefined> =>
      (JSON.parse((await visitor.page.getByTestId('fleet-map').getAttribute('data-stations')) ?? '{}') as Record<string, string>)[single.id]
    const known = async (): Promise<string | undefined> =>
      (await stations('?kind=singleModule')).stations.find(({ id }) => id === single.id)?.state
    await drawn('the module on its own', (found) => found.some(({ id }) => id === single.id), 20)
    expect(await state()).toBe(await known())
    await stage.fault({ station: single.id, fault: 'estop', device: deviceOf(single, 'AC-1') })
    await until('the API says alarm', async () => (await known()) === 'alarm', 20)
    await drawn('recoloured', (found) => found.some(({ id, state: shown }) => id === single.id && shown === 'alarm'), 2)
    await stage.fault({ station: single.id, fault: 'estop', device: deviceOf(single, 'AC-1'), off: true })

    const scoped = await stage.admin.call('POST', '/api/users', {
      username: 'one-module',
      name: '单站',
      role: 'viewer',
      stations: [neighbour.id],
      password: 'OnlyOne#2026x',
    })
    expect(scoped.status).toBe(200)
    const fresh = await stage.product.signIn('one-module', 'OnlyOne#2026x')
    const chosen = { current: 'OnlyOne#2026x', next: 'MyOwnSecret#27' }
    expect((await fresh.call('POST', '/api/me/password', chosen)).status).toBe(200)
    const narrow = await stage.product.signIn('one-module', chosen.next)
    const { stations: seen } = await read<{ stations: Listed[] }>(narrow, '/api/stations?kind=singleModule')
    expect(seen.map(({ id }) => id)).toEqual([neighbour.id])
  }, 90_000)

  it('[T1-034] filters intelligent stations, opens one by its marker, and counts one without coordinates as unplaced', async () => {
    const config = await read<Record<string, unknown> & { devices: { id: string }[] }>(stage.admin, `/api/stations/${smart.id}`)
    const moved = await stage.admin.call('PUT', `/api/stations/${smart.id}`, { ...config, position: null })
    expect(moved.status).toBe(200)
    const answer = await stations('?kind=smartStation')
    expect(answer.unplaced).toBe(1)
    expect(answer.stations.find(({ id }) => id === smart.id)?.position).toBeNull()
    const page = await open('/?kind=smartStation')
    const placed = answer.stations.filter(({ position: at }) => at !== null)
    await drawn('two on the map', (found) => found.reduce((sum, { count }) => sum + (count ?? 1), 0) === placed.length, 30)
    await until('three in the list', async () => (await page.getByTestId('station-row').count()) === 3)
    expect(await page.getByTestId('unplaced-count').getAttribute('data-count')).toBe('1')
    expect(await page.locator(`[data-testid="station-row"][data-station="${smart.id}"]`).textContent()).toContain('未定位')

    await open('/?kind=smartStation&region=320000')
    const suzhou = demoStation('JS-S01')
    const [mark] = await drawn('the one of the province', (found) => found.length === 1 && found[0]?.id === suzhou.id, 20)
    expect(await page.getByTestId('station-row').count()).toBe(1)
    const { state } = (await stations()).stations.find(({ id }) => id === suzhou.id) ?? {}
    await open(`/?kind=smartStation&state=${state}`)
    const same = (await stations(`?kind=smartStation&state=${state}`)).stations
    await until('the same stations by state', async () => (await page.getByTestId('station-row').count()) === same.length)
    await open('/?kind=smartStation&region=320000')
    await drawn('drawn again', (found) => found[0]?.id === suzhou.id && found[0].x === mark?.x, 20)
    const map = await page.getByTestId('fleet-map').boundingBox()
    await page.mouse.click((map?.x ?? 0) + (mark?.x ?? 0), (map?.y ?? 0) + (mark?.y ?? 0))
    await shows(page, 'station-peek', /母管压力\s*\d\.\d+ bar/)
    await until('states of components', async () => (await page.locator('.peek-devices li').count()) >= 6)
    await stage.admin.call('PUT', `/api/stations/${smart.id}`, config)
  }, 90_000)

  it('[T1-035] draws centralised stations by rated flow with a line to every customer, and adds up what it shows', async () => {
    const page = await open('/?kind=centralStation')
    const plant = page.locator(`[data-plant="${central.id}"]`)
    await plant.waitFor({ state: 'attached' })
    expect(await plant.locator('line').count()).toBe(2)
    const rated = central.devices
      .filter(({ kind }) => kind === 'compressor')
      .reduce((sum, { settings }) => sum + (settings['ratedFlow'] ?? 0), 0)
    expect(Number(await plant.getAttribute('data-rated'))).toBeCloseTo(rated, 6)
    const radius = async (code: string): Promise<number> =>
      Number(await page.locator(`[data-plant="${demoStation(code).id}"] .plant-ring`).getAttribute('r'))
    expect(await radius('SH-C01')).toBeGreaterThan(await radius('CQ-C01'))

    const config = await read<{ devices: { id: string; code: string; kind: string; name: string; texts: Record<string, string> }[] }>(
      stage.admin,
      `/api/stations/${central.id}`,
    )
    const outlet = config.devices.find(({ kind }) => kind === 'outlet')
    if (!outlet) throw new Error('no outlet')
    const more = { ...outlet, id: 'newoutlet001', code: 'OL-9', name: '新用户出口', texts: { customer: '新用户' } }
    expect((await stage.admin.call('PUT', `/api/stations/${central.id}`, { ...config, devices: [...config.devices, more] })).status).toBe(
      200,
    )
    await plant.locator('[data-outlet="newoutlet001"] line').waitFor({ state: 'attached' })
    expect(await plant.textContent()).toContain('新用户')
    await until('the sum of the API', async () => {
      const total = (await stations('?kind=centralStation')).stations.reduce((sum, { flow }) => sum + (flow ?? 0), 0)
      const shown = Number.parseFloat((await page.getByTestId('plants-flow').textContent()) ?? '')
      return Math.abs(total - shown) < 0.1
    })
    await stage.admin.call('PUT', `/api/stations/${central.id}`, config)
  }, 90_000)

  it('[T7-007] shows all built stations at their coordinates without internet, and moves one that was moved', async () => {
    const outside: string[] = []
    await visitor.page.route(
      (url) => url.origin !== stage.product.url,
      (route) => {
        if (route.request().url().startsWith('http')) outside.push(route.request().url())
        return route.abort()
      },
    )
    const page = await open('/')
    const built = (await stations()).stations.filter(({ position: at }) => at !== null)
    await drawn('all of them', (found) => found.reduce((sum, { count }) => sum + (count ?? 1), 0) === built.length, 30)
    const shown = JSON.parse((await page.getByTestId('fleet-map').getAttribute('data-stations')) ?? '{}') as Record<string, string>
    expect(Object.keys(shown).toSorted()).toEqual(built.map(({ id }) => id).toSorted())
    for (const { position: at, gcj02 } of built) expect(gcj02).toEqual(at && wgs84ToGcj02(at))

    const { crs } = (await (await fetch(`${stage.product.url}/geo/map.json`)).json()) as { crs: string }
    const chongqing = demoStation('CQ-C01')
    const to = { lat: 31.2, lng: 90.1 }
    const wanted = crs === 'GCJ-02' ? wgs84ToGcj02(to) : to
    expect((await stage.admin.call('PUT', `/api/stations/${chongqing.id}/site`, to)).status).toBe(200)
    await drawn(
      'the point moved',
      (found) =>
        found.some(({ id, lat, lng }) => id === chongqing.id && Math.abs(lat - wanted.lat) < 0.02 && Math.abs(lng - wanted.lng) < 0.02),
      5,
    )
    expect((await stations()).stations.find(({ id }) => id === chongqing.id)).toMatchObject({ position: to, gcj02: wgs84ToGcj02(to) })
    expect(outside).toEqual([])
    expect(visitor.errors).toEqual([])
  }, 90_000)
})
