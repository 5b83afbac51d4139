import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts'
import { openPool, type Sql } from './index.ts'

/** One CopyData message. */
const rows = ((text: string) => {
  const message = Buffer.alloc(5 + text.length, text, 'latin1')
  message.write('d')
  message.writeUInt32BE(4 + text.length, 1)
  message.write(text, 5)
  return message
})('1\tfoo\n'.repeat(50))

let pg: TestPostgres
let admin: Sql
beforeAll(async () => {
  pg = await startTestPostgres()
  admin = openPool(pg.url, { max: 1 })
  await admin`create table copied (a int, b text)`
})
afterAll(async () => {
  await admin.end()
  await pg.stop()
})

it('[ST40] a connection that is ended at any moment answers every statement, and the next one works', async () => {
  const writer = openPool(pg.url, { max: 1, name: 'tw:victim' })
  const counts = { done: 0, failed: 0 }
  const state = { running: true }
  let answered = performance.now()
  const work = (async () => {
    while (state.running) {
      try {
        await writer.begin(async (tx) => {
          const first = tx`insert into copied select 1, 'x'`
          await Promise.all([first, tx.copyIn('copy copied from stdin', rows)])
          await Promise.all([tx`select ${['a', 'b"\\']}::text[] as list`, tx`select 2 from copied limit 1`])
        })
        counts.done++
      } catch {
        counts.failed++
      }
      answered = performance.now()
    }
  })()
  const end = performance.now() + 4000
  let longest = 0
  while (performance.now() < end) {
    await admin`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tw:victim'`
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 15))
    longest = Math.max(longest, performance.now() - answered)
  }
  state.running = false
  await work
  await writer.end()
  expect(counts.failed).toBeGreaterThan(20)
  expect(longest).toBeLessThan(2500)
}, 30_000)

it('[ST41] arrays of every kind in use go in and come back', async () => {
  const [row] = await admin<{ t: unknown; n: unknown; b: unknown; f: unknown; at: unknown; none: unknown; deep: unknown }[]>`
    select ${['a', 'b"c', 'd\\e', 'f,g', '{h}', 'NULL', '']}::text[] || null::text as t, ${[1, -2]}::int[] as n, ${[2 ** 40]}::bigint[] as b,
      array['NaN', '1.5']::float8[] as f, ${[1_700_000_000_000]}::timestamptz[] as at, ${[]}::text[] as none, array[[1, 2], [3, 4]] as deep`
  expect(row).toEqual({
    t: ['a', 'b"c', 'd\\e', 'f,g', '{h}', 'NULL', '', null],
    n: [1, -2],
    b: [2 ** 40],
    f: [Number.NaN, 1.5],
    at: [1_700_000_000_000],
    none: [],
    deep: [[1, 2], [3, 4]], // prettier-ignore
  })
})
