import { afterAll, expect, it } from 'vitest'
import { sharedSecrets, SiteMachine } from './harness/sites.ts'

const machines: SiteMachine[] = []
afterAll(async () => {
  for (const machine of machines) {
    await machine.end()
    machine.erase()
  }
})

it('moves', { timeout: 120_000 }, async () => {
  const secrets = sharedSecrets()
  const one = await SiteMachine.prepare('甲站点', secrets)
  const two = await SiteMachine.prepare('乙站点', secrets)
  machines.push(one, two)
  one.start({ TWIN_PEER_URL: two.desk, TWIN_LOG: 'info' })
  const t0 = Date.now()
  const lap = (what: string): void => console.log(what, Date.now() - t0)
  await one.served()
  lap('one served')
  two.start({ TWIN_PEER_URL: one.desk, TWIN_STANDBY_OF: one.database, TWIN_LOG: 'info' })
  await two.when('follows', (view) => view.receiving?.streaming)
  lap('two follows')
  await one.when('protected', (view) => view.protection?.protected)
  lap('protected')
  console.log((await two.order({ kind: 'site', drill: true })).body)
  await two.when('serves', (view) => view.role === 'serving' && view)
  lap('promoted')
  await two.served()
  lap('two served')
  const refused = await fetch(`${one.url}/api/stations/x`, { method: 'PUT', body: '{}' })
  console.log(refused.status, await refused.text())
  console.log(JSON.stringify(await two.when('x', (v) => v)), one.output, two.output)
  expect(refused.status).toBe(503)
})
