/**
 * CPU of this thread per telemetry message through intake, runtime and group commit, without sockets. Time is made by hand, so that batches
 * are those of the given rate however busy the machine is: 800 compressors of 100 stations, 15 values, commits into a database of its own.
 *   node twin-server/bench/hot-path.ts [messages per second=3000] [seconds=20] [none]      `none`: commits go nowhere
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRuntime, type CommitBatch } from '@twin/actors/runtime'
import { countingIds, ManualTime, MemoryStore } from '@twin/actors/memory'
import { composeStation, idFrom } from '@twin/models/stations'
import { topicOf } from '@twin/models/wire'
import { createCredentials } from '../src/ingest/credentials.ts'
import { createIntake } from '../src/ingest/intake.ts'
import { createIngestMetrics } from '../src/ingest/metrics.ts'
import { createStore, startEmbeddedPostgres } from '../src/store/index.ts'

const rate = Number(process.argv[2] ?? 3000)
const seconds = Number(process.argv[3] ?? 20)
const durable = process.argv[4] !== 'none'
const SLOT_MS = 5
const points = [
  ...[
    'dischargePressure',
    'dischargeTemperature',
    'inletTemperature',
    'outletTemperature',
    'oilTemperature',
    'motorCurrentA',
    'motorCurrentB',
  ],
  ...['motorCurrentC', 'supplyVoltage', 'activePower', 'activeEnergy', 'deliveredFlow', 'loadPercent', 'airendSpeed', 'runningHours'],
]
const units = Array.from({ length: 8 }, () => ({ variant: 'fixed', ratedPower: 75, ratedFlow: 12.4, ratedPressure: 8 }) as const)
const stations = Array.from({ length: 100 }, (_, i) =>
  composeStation({
    ...{ id: idFrom(`hot/${i}`), kind: 'centralStation', code: `HOT-${i}`, name: `站 ${i}`, nameEn: `Station ${i}`, region: '310115' },
    ...{ address: '', position: { lat: 30, lng: 110 }, units, tanks: [], volume: 16, powerMeter: false, videoRequired: false },
  }),
)
const worked = (): number => {
  const { user, system } = process.threadCpuUsage()
  return user + system
}

const dir = mkdtempSync(join(tmpdir(), 'twin-bench-'))
const postgres = durable ? await startEmbeddedPostgres({ dir }) : null
const store = postgres && (await createStore({ url: postgres.url }))
try {
  const time = new ManualTime(Date.now())
  let flight: Promise<void> | null = null
  const counts = { rows: 0, commits: 0, facts: 0 }
  const memory = new MemoryStore(stations).connect()
  if (store) {
    for (const station of stations) await store.stations.save(station)
  }
  const runtime = createRuntime({
    commit: {
      commit(batch: CommitBatch) {
        counts.commits++
        counts.rows += batch.samples.length
        counts.facts += batch.facts.length
        flight = store ? store.commitPort.commit(batch) : Promise.resolve()
        return flight
      },
    },
    recovery: store ? store.recoveryPort : memory.recovery,
    effects: { execute: () => undefined },
    clock: time,
    ids: countingIds('id'),
    scheduler: time,
  })
  await runtime.start()
  const metrics = createIngestMetrics()
  const credentials = createCredentials({ master: 'x'.repeat(43), demo: true, stationOf: (device) => runtime.stationOf(device) })
  const intake = createIntake({ runtime, credentials, metrics, now: () => time.now() })
  const devices = stations
    .flatMap(({ org, id, devices: all }) =>
      all
        .filter(({ kind }) => kind === 'compressor')
        .map((device) => ({
          t: topicOf({ org, station: id, channel: 't', device: device.id }),
          e: topicOf({ org, station: id, channel: 'e', device: device.id }),
          seq: 0,
        })),
    )
    .map((device, i) => ({ device, place: (i * 2_654_435_761) % 4_294_967_296 }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ device }) => device)
  const from = { kind: 'anonymous', id: 'anonymous' } as const
  const payload = (seq: number, body: unknown): Buffer => Buffer.from(JSON.stringify({ v: 1, boot: 'b', seq, ts: time.now(), body }))
  const done = (): void => undefined
  const pass = async (): Promise<void> => {
    await time.pass(SLOT_MS)
    // Time stands still while the database works.
    for (let waiting = flight; waiting !== null; waiting = flight === waiting ? null : flight) await waiting
    flight = null
  }
  for (const device of devices)
    intake.take({ topic: device.e, payload: payload(++device.seq, { type: 'birth', kind: 'compressor', points }), from }, done)
  await pass()

  let next = 0
  let owed = 0
  const run = async (length: number): Promise<{ whole: number; turns: number; messages: number; yardstick: number; parsed: number }> => {
    let [whole, turns, messages, yardstick, parsed] = [0, 0, 0, 0, 0]
    for (let slot = 0; slot < (length * 1000) / SLOT_MS; slot++) {
      owed += (rate * SLOT_MS) / 1000
      const inputs: { topic: string; payload: Buffer; from: typeof from }[] = []
      for (; owed >= 1; owed--) {
        const device = devices[next++ % devices.length]
        if (!device) continue
        const k = ++device.seq
        const wave = Math.round(Math.sin(k / 7) * 100) / 100
        const counter = Math.round(k * 20) / 1000
        const values = [
          7 + wave / 5,
          82 + wave,
          25,
          37 + wave,
          60,
          140 + wave,
          141,
          139,
          385,
          78 + wave,
          350_000 + counter,
          12.4,
          95,
          2980,
          12_600 + counter,
        ]
        inputs.push({ topic: Buffer.from(device.t).toString(), payload: payload(k, { s: [[time.now(), values]] }), from })
      }
      const began = worked()
      for (const input of inputs) intake.take(input, done)
      const taken = worked()
      await pass()
      turns += taken - began
      whole += worked() - began
      messages += inputs.length
      if (slot % 20 !== 0) continue
      // The same work every time, for what the machine is worth just now.
      const started = worked()
      for (const input of inputs) for (let k = 0; k < 10; k++) if (JSON.parse(input.payload.toString('latin1')) !== null) parsed++
      yardstick += worked() - started
    }
    return { whole, turns, messages, yardstick, parsed }
  }
  await run(Math.max(5, seconds / 2))
  Object.assign(counts, { rows: 0, commits: 0, facts: 0 })
  const { whole, turns, messages, yardstick, parsed } = await run(seconds)
  const per = (total: number): string => (total / messages).toFixed(1)
  console.log(
    `${rate}/s: ${per(whole)} µs a message = ${(whole / messages / (yardstick / parsed)).toFixed(1)} × parsing one (${(yardstick / parsed).toFixed(2)} µs), of which intake and turn ${per(turns)} µs = ${(turns / messages / (yardstick / parsed)).toFixed(1)} ×; ${counts.commits} commits, ${counts.rows} rows, ${counts.facts} facts, ${metrics.accepted} accepted`,
  )
} finally {
  await store?.close()
  await postgres?.stop()
  rmSync(dir, { recursive: true, force: true })
}
