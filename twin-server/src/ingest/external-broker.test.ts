import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt from 'mqtt'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createDownlink } from './downlink.ts'
import { startMqttClientIngest } from './external-broker.ts'
import { createTestIntake, MASTER, SITE, telemetry, type TestRuntime } from './test-runtime.ts'

const MOSQUITTO = '/usr/sbin/mosquitto'
const cleanup: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of cleanup.splice(0).toReversed()) await end()
})
const until = (condition: () => void | Promise<void>) => vi.waitFor(condition, { timeout: 15_000, interval: 10 })

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  return port
}

async function startBroker(port: number): Promise<ChildProcess> {
  const dir = mkdtempSync(join(tmpdir(), 'twin-mosquitto-'))
  writeFileSync(
    join(dir, 'conf'),
    `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 2000\nmax_queued_messages 16000\n`,
  )
  const child = spawn(MOSQUITTO, ['-c', join(dir, 'conf')], { stdio: 'ignore' })
  cleanup.push(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    rmSync(dir, { recursive: true })
  })
  await until(async () => {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.destroy()
  })
  return child
}

const topic = (device: string, channel = 't'): string => `tw/main/${SITE}/${channel}/${device}`

describe.skipIf(!existsSync(MOSQUITTO))('external broker (Mosquitto)', () => {
  async function ingest(port: number, node = 'test') {
    const parts = createTestIntake()
    const lost: string[] = []
    const session = startMqttClientIngest({ url: `mqtt://127.0.0.1:${port}`, node, ...parts, onSessionLost: (stream) => lost.push(stream) })
    cleanup.push(() => session.close())
    await until(() => expect(session.status().connected).toBe(true))
    return {
      ...parts,
      session,
      lost,
      downlink: createDownlink({ transport: session, runtime: parts.runtime, master: MASTER, metrics: parts.metrics }),
    }
  }
  async function device(port: number) {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0, protocolVersion: 5 })
    cleanup.push(() => client.endAsync(true))
    return client
  }
  const seqs = (runtime: TestRuntime) => runtime.inputs.map(({ envelope }) => envelope.seq)

  it('[IN40] acknowledges in order and only after the commit: what was taken but not committed comes again after a restart', async () => {
    const port = await freePort()
    await startBroker(port)
    const first = await ingest(port)
    first.runtime.auto = false
    const client = await device(port)
    for (let seq = 1; seq <= 300; seq++) await client.publishAsync(topic('compressor01'), telemetry('b', seq), { qos: 1 })
    await until(() => expect(first.runtime.pending()).toBe(300))
    expect(first.session.status().unacknowledged).toBe(300)
    await first.session.close()
    expect(first.runtime.inputs).toHaveLength(0)

    const second = await ingest(port)
    await until(() => expect(second.runtime.inputs).toHaveLength(300))
    expect(seqs(second.runtime)).toEqual(Array.from({ length: 300 }, (_, i) => i + 1))
    await until(() => expect(second.session.status().unacknowledged).toBe(0))
    await second.session.close()

    const third = await ingest(port)
    await client.publishAsync(topic('compressor01', 'e'), JSON.stringify({ v: 1, ts: Date.now(), body: { type: 'death' } }), { qos: 1 })
    await until(() => expect(third.runtime.inputs).toHaveLength(1))
    expect(third.runtime.inputs[0]?.channel).toBe('e')
    expect(third.lost).toEqual([])
  })

  it('[IN41] an acknowledgement that is late by a reconnect is not sent on the new connection', async () => {
    const port = await freePort()
    await startBroker(port)
    const { runtime, session, metrics } = await ingest(port)
    runtime.auto = false
    const client = await device(port)
    await client.publishAsync(topic('compressor01'), telemetry('b', 1), { qos: 1 })
    await until(() => expect(runtime.pending()).toBe(1))
    // Another client with the same id: the broker cuts our session, as a take-over would.
    const thief = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
      clientId: 'tw-t-test',
      clean: false,
      protocolVersion: 5,
      reconnectPeriod: 0,
      manualConnect: true,
      properties: { sessionExpiryInterval: 60 },
    })
    thief.handleMessage = () => undefined
    thief.connect()
    await until(() => expect(session.status().connected).toBe(false))
    await thief.endAsync(true)
    await until(() => expect(session.status().connected).toBe(true))
    await until(() => expect(runtime.pending()).toBe(2))
    runtime.auto = true
    runtime.commit()
    await until(() => expect(session.status().unacknowledged).toBe(0))
    expect(runtime.inputs).toHaveLength(1)
    expect(metrics).toMatchObject({ accepted: 1, duplicate: 1, inFlight: 0 })
    await client.publishAsync(topic('compressor01'), telemetry('b', 2), { qos: 1 })
    await until(() => expect(runtime.inputs).toHaveLength(2))
  })

  it('[IN42] notices that a restarted broker forgot its session', async () => {
    const port = await freePort()
    const broker = await startBroker(port)
    const { session, lost, metrics } = await ingest(port)
    broker.kill('SIGKILL')
    await once(broker, 'exit')
    await until(() => expect(session.status().connected).toBe(false))
    await startBroker(port)
    await until(() => expect(session.status().connected).toBe(true))
    expect(lost.toSorted()).toEqual(['e', 't'])
    expect(metrics.sessionsLost).toBe(2)
  })

  it('[IN43] garbage, foreign topics and a flood neither stop the stream nor hold up events', async () => {
    const port = await freePort()
    await startBroker(port)
    const { runtime, metrics } = await ingest(port)
    const client = await device(port)
    for (const bad of ['', '{', 'x'.repeat(300_000), '[]']) await client.publishAsync(topic('compressor01'), bad, { qos: 1 })
    await client.publishAsync(`tw/main/${SITE}/t/nobody`, telemetry('b', 1), { qos: 1 })
    await Promise.all(Array.from({ length: 400 }, (_, i) => client.publishAsync(topic('compressor02'), telemetry('b', i + 1), { qos: 1 })))
    await client.publishAsync(topic('compressor02', 'e'), JSON.stringify({ v: 1, ts: Date.now(), body: { type: 'death' } }), { qos: 1 })
    await client.publishAsync(topic('gateway00001'), telemetry('b', 1), { qos: 1 })
    await until(() => expect(runtime.inputs.some(({ device: id }) => id === 'gateway00001')).toBe(true))
    await until(() => expect(runtime.inputs.some(({ channel }) => channel === 'e')).toBe(true))
    await until(() => expect(metrics.messages).toBe(407))
    expect(metrics.buried).toMatchObject({ oversize: 1, 'unknown-device': 1 })
    expect(metrics.throttled).toBeGreaterThan(100)
    expect(metrics.buried.throttled).toBe(metrics.throttled)
    expect(metrics.accepted + runtime.letters.length).toBe(407)
  })

  it('[IN44] publishes commands with an expiry to who listens, and tells when nobody does', async () => {
    const port = await freePort()
    await startBroker(port)
    const { downlink } = await ingest(port)
    const now = Date.now()
    const message = {
      v: 1,
      id: 'i',
      e: 1,
      n: 1,
      boot: null,
      kind: 'compressor.stop',
      args: {},
      issuedAt: now,
      expiresAt: now + 20_000,
    } as const
    const effect = { station: SITE, device: 'compressor01', message }
    expect(await downlink.publishCommand(effect)).toMatchObject({ ok: false, reason: 'not-connected' })
    const client = await device(port)
    const heard: unknown[] = []
    client.on('message', (_topic, _payload, packet) => heard.push([packet.retain, packet.properties?.messageExpiryInterval]))
    await client.subscribeAsync(topic('compressor01', 'c'), { qos: 1 })
    expect(await downlink.publishCommand(effect)).toEqual({ ok: true })
    await until(() => expect(heard).toHaveLength(1))
    expect(heard[0]).toEqual([false, expect.any(Number)])
  })
})
