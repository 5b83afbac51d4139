import { appendFileSync, chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { silentLog } from './log.ts'
import { createSpool, type OutagePolicy } from './spool.ts'
import { createSpoolDrain } from './spool-drain.ts'
import { SpoolFiles } from './spool-files.ts'
import { encodeRecord } from './spool-record.ts'
import { createTestIntake, SITE, telemetry } from './test-runtime.ts'

const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const end of cleanup.splice(0).toReversed()) await end()
})
const until = (condition: () => void) => vi.waitFor(condition, { timeout: 15_000, interval: 10 })
function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'twin-spool-'))
  cleanup.push(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}
const topic = (channel = 't'): string => `tw/main/${SITE}/${channel}/compressor01`
const record = (seq: number, boot = 'b') =>
  encodeRecord({ received: 1000 + seq, topic: topic(), note: '', payload: Buffer.from(telemetry(boot, seq)) })

/** Everything of the way in but a runtime whose commits the test decides. */
async function start(policy: OutagePolicy, { dir = folder(), maxBytes = 2 ** 20, recorded = false } = {}) {
  const parts = createTestIntake()
  const { runtime, intake } = parts
  runtime.auto = false
  let commits = 0
  const files = await SpoolFiles.open(dir, silentLog)
  const drain = createSpoolDrain({
    intake,
    stationOf: (device) => runtime.stationOf(device),
    epochOf: () => 1,
    recorded: (sought) => Promise.resolve(sought.map(() => recorded)),
  })
  const spool = createSpool({
    policy,
    awayMs: 500,
    maxBytes,
    files,
    intake,
    runtime: { metrics: () => ({ commits, pending: runtime.pending() }) },
    place: () => 'here',
    takeHere: drain,
    handOn: () => Promise.resolve(false),
    log: silentLog,
  })
  cleanup.push(() => spool.close())
  const acked: number[] = []
  const send = (seq: number, channel = 't'): void => {
    const payload = Buffer.from(
      channel === 't' ? telemetry('b', seq) : JSON.stringify({ v: 1, boot: 'b', seq, ts: 1, body: { type: 'death' } }),
    )
    spool.take({ topic: topic(channel), payload, from: 'broker' }, () => acked.push(seq))
  }
  return {
    ...parts,
    spool,
    dir,
    acked,
    send,
    /** Postgres is back: what waits is committed, and what comes. */
    back() {
      runtime.auto = true
      const committing = setInterval(() => commits++, 20)
      cleanup.push(() => clearInterval(committing))
      runtime.commit()
    },
    away: () => until(() => expect(spool.status().away).toBe(true)),
    taken: () => runtime.inputs.map(({ envelope }) => envelope.seq),
  }
}

it('[SP10] acknowledges telemetry from the disk while no commit passes, holds events, and takes it in order before newer', async () => {
  const way = await start('spool')
  for (const seq of [1, 2]) way.send(seq)
  way.send(3, 'e')
  await until(() => expect(way.acked).toEqual([1, 2]))
  for (const seq of [4, 5, 6]) way.send(seq)
  await until(() => expect(way.acked).toEqual([1, 2, 4, 5, 6]))
  expect(way.spool.status()).toMatchObject({ away: true, active: true, messages: 5, spooled: 5 })
  way.back()
  way.send(7)
  await until(() => expect(way.spool.status()).toMatchObject({ active: false, messages: 0, bytes: 0 }))
  way.send(8)
  await until(() => expect(way.taken().filter((seq) => seq !== 3)).toEqual([1, 2, 4, 5, 6, 7, 8]))
  expect(way.acked).toContain(3)
  expect(readdirSync(way.dir)).toEqual([])
})

it('[SP11] a spool that reached its limit withholds acknowledgements, and loses nothing of what waits', async () => {
  const way = await start('spool', { maxBytes: 2 * record(1).length })
  way.send(1)
  await way.away()
  for (let seq = 2; seq <= 9; seq++) way.send(seq)
  await until(() => expect(way.spool.status().trouble).toContain('limit'))
  expect(way.acked).toEqual([1, 2])
  way.back()
  await until(() => expect(way.acked.length).toBe(9))
  expect(way.taken()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
})

it('[SP12] drop acknowledges and counts, and takes again what comes after', async () => {
  const way = await start('drop')
  way.send(1)
  await way.away()
  for (const seq of [2, 3]) way.send(seq)
  expect(way.acked).toEqual([1, 2, 3])
  expect(way.spool.status()).toMatchObject({ dropped: 2, messages: 0 })
  way.back()
  await until(() => expect(way.spool.status().active).toBe(false))
  way.send(4)
  await until(() => expect(way.taken()).toEqual([1, 4]))
})

it('[SP13] what a crash left is read without its torn tail, a damaged file is put aside, and what is in use comes first', async () => {
  const dir = folder()
  writeFileSync(join(dir, '000000000001.spool'), Buffer.concat([record(1), record(2), record(3).subarray(0, 20)]))
  const damaged = Buffer.concat([record(4), record(5)])
  writeFileSync(join(dir, '000000000002.spool'), damaged)
  const files = await SpoolFiles.open(dir, silentLog)
  expect([files.messages, files.torn, files.oldest]).toEqual([4, 1, 1001])
  expect(readFileSync(join(dir, '000000000001.spool')).length).toBe(record(1).length * 2)
  damaged.writeUInt8(damaged.readUInt8(record(4).length + 30) ^ 1, record(4).length + 30)
  writeFileSync(join(dir, '000000000002.spool'), damaged)
  for (const [i, segment] of files.segments.entries()) {
    expect((await files.read(segment)).length).toBe([2, 1][i])
    await files.remove(segment)
  }
  expect(readdirSync(dir)).toEqual(['000000000002.spool.damaged'])
  appendFileSync(join(dir, '000000000003.spool'), record(6))
  const way = await start('hold', { dir })
  way.send(7)
  way.back()
  await until(() => expect(way.taken()).toEqual([6, 7]))
})

it('[SP14] a message whose cursor was overtaken is taken when the history lacks it, and only then', async () => {
  for (const recorded of [false, true]) {
    const dir = folder()
    writeFileSync(join(dir, '000000000001.spool'), Buffer.concat([record(1), record(1)]))
    const way = await start('spool', { dir, recorded })
    way.back()
    await until(() => expect(way.spool.status().active).toBe(false))
    expect(way.metrics.duplicate).toBe(recorded ? 1 : 2)
  }
})

it.skipIf(process.getuid?.() === 0)('[SP15] a folder that cannot be written means hold', async () => {
  const way = await start('spool')
  chmodSync(way.dir, 0o500)
  way.send(1)
  await until(() => expect(way.spool.status().trouble).not.toBeNull())
  expect(way.acked).toEqual([])
  chmodSync(way.dir, 0o700)
  await until(() => expect(way.acked).toEqual([1]))
})
