import { afterAll, beforeAll, expect, it } from 'vitest'
import { menuEntriesWithHelp } from '@twin/models/help'
import { type RecordWorld, startRecordWorld } from '../../records/test-records.ts'
import { builtInArticles } from './help-files.ts'

let world: RecordWorld
beforeAll(async () => {
  world = await startRecordWorld()
})
afterAll(() => world?.stop())

it('every menu entry has an article in both languages, and the API gives it by the key of its page', async () => {
  const entries = menuEntriesWithHelp()
  const articles = builtInArticles()
  // A new page gets docs/help/<key>.zh.md and .en.md; a record has its article from its declaration.
  expect(entries.filter(({ key }) => !articles.has(key)).map(({ key }) => key)).toEqual([])
  for (const { key, title, body } of articles.values())
    for (const text of [title.zh, title.en, body.zh, body.en]) expect([key, text.trim() !== '']).toEqual([key, true])
  for (const { key } of entries) {
    const [status, article] = await world.json('GET', `/api/help/${key}`, 'viewer')
    expect([key, status, article['key']]).toEqual([key, 200, key])
  }
  const [, part] = await world.json('GET', '/api/help/records.part', 'viewer')
  expect((part['body'] as unknown as { zh: string }).zh).toContain('最低库存')
  expect((await world.json('GET', '/api/help/nothing', 'viewer'))[0]).toBe(404)
  expect((await world.call('GET', '/api/help/alarms')).status).toBe(401)
})

it('an administrator’s article and term count at once, and deleted bring back those of the product', async () => {
  const article = {
    key: 'alarms',
    title: '报警（本厂）',
    titleEn: 'Alarms here',
    body: '先打电话给班长。',
    bodyEn: 'Call the foreman first.',
  }
  expect((await world.json('POST', '/api/records/helpArticle', 'operator', article))[0]).toBe(403)
  const [made, row] = await world.json('POST', '/api/records/helpArticle', 'admin', article)
  expect(made).toBe(200)
  const titleNow = async (): Promise<unknown> => (await world.json('GET', '/api/help/alarms', 'viewer'))[1]['title']
  expect(await titleNow()).toEqual({ zh: '报警（本厂）', en: 'Alarms here' })
  expect((await world.json('POST', '/api/records/helpArticle', 'admin', article))[0]).toBe(409)
  expect((await world.json('DELETE', `/api/records/helpArticle/${row.id}`, 'admin'))[0]).toBe(200)
  expect(await titleNow()).toEqual({ zh: '报警', en: 'Alarms' })

  const meaning = async (): Promise<unknown> => (await world.json('GET', '/api/terms/specificPower', 'viewer'))[1]
  expect(await meaning()).toMatchObject({ term: { zh: '比功率' }, unit: 'kW/(m³/min)', row: null })
  const [saved, term] = await world.json('POST', '/api/records/term', 'admin', {
    name: '比功率',
    nameEn: 'Specific power',
    meaning: '本厂合同值 6.2。',
    meaningEn: 'Our contract says 6.2.',
  })
  expect(saved).toBe(200)
  expect(await meaning()).toMatchObject({
    meaning: { zh: '本厂合同值 6.2。', en: 'Our contract says 6.2.' },
    unit: 'kW/(m³/min)',
    row: term.id,
  })
  expect((await world.json('PUT', `/api/records/term/${term.id}`, 'admin', { version: 1, meaning: '本厂合同值 6.1。' }))[0]).toBe(200)
  expect((await world.json('GET', `/api/records/term/${term.id}/history`, 'admin'))[1]['lines']).toHaveLength(2)
  const [, all] = await world.json('GET', '/api/terms', 'viewer')
  expect((all['terms'] as unknown as { key: string }[]).filter(({ key }) => key === 'specificPower')).toHaveLength(1)
})
