import type { CommitBatch, FactRow, SampleRow } from '@twin/actors/runtime'
import { kindOf } from '@twin/models/kinds'
import type { StationConfig } from '@twin/models/stations'
import type { Fact } from '@twin/models/twin'

/** Rows for tests of the store, as the runtime would make them. */
export const emptyBatch: CommitBatch = { samples: [], facts: [], cursors: [], deadLetters: [], rejects: [], timers: [] }

const { points } = kindOf('compressor')

/** A compressor's row whose first points have these values; NaN = not measured. */
export function sampleOf(seq: number, at: number, values: readonly number[], more: Partial<SampleRow> = {}): SampleRow {
  return {
    shard: 7,
    seq,
    station: 'station00001',
    device: 'device000001',
    kind: 'compressor',
    at,
    received: at + 20,
    values: Float64Array.from(points, (_, i) => values[i] ?? Number.NaN),
    quality: Uint8Array.from(points, (_, i) => (Number.isNaN(values[i] ?? Number.NaN) ? 255 : 0)),
    origin: 'measured',
    ...more,
  }
}

export function factOf(seq: number, fact: Fact, more: Partial<Omit<FactRow, 'seq' | 'fact'>> = {}): FactRow {
  return { shard: 7, seq, station: 'station00001', actor: 'device:device000001', fact, ...more }
}

export const stationOf = (id = 'station00001', devices = ['device000001'], timeZone = 'Asia/Shanghai'): StationConfig => ({
  id,
  org: 'main',
  code: `S-${id}`,
  name: '一号空压站',
  nameEn: 'Station one',
  kind: 'smartStation',
  region: '310000',
  address: '',
  manager: '',
  position: { lat: 31.2, lng: 121.5 },
  timeZone,
  policy: { videoRequired: false, allowSafeStopWhenOccupied: false, silenceMs: 10_000, futureToleranceMs: 5_000 },
  volume: 3.5,
  fenceRadius: null,
  outline: [
    [0, 0],
    [10, 0],
    [10, 6.5],
  ],
  devices: devices.map((device, i) => ({
    id: device,
    stationId: id,
    kind: 'compressor',
    variant: i === 0 ? 'fixed' : null,
    code: `C-${i + 1}`,
    name: `${i + 1}号空压机`,
    placement: { position: [i * 3, 0, 1.25], rotation: 90 },
    settings: { ratedPower: 75, ratedFlow: 13.1 },
    ...(i === 0 && { texts: { customer: '"引号" \\ 与\n换行' } }),
  })),
  pipes: [],
  energyQuota: null,
})
