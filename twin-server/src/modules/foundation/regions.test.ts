import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type RecordWorld, startRecordWorld } from '../../records/test-records.ts'

let world: RecordWorld
beforeAll(async () => {
  world = await startRecordWorld()
}, 60_000)
afterAll(() => world?.stop())

const admin = 'admin'
const row = async (record: string, id: string) => (await world.json('GET', `/api/records/${record}/${id}`, admin))[1].row
/** The demo stations are there since now: what happens to them happens in the months after. */
const begin = new Date()
const tenth = (months: number): number => Date.UTC(begin.getUTCFullYear(), begin.getUTCMonth() + months, 10)
const month = (months: number): string => new Date(tenth(months)).toISOString().slice(0, 7)

interface Named {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly present: { readonly code: string; readonly name: string }
}
const namesAt = async (words: string): Promise<readonly Named[]> =>
  (await world.json('GET', `/api/regions?${words}`, 'viewer'))[1]['regions'] as readonly Named[]
const change = async (record: string, id: string, values: object): Promise<Answer> => {
  const { version } = await row(record, id)
  const [status, body] = await world.json('PUT', `/api/records/${record}/${id}`, admin, { version, ...values })
  expect(status, JSON.stringify(body)).toBe(200)
  return body
}

describe('regions over time', () => {
  it('a region is renamed and another goes into it: a past month has the names of then with the codes of today, and what was recorded stays', async () => {
    const [, { rows }] = await world.json('GET', '/api/records/station?region=310000', admin)
    const station = rows[0]?.id ?? ''
    world.now = tenth(1)
    expect((await change('station', station, { region: '310101' }))['region']).toBe('310101')
    world.now = tenth(2)
    await change('region', '310106', { name: '新静安区' })
    const merge = (id: string, into: string, as = admin) => world.json('POST', `/api/records/region/${id}/merge`, as, { input: { into } })
    expect((await merge('310101', '310106', 'operator'))[0]).toBe(403)
    expect((await merge('310101', '310101'))[1].error).toMatchObject({ field: 'into' })
    expect((await merge('310101', '310000'))[1].error).toMatchObject({ field: 'into' })
    expect(await merge('310101', '310106')).toMatchObject([200, { state: 'disabled', successor: '310106' }])
    expect(await row('station', station)).toMatchObject({ region: '310106' })
    const [, live] = await world.json('GET', '/api/stations?region=310106', admin)
    expect((live['stations'] as { id: string }[]).map(({ id }) => id)).toContain(station)
    expect((await world.json('POST', '/api/records/region/310101/enable', admin, {}))[1].error).toMatchObject({ code: 'merged' })

    const ids = 'id=310101,310106'
    expect(await namesAt(`at=${month(1)}&${ids}`)).toMatchObject([
      { code: '310101', name: '黄浦区', state: 'enabled', present: { code: '310106', name: '新静安区' } },
      { code: '310106', name: '静安区', present: { code: '310106', name: '新静安区' } },
    ])
    expect(await namesAt(`at=${month(2)}&${ids}`)).toMatchObject([{ state: 'disabled' }, { name: '新静安区' }])
    expect(await namesAt(ids)).toMatchObject([{ present: { name: '新静安区' } }, { name: '新静安区' }])
    expect((await world.json('GET', '/api/regions?at=2026-13', 'viewer'))[1].error).toMatchObject({ field: 'at' })

    // Analyses count what stood in the old region then under the one of today; the line of then is still there.
    const found = await world.call(
      'GET',
      `/api/analysis/distribution?from=${month(1)}-01&to=${month(2)}-10&step=month&split=region&region=310106`,
      admin,
    )
    const { lines } = (await found.json()) as { lines: readonly { title: { zh: string }; points: readonly { value: number | null }[] }[] }
    const values = lines.map(({ title, points }) => [title.zh, points.map(({ value }) => value)])
    expect(JSON.stringify(values)).toContain('新静安区')
    expect(JSON.stringify(values)).not.toContain('黄浦区')
    const dated = await world.db
      .selectFrom('dated_row')
      .select('row')
      .where('source', '=', 'station')
      .where('id', '=', station)
      .orderBy('n')
      .execute()
    expect(dated.map((line) => (line.row as { region: string }).region)).toEqual([expect.any(String), '310101', '310106'])
    const audit = (await (await world.call('GET', '/api/audit?record=region&action=merge', admin)).json()) as { rows: object[] }
    expect(audit.rows).toMatchObject([{ result: 'ok', title: '黄浦区', after: { successor: '310106', state: 'disabled' } }, {}, {}, {}])
  })

  it('a city that goes into another takes its districts along: province, city and district still add up', async () => {
    const [, { rows: before }] = await world.json('GET', '/api/records/station?region=320000&size=200', admin)
    expect((await world.json('POST', '/api/records/region/320200/merge', admin, { input: { into: '320500' } }))[0]).toBe(200)
    expect(await row('region', '320211')).toMatchObject({ parent: '320500' })
    const count = async (region: string) =>
      (await world.json('GET', `/api/records/station?region=${region}&size=200`, admin))[1].rows.length
    expect(await count('320000')).toBe(before.length)
    const cities = await namesAt('level=city')
    const own = cities.filter(({ id }) => id.startsWith('32'))
    const sums = await Promise.all(own.map(({ id }) => count(id)))
    expect(sums.reduce((sum, n) => sum + n, 0)).toBe(before.length)
    expect((await world.json('POST', '/api/records/region/320500/disable', admin, {}))[0]).toBe(before.length > 0 ? 409 : 200)
  })
})
