import { FencedError } from '@twin/actors/runtime'
import type { CommandState, Fact } from '@twin/models/twin'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts'
import { emptyBatch, factOf, sampleOf, stationOf } from '../testing/rows.ts'
import { createStore, type Store } from './index.ts'

const at = Date.UTC(2026, 4, 1, 12)
let pg: TestPostgres
let store: Store
beforeAll(async () => {
  pg = await startTestPostgres()
  store = await createStore({ url: pg.url })
})
afterAll(async () => {
  await store.close()
  await pg.stop()
})

const raised = (occurrence: string, more = {}): Fact => ({
  kind: 'alarm.raised',
  v: 1,
  at,
  body: {
    code: 'dischargeTemperatureHigh',
    occurrence,
    priority: 'P1',
    values: { dischargeTemperature: 111.5, word: 'a\0b' },
    groupedUnder: null,
    historical: false,
    hidden: null,
    ...more,
  },
})

describe('group commit', () => {
  it('[ST1] keeps samples and facts of a batch as they are, in one transaction with their fences', async () => {
    await store.stations.save(stationOf())
    const claimed = await store.recoveryPort.claim()
    expect(claimed.size).toBe(4096)
    expect(claimed.get(7)).toEqual({ epoch: 1, factSeq: 0, sampleSeq: 0 })
    const odd = sampleOf(2, at + 1, [Number.NaN, -0, 1e-300, 10_000_000.1, -Infinity], { origin: 'derived', received: at - 5 })
    const samples = [sampleOf(1, at, [7.1, 8.25]), odd, sampleOf(3, Date.UTC(2018, 0, 1), [], { origin: 'replay' })]
    const facts = [
      factOf(1, raised('occ1')),
      factOf(2, { kind: 'link.changed', v: 1, at, body: { state: 'online', boot: 'b1', since: at } }),
    ]
    const cursors = [{ device: 'device000001', channel: 't' as const, boot: 'b1', seq: 3 }]
    await store.commitPort.commit({ ...emptyBatch, samples, facts, cursors, timers: [{ shard: 7, station: 'station00001', due: at + 5 }] })

    const [cell] = await store.recoveryPort.load(['station00001'])
    expect(cell?.samples).toEqual(samples)
    expect(cell?.facts[1]).toEqual(facts[1])
    expect(cell?.facts[0]?.fact.body).toEqual({ ...raised('occ1').body, values: { dischargeTemperature: 111.5, word: 'a\ufffdb' } })
    expect(cell?.cursors).toEqual(cursors)
    expect(await store.sql`select shard, stream, seq from tw_fence where seq > 0 order by stream`).toEqual([
      { shard: 7, stream: 'e', seq: 2 },
      { shard: 7, stream: 't', seq: 3 },
    ])
    expect(await store.db.selectFrom('timer').select('due').execute()).toEqual([{ due: at + 5 }])
  })

  it('[ST2] refuses a gap in a stream before anything is written', async () => {
    await expect(store.commitPort.commit({ ...emptyBatch, samples: [sampleOf(4, at, [1]), sampleOf(6, at, [1])] })).rejects.toThrow(
      'does not follow',
    )
  })

  it('[ST3] projects alarms, commands, positions and floods from the facts of the batch', async () => {
    const command: CommandState = {
      id: '01900000-0000-7000-8000-000000000001', code: 'compressor.stop', target: 'device000001', args: { mode: 'soft' }, reason: '检修', requestedBy: { id: 'u1', name: '张', from: '10.0.0.1' },
      approvedBy: null, phase: 'REQUESTED', rejectCode: null, detail: null, issuedAt: at, deadline: at + 1000, expiresAt: null, n: null, attempts: 0, video: 'notRequired',
      steps: [{ phase: 'REQUESTED', at, by: 'u1', detail: null }], before: {}, after: {},
    } // prettier-ignore
    const facts: Fact[] = [
      {
        kind: 'alarm.shelved',
        v: 1,
        at: at + 1,
        body: { code: 'dischargeTemperatureHigh', until: at + 60_000, by: 'u1', reason: '测试', hidden: 'shelved' },
      },
      { kind: 'alarm.escalated', v: 1, at: at + 2, body: { code: 'dischargeTemperatureHigh', occurrence: 'occ1', to: 'manager' } },
      {
        kind: 'alarm.acked',
        v: 1,
        at: at + 2,
        body: { code: 'dischargeTemperatureHigh', occurrence: 'occ1', by: 'u1', note: '已知', phase: 'ACKED' },
      },
      { kind: 'alarm.cleared', v: 1, at: at + 3, body: { code: 'dischargeTemperatureHigh', occurrence: 'occ1', phase: 'NORMAL' } },
      raised('occ2', { historical: true }),
      { kind: 'command.requested', v: 1, at, body: command },
      {
        kind: 'command.moved',
        v: 1,
        at: at + 10,
        body: { id: command.id, phase: 'EXECUTED', deadline: null, after: { runState: 'stopped' } },
      },
      { kind: 'command.moved', v: 1, at: at + 20, body: { id: command.id, phase: 'FAILED', detail: 'late' } },
      { kind: 'position.changed', v: 1, at, body: { lat: 31.1, lng: 121.2, at, source: 'gnss', accuracy: 3, by: null } },
      { kind: 'flood.changed', v: 1, at, body: { flood: { since: at, count: 12 }, recent: [at] } },
      { kind: 'flood.changed', v: 1, at: at + 50, body: { flood: null, recent: [] } },
    ]
    await store.commitPort.commit({ ...emptyBatch, facts: facts.map((fact, i) => factOf(i + 3, fact)) })
    const { db } = store
    const [first, second] = await db.selectFrom('alarm_occurrence').selectAll().orderBy('occurrence').execute()
    expect(first).toMatchObject({
      phase: 'CLOSED', hidden: 'shelved', acked_at: at + 2, acked_by: 'u1', note: '已知', cleared_at: at + 3, closed_at: at + 3,
      shelved_until: at + 60_000, shelve_reason: '测试', device_kind: 'compressor', station_kind: 'smartStation', raised_at: at,
    }) // prettier-ignore
    expect(second).toMatchObject({ phase: 'UNACK', historical: true, closed_at: null })
    const events = await db.selectFrom('alarm_event').select(['kind', 'occurrence', 'by', 'note']).orderBy('seq').execute()
    expect(events.map((e) => [e.kind, e.occurrence, e.by, e.note])).toEqual([
      ['alarm.raised', 'occ1', null, null],
      ['alarm.shelved', 'occ1', 'u1', '测试'],
      ['alarm.escalated', 'occ1', null, null],
      ['alarm.acked', 'occ1', 'u1', '已知'],
      ['alarm.cleared', 'occ1', null, null],
      ['alarm.raised', 'occ2', null, null],
    ])
    const row = await db.selectFrom('command').selectAll().executeTakeFirstOrThrow()
    expect(row).toMatchObject({
      phase: 'EXECUTED',
      ended_at: at + 10,
      deadline: null,
      after: { runState: 'stopped' },
      args: { mode: 'soft' },
      detail: null,
    })
    expect(row.steps.map((s) => s.phase)).toEqual(['REQUESTED', 'EXECUTED', 'FAILED'])
    expect(await db.selectFrom('position_track').select(['lat', 'source']).execute()).toEqual([{ lat: 31.1, source: 'gnss' }])
    expect(await db.selectFrom('alarm_flood').select(['since', 'until', 'count']).execute()).toEqual([
      { since: at, until: at + 50, count: 12 },
    ])
  })

  it('[ST4] keeps a few dead letters per device and reason a minute and counts all', async () => {
    const letter = {
      device: 'device000001',
      topic: 'tw/main/s/t/d',
      reason: 'unreadable' as const,
      detail: 'no \0 JSON',
      payload: Uint8Array.of(0, 1, 255),
      received: at,
    }
    await store.commitPort.commit({
      ...emptyBatch,
      deadLetters: [...Array.from({ length: 50 }, () => letter), { ...letter, device: null, reason: 'unknown-device' }],
      rejects: [{ device: 'device000001', reason: 'unreadable', count: 50 }],
    })
    const letters = await store.db.selectFrom('dead_letter').selectAll().execute()
    expect(letters.length).toBeGreaterThan(0)
    expect(letters.length).toBeLessThanOrEqual(11)
    expect(letters[0]).toMatchObject({ station: 'station00001', payload: Buffer.of(0, 1, 255) })
    const counts = await store.db.selectFrom('reject_count').select(['device', 'count']).orderBy('device').execute()
    expect(counts).toEqual([
      { device: '', count: 1 },
      { device: 'device000001', count: 50 },
    ])
  })

  it('[ST5] a connection that dies between the last INSERT and COMMIT loses and doubles nothing, nor does a lost answer to COMMIT', async () => {
    for (const when of ['before', 'after'] as const) {
      let killed = false
      const broken = await createStore({
        url: pg.url,
        async beforeCommit(tx) {
          if (killed) return
          killed = true
          if (when === 'after') await tx`commit`
          await tx`select pg_terminate_backend(pg_backend_pid())`
        },
      })
      const held = (await broken.recoveryPort.claim()).get(9)
      const seq = (held?.sampleSeq ?? 0) + 1
      await broken.commitPort.commit({
        ...emptyBatch,
        samples: [sampleOf(seq, at, [1], { shard: 9, station: `crash${when}` })],
        facts: [
          factOf(
            (held?.factSeq ?? 0) + 1,
            { kind: 'commanded', v: 1, at, body: { state: 'START' } },
            { shard: 9, station: `crash${when}` },
          ),
        ],
        rejects: [{ device: `crash${when}`, reason: 'future', count: 1 }],
      })
      expect(killed).toBe(true)
      const [cell] = await broken.recoveryPort.load([`crash${when}`])
      expect([cell?.samples.length, cell?.facts.length]).toEqual([1, 1])
      expect(await broken.sql`select count from reject_count where device = ${`crash${when}`}`).toEqual([{ count: 1 }])
      await broken.close()
    }
  })

  it('[ST6] after another process claimed, a commit, a snapshot and even a batch without rows are refused, and nothing of them stays', async () => {
    const successor = await createStore({ url: pg.url })
    await store.recoveryPort.claim()
    await successor.recoveryPort.claim()
    const from = (await successor.sql<{ seq: number }[]>`select seq from tw_fence where shard = 7 and stream = 't'`)[0]?.seq ?? 0
    await expect(store.commitPort.commit({ ...emptyBatch, samples: [sampleOf(from + 1, at, [99])] })).rejects.toThrow(FencedError)
    await expect(store.commitPort.commit({ ...emptyBatch, rejects: [{ device: 'fenced', reason: 'future', count: 1 }] })).rejects.toThrow(
      FencedError,
    )
    await expect(
      store.recoveryPort.save([{ v: 1, station: 'station00001', shard: 7, at, factSeq: 0, sampleSeq: 0, body: {} }]),
    ).rejects.toThrow(FencedError)
    await successor.commitPort.commit({ ...emptyBatch, samples: [sampleOf(from + 1, at, [1])] })
    expect(await successor.sql`select "values" from sample where shard = 7 and seq = ${from + 1}`).toEqual([{ values: [1] }])
    expect(await successor.sql`select 1 from reject_count where device = 'fenced'`).toEqual([])
    await successor.close()
  })

  it('[ST7] tw_fence_cas raises FENCED for another epoch or sequence', async () => {
    const [row] = await store.sql<{ epoch: number; seq: number }[]>`select epoch, seq from tw_fence where shard = 11 and stream = 'e'`
    await store.sql`select tw_fence_cas(11, 'e', ${row?.epoch ?? 0}, ${row?.seq ?? 0}, 5)`
    await expect(store.sql`select tw_fence_cas(11, 'e', ${row?.epoch ?? 0}, 0, 6)`).rejects.toThrow('FENCED')
    await expect(store.sql`select tw_fence_cas(11, 'e', ${(row?.epoch ?? 0) - 1}, 5, 6)`).rejects.toThrow('FENCED')
  })

  it('[ST8] the audit log refuses to be changed', async () => {
    await store.db
      .insertInto('audit_log')
      .values({
        at,
        user_id: null,
        user_name: null,
        from_addr: null,
        kind: 'test',
        target: null,
        result: 'ok',
        before: null,
        after: null,
        prev_hash: '',
        hash: 'h',
      })
      .execute()
    await expect(store.sql`update audit_log set kind = 'x'`).rejects.toThrow('append-only')
    await expect(store.sql`delete from audit_log`).rejects.toThrow('append-only')
    await expect(store.sql`truncate audit_log`).rejects.toThrow('append-only')
  })
})

describe('recovery', () => {
  it('[ST9] loads the newest snapshot and exactly what came after it; hourly snapshots stay', async () => {
    await store.recoveryPort.claim()
    const station = 'recover00001'
    const now = Date.now()
    const held = (await store.recoveryPort.claim()).get(21)
    expect(held).toMatchObject({ factSeq: 0, sampleSeq: 0 })
    const link = (seq: number): Fact => ({ kind: 'commanded', v: 1, at: now + seq, body: { state: String(seq) } })
    const rows = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, i) =>
        sampleOf(from + i, now - 3 * 86_400_000 * (i % 2) + i, [i], { shard: 21, station, received: now }),
      )
    const facts = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, i) => factOf(from + i, link(from + i), { shard: 21, station }))
    await store.commitPort.commit({ ...emptyBatch, samples: rows(1, 10), facts: facts(1, 4) })
    const snapshot = (at: number, factSeq: number, sampleSeq: number) => ({
      v: 1 as const,
      station,
      shard: 21,
      at,
      factSeq,
      sampleSeq,
      body: { slab: 'AAAA', text: '\ud800' },
    })
    await store.recoveryPort.save([snapshot(now, 2, 5)])
    await store.recoveryPort.save([snapshot(now + 10_000, 4, 9)])
    await store.recoveryPort.save([snapshot(now + 3_600_000, 4, 10)])
    await store.recoveryPort.save([snapshot(now + 3_601_000, 4, 10)])
    await store.commitPort.commit({ ...emptyBatch, samples: rows(11, 20), facts: facts(5, 6) })
    const [cell, unknown] = await store.recoveryPort.load([station, 'nobody000000'])
    expect(cell?.snapshot).toEqual({ ...snapshot(now + 3_601_000, 4, 10), body: { slab: 'AAAA', text: '\ufffd' } })
    expect(cell?.samples).toEqual(rows(11, 20))
    expect(cell?.facts).toEqual(facts(5, 6))
    expect(unknown).toEqual({ station: 'nobody000000', snapshot: null, facts: [], samples: [], cursors: [] })
    const kept = await store.db.selectFrom('snapshot').select('at').where('station', '=', station).orderBy('at').execute()
    expect(kept.map((row) => row.at)).toEqual([now, now + 3_600_000, now + 3_601_000])
  })

  it('[ST10] master data round-trips exactly; removed devices and stations retire', async () => {
    const config = stationOf('master000001', ['masterdev001', 'masterdev002'])
    await store.stations.save(config)
    expect(await store.stations.get('master000001')).toEqual(config)
    const smaller = { ...config, devices: config.devices.slice(1), energyQuota: 1200.5, outline: null, position: null }
    await store.stations.save(smaller)
    expect((await store.recoveryPort.stations()).find((s) => s.id === config.id)).toEqual(smaller)
    await expect(store.stations.save(stationOf('master000002', ['masterdev002']))).rejects.toThrow('belongs to station')
    await store.stations.retire(config.id)
    expect(await store.stations.get(config.id)).toBeUndefined()
  })
})
