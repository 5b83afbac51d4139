import { expect, it } from 'vitest'
import { createRateBuckets } from './rate-buckets.ts'

it('a steady caller within the limit is never stopped, a burst is, and waits no longer than said', async () => {
  let now = 1_000_000
  const buckets = createRateBuckets(() => now)
  const rule = { window: 60, max: 60 }
  for (let second = 0; second < 600; second++, now += 1000) expect((await buckets.consume('a', rule)).allowed).toBe(true)
  const burst = []
  for (let n = 0; n < 70; n++) burst.push(await buckets.consume('b', rule))
  expect(burst.filter(({ allowed }) => allowed).length).toBe(60)
  expect(burst.at(-1)).toEqual({ allowed: false, retryAfter: 1 })
  expect((await buckets.consume('c', rule)).allowed).toBe(true)
  now += 1000
  expect((await buckets.consume('b', rule)).allowed).toBe(true)
  expect((await buckets.consume('b', rule)).allowed).toBe(false)
})
