import { spawn, spawnSync } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { expect, it } from 'vitest'
import { demoFleet } from '@twin/models/stations'
import { startTestPostgres } from '../twin-server/src/testing/postgres.ts'
import { freePort, startProduct, until } from './harness/product.ts'

const mosquitto = '/usr/sbin/mosquitto'

it.skipIf(!existsSync(mosquitto))(
  'serves devices through a Mosquitto whose accounts it wrote, each on its own topics',
  { timeout: 120_000 },
  async () => {
    const database = await startTestPostgres()
    const dir = mkdtempSync(join(tmpdir(), 'twin-broker-'))
    const port = await freePort()
    const secrets = { TWIN_DEVICE_MASTER: randomBytes(32).toString('base64url'), TWIN_BROKER_PASSWORD: randomBytes(12).toString('hex') }
    const product = await startProduct(database.url, {
      ...secrets,
      MQTT_URL: `mqtt://twin-server:${secrets.TWIN_BROKER_PASSWORD}@127.0.0.1:${port}`,
    })
    const written = spawnSync(process.execPath, ['scripts/broker-accounts.ts', join(dir, 'accounts')], {
      cwd: join(import.meta.dirname, '..'),
      env: { ...process.env, ...product.env },
      encoding: 'utf8',
    })
    expect(written.stderr).toBe('')
    writeFileSync(
      join(dir, 'mosquitto.conf'),
      `listener ${port} 127.0.0.1\nallow_anonymous false\npassword_file ${dir}/accounts/passwords\nacl_file ${dir}/accounts/acl\nuser root\n`,
    )
    const broker = spawn(mosquitto, ['-c', join(dir, 'mosquitto.conf')], { stdio: 'ignore' })
    try {
      const [station, other] = demoFleet()
      const unit = station?.devices.find((device) => device.kind === 'compressor')
      if (!station || !other || !unit) throw new Error('the demo fleet is too small')
      const password = createHmac('sha256', secrets.TWIN_DEVICE_MASTER).update(`device:${unit.id}:1`).digest('base64url')
      await expect(
        connectAsync(`mqtt://127.0.0.1:${port}`, { username: unit.id, password: 'guessed', reconnectPeriod: 0 }),
      ).rejects.toThrow(/authori/i)
      const client = await until('the broker listens', () =>
        connectAsync(`mqtt://127.0.0.1:${port}`, { username: unit.id, password, protocolVersion: 5, reconnectPeriod: 0 }),
      )
      const message = (seq: number): string =>
        JSON.stringify({ v: 1, boot: 'm', seq, ts: Date.now(), body: { p: { dischargePressure: 6.5 } } })
      const admin = await product.signIn('admin', 'Admin#2026')
      let seq = 0
      await until('a value arrives', async () => {
        await client.publishAsync(`tw/main/${station.id}/t/${unit.id}`, message(++seq), { qos: 1 })
        const { body } = await admin.call('GET', `/api/devices/${unit.id}/live`)
        return (body as { points: { point: string; value: unknown }[] }).points.some(
          (p) => p.point === 'dischargePressure' && p.value === 6.5,
        )
      })
      const refused = client.publishAsync(`tw/main/${other.id}/t/${other.devices[1]?.id}`, message(++seq), { qos: 1 })
      await expect(refused).rejects.toThrow(/authori/i)
      await client.endAsync()
    } finally {
      broker.kill()
      await product.stop()
      await database.stop()
      rmSync(dir, { recursive: true, force: true })
    }
  },
)
