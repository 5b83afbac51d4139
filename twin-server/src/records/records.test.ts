import { sql } from 'kysely'
import { warehouse } from '@twin/models/records'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installation } from './engine.ts'
import { createOutbox } from './outbox.ts'
import { startRecordWorld, type RecordWorld } from './test-records.ts'

let world: RecordWorld
beforeAll(async () => {
  world = await startRecordWorld()
})
afterAll(() => world?.stop())

const admin = 'admin'
const term = (name: string, more: object = {}) => ({ name, nameEn: `${name} en`, meaning: `${name} 的解释`, meaningEn: 'meaning', ...more })

describe('records', () => {
  it('[RE2] a declaration alone gives create, list, search, detail, edit, history and delete', async () => {
    const [created, row] = await world.json('POST', '/api/records/term', admin, term('排气压力'))
    expect(created).toBe(200)
    expect(row).toMatchObject({ name: '排气压力', version: 1 })
    await world.json('POST', '/api/records/term', admin, term('比功率'))
    const [, found] = await world.json('GET', `/api/records/term?q=${encodeURIComponent('气压')}&sort=-name`, admin)
    expect(found.rows.map((each) => each['name'])).toEqual(['排气压力'])
    const [, detail] = await world.json('GET', `/api/records/term/${row['id']}`, admin)
    expect(detail).toMatchObject({ row: { meaning: '排气压力 的解释' }, may: { edit: true, remove: true }, transitions: [] })
    const [edited, next] = await world.json('PUT', `/api/records/term/${row['id']}`, admin, { version: 1, meaning: '新' })
    expect([edited, next['version'], next['meaning']]).toEqual([200, 2, '新'])
    const [, { lines }] = await world.json('GET', `/api/records/term/${row['id']}/history`, admin)
    expect(lines).toMatchObject([
      { kind: 'term.update', before: { meaning: '排气压力 的解释' }, after: { meaning: '新' } },
      { kind: 'term.create', after: { name: '排气压力' } },
    ])
    expect((await world.json('DELETE', `/api/records/term/${row['id']}`, admin))[0]).toBe(200)
    expect((await world.json('GET', `/api/records/term/${row['id']}`, admin))[0]).toBe(404)
    expect((await world.security.audit.verify()).ok).toBe(true)
  })

  it('[RE3] refuses what the declaration refuses, naming the field: missing, unknown, too long, taken, not a filter', async () => {
    expect(await world.json('POST', '/api/records/term', admin, { name: 'x' })).toMatchObject([422, { error: { field: 'nameEn' } }])
    expect(await world.json('POST', '/api/records/term', admin, term('y', { colour: 'red' }))).toMatchObject([422, {}])
    expect(await world.json('POST', '/api/records/term', admin, term('长'.repeat(81)))).toMatchObject([422, { error: { field: 'name' } }])
    await world.json('POST', '/api/records/term', admin, term('一次'))
    expect(await world.json('POST', '/api/records/term', admin, term('一次'))).toMatchObject([
      409,
      { error: { code: 'duplicate', field: 'name' } },
    ])
    expect(await world.json('GET', '/api/records/term?colour=red', admin)).toMatchObject([422, { error: { field: 'colour' } }])
    expect(await world.json('GET', '/api/records/nothing', admin)).toMatchObject([404, {}])
  })

  it('[RE4] asks for the permission of the act on the server, and nothing else gets by', async () => {
    expect((await world.json('GET', '/api/records/term', 'viewer'))[0]).toBe(200)
    expect((await world.json('POST', '/api/records/term', 'viewer', term('不许')))[0]).toBe(403)
    expect((await world.json('GET', '/api/records/role', 'viewer'))[0]).toBe(403)
    expect((await world.call('GET', '/api/records/term')).status).toBe(401)
    const [, log] = await world.json('GET', '/api/audit?kind=term.create', admin)
    expect(log.rows.some((line) => line['result'] === 'not-permitted' && line['userName'] === 'viewer')).toBe(true)
  })

  it('[RE5] of two writers with the same version one wins, the other gets 409 with both versions; of many, none is lost', async () => {
    const [, row] = await world.json('POST', '/api/records/term', admin, term('并发'))
    const path = `/api/records/term/${row['id']}`
    const both = await Promise.all(['甲', '乙'].map((meaning) => world.json('PUT', path, admin, { version: 1, meaning })))
    expect(both.map(([status]) => status).toSorted((a, b) => a - b)).toEqual([200, 409])
    const lost = both.find(([status]) => status === 409)?.[1]
    const won = both.find(([status]) => status === 200)?.[1]
    expect(lost).toMatchObject({ error: { code: 'version-conflict', detail: { current: { meaning: won?.['meaning'], version: 2 } } } })
    expect(lost?.error.detail['yours']?.['meaning']).not.toBe(won?.['meaning'])

    // Writers that read again and retry: every one of them gets in exactly once.
    const add = async (mark: string): Promise<void> => {
      for (;;) {
        const [, { row: now }] = await world.json('GET', path, admin)
        const [status] = await world.json('PUT', path, admin, { version: now['version'], meaning: `${String(now['meaning'])}${mark}` })
        if (status === 200) return
        expect(status).toBe(409)
      }
    }
    await Promise.all(['1', '2', '3', '4', '5', '6'].map(add))
    const [, { row: last }] = await world.json('GET', path, admin)
    expect(last['version']).toBe(8)
    expect(Array.from(String(last['meaning'])).slice(1).toSorted().join('')).toBe('123456')
  })

  it('[RE6] pages by cursor give every row once and in order, also over equal and empty values', async () => {
    const seen: string[] = []
    let after = ''
    for (;;) {
      const [status, page] = await world.json('GET', `/api/records/region?sort=parent,-name&size=400${after}`, admin)
      expect(status).toBe(200)
      seen.push(...page.rows.map((row) => row.id))
      if (typeof page['next'] !== 'string') break
      after = `&after=${page['next']}`
    }
    const { rows } = await sql<{ id: string }>`select id from region order by parent, name desc, id desc`.execute(world.db)
    expect(seen).toEqual(rows.map(({ id }) => id))
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.length).toBeGreaterThan(3000)
  })

  it('[RE7] exports what the list shows, as CSV and xlsx, and imports it back; a trial names every bad row and field', async () => {
    const csv = await world.call('GET', '/api/records/region/export?format=csv&level=province&sort=code', admin)
    expect(csv.headers.get('x-total-rows')).toBe('34')
    const lines = (await csv.text()).trim().split('\r\n')
    expect(lines).toHaveLength(35)
    expect(lines[0]).toContain('区划代码,名称')
    expect(lines[1]).toContain('110000,北京市')
    const xlsx = new Uint8Array(await (await world.call('GET', '/api/records/region/export?level=province', admin)).arrayBuffer())
    expect([...xlsx.slice(0, 2)]).toEqual([0x50, 0x4b])

    const send = async (text: string, dry: boolean) => {
      const response = await world.http.app.request(`/api/records/term/import?dry=${dry}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await world.token(admin)}` },
        body: text,
      })
      return (await response.json()) as { rows: number; imported: number; faults: { row: number; field: string }[] }
    }
    const bad = '术语,英文术语,解释,Meaning in English,English meaning\n风量,Flow,每分钟,,m\n,Empty,无名,,m\n一次,Again,重复,,m\n'
    const trial = await send(bad, true)
    expect(trial.faults.map(({ row, field }) => [row, field])).toEqual([
      [1, null],
      [3, 'name'],
      [4, 'name'],
    ])
    expect((await send(bad, false)).imported).toBe(0)
    const good = '术语,英文术语,解释,英文解释\n风量,Flow,"每分钟, ""FAD""",m\n'
    expect(await send(good, true)).toMatchObject({ rows: 1, imported: 0, faults: [] })
    expect(await send(good, false)).toMatchObject({ rows: 1, imported: 1, faults: [] })
    const [, found] = await world.json('GET', `/api/records/term?name=${encodeURIComponent('风量')}`, admin)
    expect(found.rows).toMatchObject([{ meaning: '每分钟, "FAD"' }])
  })

  it('[RE8] statistics count exactly the rows of the list under the same filter', async () => {
    const [, table] = await world.json('GET', '/api/records/region/statistics?by=level&code.contains=31', admin)
    const [, list] = await world.json('GET', '/api/records/region?code.contains=31&size=1', admin)
    expect(table['total']).toBe(list['total'])
    const [, districts] = await world.json('GET', '/api/records/region?code.contains=31&level=district&size=1', admin)
    expect(table.rows.find((row) => (row['keys'] as string[])[0] === 'district')?.['count']).toBe(districts['total'])
  })

  it('[RE9] describes every record in the OpenAPI document', async () => {
    const [, document] = await world.json('GET', '/api/openapi.json', admin)
    expect(Object.keys(document['paths'] as object)).toEqual(
      expect.arrayContaining(['/api/records/region', '/api/records/region/{id}/disable', '/api/records/term/import']),
    )
  })

  it('[RE12] does several rows at once, each by itself, and names those that could not', async () => {
    const made = await Promise.all(
      ['多一', '多二'].map(async (name) => (await world.json('POST', '/api/records/term', admin, term(name)))[1].id),
    )
    const [, { results }] = await world.json('POST', '/api/records/term/bulk', admin, {
      ids: [...made, 'nobody'],
      act: { change: { meaning: '同改' } },
    })
    expect((results as { ok: boolean }[]).map(({ ok }) => ok)).toEqual([true, true, false])
    const [, found] = await world.json('GET', `/api/records/term?meaning=${encodeURIComponent('同改')}`, admin)
    expect(found['total']).toBe(2)
    const [, gone] = await world.json('POST', '/api/records/term/bulk', 'viewer', { ids: made, act: { remove: true } })
    expect(gone['results']).toMatchObject([{ error: { code: 'not-permitted' } }, { error: { code: 'not-permitted' } }])
  })

  it('[RE21] two turns that meet in crossed locks both come to their end', async () => {
    const { records } = world.modules
    const ids: string[] = []
    for (const code of ['CROSS-A', 'CROSS-B'])
      ids.push(String((await world.json('POST', '/api/records/warehouse', 'admin', { code, name: code }))[1].id))
    let tries = 0
    let arrived = 0
    let open = (): void => undefined
    const both = new Promise<void>((resolve) => (open = resolve))
    const turnOf = (order: readonly string[]) =>
      records.run(installation('main'), async (turn) => {
        tries++
        const [first = '', second = ''] = order
        await records.writer.lock(turn, warehouse, first)
        // The first time each has one row before either asks for the other.
        if (++arrived === 2) open()
        await both
        await records.writer.lock(turn, warehouse, second)
        return order.length
      })
    expect(await Promise.all([turnOf(ids), turnOf(ids.toReversed())])).toEqual([2, 2])
    expect(tries).toBe(3)
  })

  it('[RE13] what a transition sends outside leaves after its commit, at least once; what was undone never leaves', async () => {
    const { records } = world.modules
    const actor = installation('main')
    const sent: unknown[] = []
    let down = true
    const outbox = createOutbox(
      records.db,
      { now: () => world.now },
      {
        letter: (body) => {
          if (down) return Promise.reject(new Error('away'))
          sent.push(body)
          return Promise.resolve()
        },
      },
    )
    const undone = records.run(actor, (turn) => {
      turn.emit('letter', 0)
      return Promise.reject(new Error('undone'))
    })
    await expect(undone).rejects.toThrow('undone')
    for (const n of [1, 2]) await records.run(actor, (turn) => Promise.resolve(turn.emit('letter', n)))
    await outbox.drain()
    expect(sent).toEqual([])
    down = false
    await outbox.drain()
    // The server's own outbox may hold one of the rows for a moment.
    for (let i = 0; i < 100 && sent.length < 2; i++) await outbox.drain()
    expect(new Set(sent)).toEqual(new Set([1, 2]))
  })
})
