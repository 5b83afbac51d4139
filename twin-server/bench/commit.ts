/**
 * Durable sample rows per second through the group commit, against plain COPY of the same rows into the same table (no cursors, no
 * fence, no marks), alternating. Then how long rollups take for what was written.
 *   node twin-server/bench/commit.ts [batch=500] [seconds per round=3] [rounds=3] [values=15]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SampleRow } from '@twin/actors/runtime'
import { BinaryCopy } from '../src/store/binary-copy.ts'
import { copySamples } from '../src/store/sample-rows.ts'
import { createStore, openPool, startEmbeddedPostgres } from '../src/store/index.ts'

const [batch = 500, seconds = 3, rounds = 3] = process.argv.slice(2).map(Number)
const WIDTH = Number(process.argv[5] ?? 15)
const DEVICES = 10_000
const SHARDS = 100

const dir = mkdtempSync(join(tmpdir(), 'twin-bench-'))
const postgres = await startEmbeddedPostgres({ dir })
try {
  const store = await createStore({ url: postgres.url })
  const plain = openPool(postgres.url, { max: 1 })
  await store.recoveryPort.claim()
  const seqs = new Map<number, number>()
  const start = Date.now() - 3_600_000
  let k = 0

  const rows = (fenced: boolean): SampleRow[] =>
    Array.from({ length: batch }, () => {
      const device = k % DEVICES
      const shard = device % SHARDS
      const at = start + Math.floor(k++ / DEVICES) * 1000
      const seq = fenced ? (seqs.get(shard) ?? 0) + 1 : 0
      if (fenced) seqs.set(shard, seq)
      return {
        shard,
        seq,
        station: `station${String(shard).padStart(5, '0')}`,
        device: `device${String(device).padStart(6, '0')}`,
        kind: 'compressor',
        at,
        received: Date.now(),
        values: Float64Array.from({ length: WIDTH }, (_, i) => Math.round((7 + i * 13.37 + (k % 97) / 7) * 1000) / 1000),
        quality: new Uint8Array(WIDTH),
        origin: 'measured',
      }
    })

  const measure = async (
    write: (made: SampleRow[]) => Promise<unknown>,
    fenced: boolean,
  ): Promise<{ rate: number; p99: number; cpu: number }> => {
    const until = performance.now() + seconds * 1000
    const times: number[] = []
    let count = 0
    let busy = 0
    let cpu = 0
    while (performance.now() < until) {
      const made = rows(fenced)
      const before = process.cpuUsage()
      const t = performance.now()
      await write(made)
      const took = performance.now() - t
      const used = process.cpuUsage(before)
      cpu += used.user + used.system
      times.push(took)
      busy += took
      count += made.length
    }
    times.sort((a, b) => a - b)
    return { rate: (count / busy) * 1000, p99: times[Math.floor(times.length * 0.99)] ?? 0, cpu: cpu / count }
  }

  const copy = new BinaryCopy()
  const committed = (made: SampleRow[]) =>
    store.commitPort.commit({
      samples: made,
      facts: [],
      cursors: made.map((row) => ({ device: row.device, channel: 't' as const, boot: 'b', seq: row.seq })),
      deadLetters: [],
      rejects: [],
      timers: [],
    })
  const copied = (made: SampleRow[]) => plain.begin((tx) => copySamples(tx, copy, 'main', made))
  await committed(rows(true))
  const results: { commit: number; copy: number }[] = []
  for (let round = 0; round < rounds; round++) {
    const a = await measure(committed, true)
    const b = await measure(copied, false)
    results.push({ commit: a.rate, copy: b.rate })
    console.log(
      `batch ${batch}: commit ${a.rate.toFixed(0)} rows/s (p99 ${a.p99.toFixed(1)} ms, ${a.cpu.toFixed(1)} us CPU/row), plain COPY ${b.rate.toFixed(0)} rows/s (${b.cpu.toFixed(1)} us CPU/row), ratio ${(a.rate / b.rate).toFixed(2)}`,
    )
  }
  const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
  console.log(
    `median: commit ${median(results.map((r) => r.commit)).toFixed(0)} rows/s, ratio ${median(results.map((r) => r.commit / r.copy)).toFixed(2)}`,
  )

  const t = performance.now()
  const buckets = await store.rollups.drain(Date.now() + 86_400_000)
  const ms = performance.now() - t
  console.log(`rollups: ${buckets} buckets of ${k} rows in ${(ms / 1000).toFixed(1)} s, ${((k / ms) * 1000).toFixed(0)} rows/s`)
  await plain.end()
  await store.close()
} finally {
  await postgres.stop()
  rmSync(dir, { recursive: true, force: true })
}
