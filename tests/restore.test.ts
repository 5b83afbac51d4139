import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { expect, it } from 'vitest'
import { demoFleet } from '@twin/models/stations'
import { backup, restore } from '../twin-server/src/store/index.ts'
import { startTestPostgres } from '../twin-server/src/testing/postgres.ts'
import { startProduct } from './harness/product.ts'

it('restores a backup into an empty database with the same live states, sign-ins and history', { timeout: 120_000 }, async () => {
  const [from, to] = [await startTestPostgres(), await startTestPostgres()]
  const product = await startProduct(from.url)
  const [station] = demoFleet()
  const unit = station?.devices.find((device) => device.kind === 'compressor')
  if (!station || !unit) throw new Error('the demo fleet has no compressor')
  const hashes = async (): Promise<unknown[]> => {
    const admin = await product.signIn('admin', 'Admin#2026')
    return Promise.all(demoFleet().map(async ({ id }) => (await admin.call('GET', `/api/stations/${id}/hash`)).body))
  }
  try {
    const password = createHmac('sha256', product.env.TWIN_DEVICE_MASTER ?? '')
      .update(`device:${unit.id}:1`)
      .digest('base64url')
    const client = await connectAsync(product.mqtt, { username: unit.id, password })
    const start = Date.now() - 120_000
    for (let seq = 1; seq <= 50; seq++)
      await client.publishAsync(
        `tw/main/${station.id}/t/${unit.id}`,
        JSON.stringify({
          v: 1,
          boot: 'r',
          seq,
          ts: start + seq * 1000,
          body: { p: { dischargePressure: 6 + seq / 100, activePower: 70 } },
        }),
        { qos: 1 },
      )
    await client.endAsync()
    const live = await hashes()
    expect(new Set(live.map((entry) => JSON.stringify(entry))).size).toBe(live.length)

    const file = join(product.dir, 'backup.twb')
    // Online: the server goes on while the copy is taken.
    await backup(from.url, file)
    await product.server.end()
    await restore(to.url, file, { replace: false })
    ;(product.env as Record<string, string>).DATABASE_URL = to.url
    await product.startServer()
    expect(await hashes()).toEqual(live)
    const admin = await product.signIn('admin', 'Admin#2026')
    const { body } = await admin.call(
      'GET',
      `/api/history?series=${unit.id}:dischargePressure&from=${start}&to=${start + 60_000}&resolution=raw`,
    )
    expect((body as { series: { v: number[] }[] }).series[0]?.v).toHaveLength(50)
  } finally {
    await product.stop()
    await Promise.all([from.stop(), to.stop()])
  }
})
