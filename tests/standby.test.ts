import { afterEach, expect, it } from 'vitest'
import { demoFleet } from '@twin/models/stations'
import { Unceasing } from './harness/acknowledged.ts'
import { signInAt } from './harness/product.ts'
import { sharedSecrets, SiteMachine } from './harness/sites.ts'

const machines: SiteMachine[] = []
afterEach(async () => {
  await Promise.all(machines.map((machine) => machine.end()))
  for (const machine of machines.splice(0)) machine.erase()
}, 120_000)

it(
  'moves the service to the standby site by an administrator’s order: all that was acknowledged is there, the old site answers 503 and stays shut',
  { timeout: 240_000 },
  async () => {
    const secrets = sharedSecrets()
    const [one, two] = [await SiteMachine.prepare('甲站点', secrets), await SiteMachine.prepare('乙站点', secrets)]
    machines.push(one, two)
    one.start({ TWIN_PEER_URL: two.desk })
    await one.served()
    two.start({ TWIN_PEER_URL: one.desk, TWIN_STANDBY_OF: one.database })
    await one.when('protected', (view) => view.protection?.protected)

    // The standby serves nothing, and takes orders from nobody but an administrator.
    const shut = await fetch(`${two.url}/api/stations`)
    expect([shut.status, ((await shut.json()) as { error: { code: string } }).error.code]).toEqual([503, 'standby'])
    expect((await two.order({ kind: 'site', password: 'Wrong#2026' })).status).toBe(401)
    expect((await two.order({ kind: 'site', username: 'operator', password: 'Operator#2026' })).status).toBe(403)
    expect((await two.order({ kind: 'site', reason: '' })).status).toBe(422)
    expect((await one.order({ kind: 'site' })).status).toBe(409)

    const [station] = demoFleet()
    const unit = station?.devices.find(({ kind }) => kind === 'compressor')
    if (!station || !unit) throw new Error('the demo has no compressor')
    const work = new Unceasing(secrets['TWIN_DEVICE_MASTER'] ?? '', station, unit, [one.mqtt, two.mqtt], [one.url, two.url])
    await one.when('work under way', async () => work.values.size > 20 && work.orders.size > 10)
    const before = work.orders.size
    expect((await two.order({ kind: 'site', drill: true })).status).toBe(202)
    await two.served()
    const move = await two.when('measured', ({ moves }) => moves[0]?.passed !== null && moves[0])
    await work.stop()
    expect(work.orders.size).toBeGreaterThan(before)
    const admin = await signInAt(two.url, 'admin', 'Admin#2026')
    expect(await work.missing(admin)).toEqual({ values: [], orders: [] })
    expect(move).toMatchObject({ kind: 'site', passed: true, complete: true })
    expect(Math.max(move.signInAt ?? 0, move.liveAt ?? 0, move.orderAt ?? 0) - move.orderedAt).toBe(move.durationMs)

    // The old site is shut, and a start of any kind does not open it.
    const write = async () => fetch(`${one.url}/api/records/workOrder`, { method: 'POST', body: '{}' }).then((answer) => answer.status)
    expect(await write()).toBe(503)
    await one.end()
    one.start()
    await one.when('moved', (view) => view.role === 'moved' && view.servedAt === two.url)
    expect(await write()).toBe(503)
    await two.when('hears of it', (view) => view.peer?.role === 'moved')
  },
)
