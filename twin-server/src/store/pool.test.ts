import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts'
import { openPool, type Sql } from './pool.ts'

let pg: TestPostgres
let sql: Sql
beforeAll(async () => {
  pg = await startTestPostgres()
  sql = openPool(pg.url, { max: 1 })
})
afterAll(async () => {
  await sql.end()
  await pg.stop()
})

const rows = (count: number): string => `copy (select repeat('x', 1000) from generate_series(1, ${count})) to stdout`

it.each([60, 70, 130, 2000])('a reader that is behind when the last of %i rows comes leaves a connection that answers', async (count) => {
  const size = await sql.begin(async (tx) => {
    const stream = await tx.copyOut(rows(count))
    let held = -1
    while (held !== stream.readableLength || held === 0) {
      held = stream.readableLength
      for (let i = 0; i < 50; i++) await turn()
    }
    let bytes = 0
    for await (const chunk of stream) bytes += (chunk as Buffer).length
    return bytes
  })
  expect(size).toBe(count * 1001)
  expect(await sql`select 1 as one`).toMatchObject([{ one: 1 }])
})

it('a reader that leaves before the end gets an error, and the next has a new connection', async () => {
  await expect(
    sql.begin(async (tx) => {
      for await (const chunk of await tx.copyOut(rows(5000))) throw new Error(`enough after ${typeof chunk}`)
    }),
  ).rejects.toThrow('enough')
  expect(await sql`select 1 as one`).toMatchObject([{ one: 1 }])
})

it('what the server refuses after the last byte of a copy was sent is an error and no silence', async () => {
  await sql`create table narrow (a int4 not null check (a < 1000))`
  const rows = Buffer.from(Array.from({ length: 20_000 }, (_, i) => `${i === 19_999 ? 5000 : i % 1000}\n`).join(''))
  const source = async function* (): AsyncGenerator<Buffer> {
    for (let at = 0; at < rows.length; at += 16_384) yield rows.subarray(at, at + 16_384)
  }
  await expect(sql.begin((tx) => tx.copyFrom('copy narrow from stdin', source()))).rejects.toMatchObject({ code: '23514' })
  expect(await sql`select count(*) as n from narrow`).toMatchObject([{ n: 0 }])
})
