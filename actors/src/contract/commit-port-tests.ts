import { composeStation, type StationConfig } from '@twin/models/stations'
import type { Fact } from '@twin/models/twin'
import { kindOf } from '@twin/models/kinds'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FencedError, type CommitBatch, type CommitPort, type FactRow, type RecoveryPort, type SampleRow } from '../ports.ts'
import { shardOf } from '../runtime/shard.ts'

/** A store that promises to keep what is committed to it. */
export interface StoreUnderTest {
  /** Ports of a new process on the same store. */
  connect(): Promise<{ readonly commit: CommitPort; readonly recovery: RecoveryPort }>
  /** Master data of a station, as the server's records would hold it. */
  addStation(config: StationConfig): Promise<void>
  close(): Promise<void>
}

const station = (id: string): StationConfig =>
  composeStation({
    id,
    kind: 'singleModule',
    code: id.toUpperCase(),
    name: '测试',
    nameEn: 'Test',
    region: '310000',
    address: '',
    position: null,
    units: [{ variant: 'fixed', ratedPower: 37, ratedFlow: 6, ratedPressure: 8 }],
    tanks: [1],
  })

const noRows = { samples: [], facts: [], cursors: [], deadLetters: [], rejects: [], timers: [] } satisfies CommitBatch
const at = Date.UTC(2026, 5, 1, 8)

/** What every adapter of CommitPort and RecoveryPort has to do. Call at the top of a test file. */
export function runCommitPortTests(name: string, setup: () => Promise<StoreUnderTest>): void {
  describe(`commit and recovery: ${name}`, () => {
    let store: StoreUnderTest
    const first = station('contract0001')
    const second = station('contract0002')
    const shard = shardOf(first.id)

    beforeEach(async () => {
      store = await setup()
      await store.addStation(first)
      await store.addStation(second)
    })
    afterEach(() => store.close())

    const fact = (seq: number, config = first): FactRow => ({
      shard: shardOf(config.id),
      seq,
      station: config.id,
      actor: `device:${config.id}`,
      fact: { kind: 'notice.changed', v: 1, at: at + seq, body: { code: `N-${seq}`, on: true } } satisfies Fact,
    })
    const sample = (seq: number, config = first): SampleRow => {
      const size = kindOf('station').points.length
      const values = new Float64Array(size).fill(NaN)
      values[0] = 7.123456789012345 + seq
      values[2] = -0.1
      const quality = new Uint8Array(size).fill(255)
      quality[0] = 0
      quality[2] = 3
      return {
        shard: shardOf(config.id),
        seq,
        station: config.id,
        device: config.id,
        kind: 'station',
        at: at + seq,
        received: at + seq + 7,
        values,
        quality,
        origin: seq % 2 === 0 ? 'derived' : 'measured',
      }
    }
    const start = async () => {
      const ports = await store.connect()
      return { ...ports, claimed: await ports.recovery.claim() }
    }

    it('[CP1] gives back what was committed, in order and to the bit', async () => {
      const { commit } = await start()
      await commit.commit({ ...noRows, facts: [fact(1), fact(2)], samples: [sample(1)] })
      await commit.commit({ ...noRows, facts: [fact(3)], samples: [sample(2), sample(3)] })
      const { recovery } = await start()
      const [cell] = await recovery.load([first.id])
      expect(cell?.station).toBe(first.id)
      expect(cell?.snapshot).toBeNull()
      expect(cell?.facts).toEqual([fact(1), fact(2), fact(3)])
      expect(cell?.samples).toEqual([sample(1), sample(2), sample(3)])
    })

    it('[CP2] a claim tells the last numbers of a shard and a higher epoch than before', async () => {
      const one = await start()
      await one.commit.commit({ ...noRows, facts: [fact(1), fact(2)], samples: [sample(1)] })
      const two = await start()
      const three = await start()
      expect(two.claimed.get(shard)).toMatchObject({ factSeq: 2, sampleSeq: 1 })
      expect(three.claimed.get(shard)?.epoch).toBeGreaterThan(two.claimed.get(shard)?.epoch ?? Infinity)
    })

    it('[CP3] a process that was claimed over is fenced, and nothing of its batch stays', async () => {
      const old = await start()
      await old.commit.commit({ ...noRows, facts: [fact(1)] })
      const successor = await start()
      await expect(old.commit.commit({ ...noRows, facts: [fact(2)], samples: [sample(1)] })).rejects.toThrow(FencedError)
      await successor.commit.commit({ ...noRows, facts: [{ ...fact(2), actor: 'device:successor' }] })
      const [cell] = await successor.recovery.load([first.id])
      expect(cell?.facts.map((row) => row.actor)).toEqual([`device:${first.id}`, 'device:successor'])
      expect(cell?.samples).toEqual([])
    })

    it('[CP4] keeps the latest cursor per device and channel with the data it belongs to', async () => {
      const { commit } = await start()
      const cursor = { device: first.id, channel: 't' as const, boot: 'b1', seq: 1 }
      await commit.commit({ ...noRows, cursors: [cursor, { ...cursor, channel: 'e' }] })
      await commit.commit({ ...noRows, cursors: [{ ...cursor, seq: 2 }], samples: [sample(1)] })
      await commit.commit({ ...noRows, cursors: [{ ...cursor, boot: 'b2', seq: 1 }] })
      const { recovery } = await start()
      const [cell] = await recovery.load([first.id])
      expect(cell?.cursors.toSorted((a, b) => (a.channel < b.channel ? -1 : 1))).toEqual([
        { ...cursor, channel: 'e' },
        { ...cursor, boot: 'b2', seq: 1 },
      ])
    })

    it('[CP5] loads the newest snapshot and only what came after it', async () => {
      const { commit, recovery } = await start()
      await commit.commit({ ...noRows, facts: [fact(1), fact(2)], samples: [sample(1), sample(2)] })
      const snapshot = (factSeq: number, body: unknown) =>
        ({ v: 1, station: first.id, shard, at: at + factSeq, factSeq, sampleSeq: 1, body }) as const
      await recovery.save([snapshot(1, { n: 1 }), { ...snapshot(0, {}), station: second.id, shard: shardOf(second.id), sampleSeq: 0 }])
      await recovery.save([snapshot(2, { n: 2, text: '站' })])
      const [cell] = await recovery.load([first.id])
      expect(cell?.snapshot).toEqual(snapshot(2, { n: 2, text: '站' }))
      expect(cell?.facts).toEqual([])
      expect(cell?.samples).toEqual([sample(2)])
    })

    it('[CP6] keeps stations apart and loads many at once', async () => {
      const { commit, recovery } = await start()
      await commit.commit({ ...noRows, facts: [fact(1), fact(1, second)], samples: [sample(1, second)] })
      const cells = await recovery.load([first.id, second.id])
      const rows = Object.fromEntries(cells.map((cell) => [cell.station, [cell.facts.length, cell.samples.length]]))
      expect(rows).toEqual({ [first.id]: [1, 0], [second.id]: [1, 1] })
      expect((await recovery.stations()).map((config) => config.id).toSorted()).toEqual([first.id, second.id])
    })

    it('[CP7] a commit without facts or samples is a commit too', async () => {
      const { commit, recovery } = await start()
      const letter = {
        device: null,
        topic: 'tw/x',
        reason: 'unreadable',
        detail: '',
        payload: Uint8Array.of(0, 255),
        received: at,
      } as const
      const rejects = [{ device: first.id, reason: 'future' as const, count: 3 }]
      const timers = [{ shard, station: first.id, due: at }]
      await commit.commit({ ...noRows, deadLetters: [letter], rejects, timers })
      await commit.commit({ ...noRows, timers: [{ shard, station: first.id, due: null }] })
      await commit.commit({ ...noRows, facts: [fact(1)] })
      expect((await recovery.load([first.id]))[0]?.facts).toEqual([fact(1)])
    })
  })
}
