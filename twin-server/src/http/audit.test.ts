import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RecordWorld, startRecordWorld } from '../records/test-records.ts'

let world: RecordWorld
beforeAll(async () => {
  world = await startRecordWorld()
}, 60_000)
afterAll(() => world?.stop())

interface Line {
  readonly id: string
  readonly family: string
  readonly action: string
  readonly title: string | null
  readonly userName: string | null
  readonly from: string
  readonly before: unknown
  readonly after: unknown
}
const find = async (query: Record<string, string>): Promise<readonly Line[]> => {
  const response = await world.call('GET', `/api/audit?${new URLSearchParams(query)}`, 'admin')
  expect(response.status).toBe(200)
  return ((await response.json()) as { rows: Line[] }).rows
}

it('a sign-in is found with address and device, a change with old and new, also by the number it had', async () => {
  const agent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36'
  await world.http.app.request('/api/auth/sign-in/username', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': agent },
    body: JSON.stringify({ username: 'viewer', password: 'Viewer#2026' }),
  })
  expect(await find({ record: 'sign-in', user: 'viewer', platform: 'service' })).toMatchObject([
    { action: 'sign-in', from: '127.0.0.1', after: { device: 'Chrome 141, Windows' } },
  ])
  const [, part] = await world.json('POST', '/api/records/warehouse', 'admin', { code: 'W-7', name: '七号库' })
  await world.json('PUT', `/api/records/warehouse/${part.id}`, 'admin', { version: 1, name: '新七号库' })
  await world.json('DELETE', `/api/records/warehouse/${part.id}`, 'admin')
  expect(await find({ record: 'warehouse', number: '新七号库' })).toMatchObject([
    { action: 'delete', title: '新七号库' },
    { action: 'update', before: { name: '七号库' }, after: { name: '新七号库' } },
  ])
  expect(await find({ platform: 'mall', record: 'warehouse' })).toEqual([])
})

it('a rule says what it was before; each export stands in the log, also that of the log; nobody takes a line out or changes it', async () => {
  const [, { rows }] = await world.json('GET', '/api/records/setting?code=maintenance.graceDays', 'admin')
  await world.json('PUT', `/api/records/setting/${rows[0]?.id}`, 'admin', { version: 1, value: 5, reason: '试行' })
  expect(await find({ platform: 'analytics', record: 'setting', action: 'update' })).toMatchObject([
    { before: { value: 0, reason: null }, after: { value: 5, reason: '试行' } },
  ])
  const file = await world.call('GET', '/api/audit/export?format=csv&lang=zh&record=setting', 'admin')
  const text = await file.text()
  expect(text).toContain('参数设置,修改,保养到期宽限,ok')
  await (await world.call('GET', '/api/records/warehouse/export?format=csv', 'admin')).text()
  expect(await find({ action: 'export', user: 'admin' })).toMatchObject([
    { family: 'warehouse' },
    { family: 'audit', after: { rows: text.trim().split('\n').length - 1, format: 'csv', record: 'setting' } },
  ])
  expect((await world.call('GET', '/api/audit/export?format=csv', 'viewer')).status).toBe(403)
  const [line] = await find({ record: 'setting' })
  for (const role of ['viewer', 'operator', 'engineer', 'admin'])
    for (const method of ['DELETE', 'PUT', 'PATCH'])
      for (const path of ['/api/audit', `/api/audit/${line?.id}`]) expect((await world.call(method, path, role, {})).status).toBe(405)
  expect(await (await world.call('GET', '/api/audit/verify', 'admin')).json()).toMatchObject({ ok: true })
})

it('a search of many lines goes by an index that ends in the order of the list, and pages meet each line once', async () => {
  await sql`insert into audit_log (org, at, user_name, kind, target, result, prev_hash, hash)
    select 'main', '2024-01-01'::timestamptz + i * interval '1 minute', 'p' || i % 100, case when i % 500 = 0 then 'tariff.update' else 'part.update' end,
      'row' || i, 'ok', '', '' from generate_series(1, 20000) i`.execute(world.db)
  await sql`analyze audit_log`.execute(world.db)
  for (const [condition, index] of [
    [sql`family = 'tariff'`, 'audit_log_family'],
    [sql`user_name = 'p7' and action = 'update'`, 'audit_log_user_name'],
    [sql`target = 'row77'`, 'audit_log_target'],
    [sql`at >= '2024-01-03' and at < '2024-01-04'`, 'audit_log_at'],
  ] as const) {
    const { rows } = await sql<Record<string, string>>`
      explain select id from audit_log where org = 'main' and ${condition} order by at desc, id desc limit 50`.execute(world.db)
    expect(rows.map((row) => Object.values(row)[0]).join('\n')).toContain(index)
  }
  const period = { from: String(Date.UTC(2024, 0, 1)), to: String(Date.UTC(2024, 2, 1)), record: 'tariff', size: '15' }
  const pages = await Promise.all(['1', '2', '3'].map((page) => find({ ...period, page })))
  expect(pages.map((page) => page.length)).toEqual([15, 15, 10])
  expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(40)
})
