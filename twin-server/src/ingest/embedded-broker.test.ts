import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect as tcpConnect } from 'node:net'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { canonicalCommand, type CommandMessage } from '@twin/models/wire'
import { createDownlink } from './downlink.ts'
import { type EmbeddedBrokerOptions, startEmbeddedBroker } from './embedded-broker.ts'
import { commandMac, deviceSecret } from './secrets.ts'
import { createTestIntake, MASTER, SITE, telemetry } from './test-runtime.ts'

const cleanup: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of cleanup.splice(0).toReversed()) await end()
})
const until = (condition: () => void | Promise<void>) => vi.waitFor(condition, { timeout: 10_000, interval: 5 })

async function start(options: Partial<EmbeddedBrokerOptions> = {}, demo = false) {
  const parts = createTestIntake(demo)
  const broker = await startEmbeddedBroker({ host: '127.0.0.1', port: 0, ...parts, ...options })
  cleanup.push(() => broker.close())
  const open = async (id: string, extra: IClientOptions = {}): Promise<MqttClient> => {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
      username: id,
      password: deviceSecret(MASTER, id, 1),
      reconnectPeriod: 0,
      ...extra,
    })
    client.on('error', () => undefined)
    cleanup.push(() => client.endAsync(true))
    return client
  }
  const downlink = createDownlink({ transport: broker, runtime: parts.runtime, master: MASTER, metrics: parts.metrics })
  return { ...parts, broker, open, downlink }
}
const topic = (device: string, channel = 't'): string => `tw/main/${SITE}/${channel}/${device}`

describe('embedded broker', () => {
  it('[IN20] gates 100 publishes of one connection, acknowledges none before the commit and all after it, at QoS 1 and 2', async () => {
    const { runtime, metrics, open } = await start()
    runtime.auto = false
    const client = await open('compressor01')
    let acknowledged = 0
    for (let seq = 1; seq <= 100; seq++)
      client.publish(topic('compressor01'), telemetry('b', seq), { qos: seq % 2 === 0 ? 1 : 2 }, () => acknowledged++)
    await until(() => expect(runtime.pending()).toBe(100))
    expect(metrics.inFlight).toBe(100)
    expect(acknowledged).toBe(0)
    runtime.auto = true
    runtime.commit()
    await until(() => expect(acknowledged).toBe(100))
    expect(runtime.inputs.map(({ envelope }) => envelope.seq)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1))
    expect(metrics).toMatchObject({ accepted: 100, inFlight: 0, messages: 100 })
  })

  it('[IN21] what was not committed when the server went is sent again and counts once', async () => {
    const first = await start()
    first.runtime.auto = false
    const client = await first.open('compressor01', { clean: false, clientId: 'keeps', reconnectPeriod: 50 })
    let acknowledged = false
    client.publish(topic('compressor01'), telemetry('b', 1), { qos: 1 }, () => (acknowledged = true))
    await until(() => expect(first.runtime.pending()).toBe(1))
    await first.broker.close()
    expect(acknowledged).toBe(false)
    const second = await start({ port: first.broker.port })
    await until(() => expect(second.runtime.inputs).toHaveLength(1))
    await client.publishAsync(topic('compressor01'), telemetry('b', 1), { qos: 1 })
    expect(second.runtime.inputs).toHaveLength(1)
    expect(second.metrics.duplicate).toBe(1)
  })

  it('[IN22] delivers the last will of a lost device as its death, and none when the server stops', async () => {
    const { runtime, open, broker } = await start()
    const will = (boot: string) => ({
      topic: topic('compressor01', 'e'),
      qos: 1 as const,
      retain: true,
      payload: Buffer.from(JSON.stringify({ v: 1, boot, seq: 1_000_000, ts: Date.now(), body: { type: 'death', reason: 'lost' } })),
    })
    const lost = await open('compressor01', { will: will('one') })
    lost.stream.destroy()
    await until(() => expect(runtime.inputs).toHaveLength(1))
    expect(runtime.inputs[0]).toMatchObject({ channel: 'e', device: 'compressor01', envelope: { body: { type: 'death' } } })
    const said = await open('compressor01', { will: will('two') })
    await said.endAsync()
    await open('compressor01', { will: will('three') })
    await broker.close()
    expect(runtime.pending()).toBe(0)
    expect(runtime.inputs).toHaveLength(1)
  })

  it('[IN23] refuses strangers and wrong secrets; topics of others end as dead letters and reach nobody', async () => {
    const { runtime, metrics, open, downlink } = await start()
    await expect(open('compressor01', { password: 'wrong' })).rejects.toThrow(/not auth|bad user/i)
    await expect(mqtt.connectAsync(`mqtt://127.0.0.1:${(await start()).broker.port}`, { reconnectPeriod: 0 })).rejects.toThrow(
      /not auth|bad user/i,
    )
    expect(metrics.authFailures).toBe(1)
    const victim = await open('compressor02')
    const heard: string[] = []
    victim.on('message', (_topic, payload) => heard.push(payload.toString()))
    await victim.subscribeAsync(topic('compressor02', 'c'), { qos: 1 })
    const rogue = await open('compressor01')
    await expect(rogue.subscribeAsync(topic('compressor02', 'c'))).rejects.toThrow(/unspecified/i)
    await expect(rogue.subscribeAsync('#')).rejects.toThrow(/unspecified/i)
    expect(metrics.subscriptionsRefused).toBe(2)
    await rogue.publishAsync(topic('compressor02', 'c'), '{"v":1,"kind":"compressor.stop"}', { qos: 1, retain: true })
    await rogue.publishAsync(topic('compressor02'), telemetry('x', 1), { qos: 1 })
    await rogue.publishAsync(`tw/main/${SITE}/t/gateway00001`, telemetry('x', 1), { qos: 2 })
    expect(runtime.letters.map(({ reason, device }) => [reason, device])).toEqual(
      Array.from({ length: 3 }, () => ['not-permitted', 'compressor01']),
    )
    await downlink.requestRebirth({ station: SITE, device: 'compressor02' })
    await until(() => expect(heard).toHaveLength(1))
    expect(heard[0]).toContain('rebirth')
    expect(runtime.inputs).toHaveLength(0)
  })

  it('[IN24] sends a signed command to the device or its gateway, and says so when nobody listens', async () => {
    const { open, downlink, runtime } = await start()
    const now = Date.now()
    const message = {
      v: 1,
      id: 'id1',
      e: 3,
      n: 7,
      boot: 'b',
      kind: 'compressor.stop',
      args: { why: '停机' },
      issuedAt: now,
      expiresAt: now + 10_000,
    } as const
    const effect = { station: SITE, device: 'compressor01', message }
    expect(await downlink.publishCommand(effect)).toMatchObject({ ok: false, reason: 'not-connected' })
    const heard: CommandMessage[] = []
    const marks: unknown[] = []
    const gateway = await open('gateway00001')
    gateway.on('message', (to, payload) => (to.includes('/c/') ? heard : marks).push(JSON.parse(payload.toString()) as CommandMessage))
    await gateway.subscribeAsync({ [topic('+', 'c')]: { qos: 1 }, [topic('+', 'a')]: { qos: 1 } })
    expect(await downlink.publishCommand(effect)).toEqual({ ok: true })
    await until(() => expect(heard).toHaveLength(1))
    const { mac, ...signed } = heard[0] as CommandMessage
    expect(signed).toEqual(message)
    expect(mac).toBe(commandMac(deviceSecret(MASTER, 'compressor01', 1), canonicalCommand(message)))
    expect(await downlink.publishCommand({ ...effect, message: { ...message, expiresAt: now - 1 } })).toMatchObject({ reason: 'expired' })
    runtime.marks.set('compressor02', { boot: 'b', seq: 41 })
    await downlink.publishWatermarks()
    await until(() => expect(marks).toEqual([{ boot: 'b', seq: 41 }]))
  })

  it('[IN25] skips an oversize message without keeping it, tells of it, acknowledges it and goes on with the connection', async () => {
    const { runtime, metrics, open } = await start()
    const client = await open('compressor01')
    await client.publishAsync(topic('compressor01'), telemetry('b', 1), { qos: 1 })
    await client.publishAsync(topic('compressor01'), Buffer.alloc(600_000, 1), { qos: 1 })
    await client.publishAsync(topic('compressor01'), Buffer.alloc(600_000, 1), { qos: 2 })
    await client.publishAsync(topic('compressor01'), telemetry('b', 2), { qos: 1 })
    expect(runtime.letters.map(({ reason, device, payload }) => [reason, device, payload.length])).toEqual([
      ['oversize', 'compressor01', 0],
      ['oversize', 'compressor01', 0],
    ])
    expect(metrics.buried.oversize).toBe(2)
    expect(runtime.inputs).toHaveLength(2)
  })

  it('[IN26] a flooding device is slowed alone and loses nothing', async () => {
    const { runtime, metrics, open } = await start({ flood: { rate: 100, burst: 50 } })
    const flooding = await open('compressor01')
    const calm = await open('compressor02')
    const began = performance.now()
    const flood = Promise.all(
      Array.from({ length: 150 }, (_, i) => flooding.publishAsync(topic('compressor01'), telemetry('b', i + 1), { qos: 1 })),
    )
    const latencies: number[] = []
    for (let seq = 1; seq <= 20; seq++) {
      const at = performance.now()
      await calm.publishAsync(topic('compressor02'), telemetry('b', seq), { qos: 1 })
      latencies.push(performance.now() - at)
    }
    await flood
    expect(performance.now() - began).toBeGreaterThan(900)
    expect(Math.max(...latencies)).toBeLessThan(500)
    expect(runtime.inputs.filter(({ device }) => device === 'compressor01')).toHaveLength(150)
    expect(metrics.throttled).toBeGreaterThan(50)
    expect([...metrics.throttledDevices.keys()]).toEqual(['compressor01'])
  })

  it('[IN27] limits connections, and anonymous ones come in only in demo mode', async () => {
    const { open, metrics, broker } = await start({ maxConnections: 1 }, true)
    const anonymous = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, { reconnectPeriod: 0 })
    cleanup.push(() => anonymous.endAsync(true))
    const refused = mqtt.connect(`mqtt://127.0.0.1:${broker.port}`, { reconnectPeriod: 0 })
    await new Promise<void>((resolve) => refused.once('close', () => resolve()))
    expect(metrics.connectionsRefused).toBe(1)
    await anonymous.endAsync(true)
    await until(() => expect(metrics.connections).toBe(0))
    await open('compressor01')
  })

  it('[IN28] speaks MQTT over WebSocket at /mqtt', async () => {
    const http = createServer()
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    cleanup.push(async () => http.close())
    const { runtime } = await start({ http })
    const client = await mqtt.connectAsync(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/mqtt`, {
      username: 'compressor01',
      password: deviceSecret(MASTER, 'compressor01', 1),
      reconnectPeriod: 0,
    })
    cleanup.push(() => client.endAsync(true))
    await client.publishAsync(topic('compressor01'), telemetry('b', 1), { qos: 1 })
    await client.publishAsync(topic('compressor01'), Buffer.alloc(400_000), { qos: 1 })
    expect(runtime.inputs).toHaveLength(1)
    expect(runtime.letters).toHaveLength(1)
  })

  it('[IN29] bytes that are no MQTT end their own connection only', async () => {
    const { runtime, open, broker } = await start()
    const client = await open('compressor01')
    for (const bytes of [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0xff]),
      Buffer.alloc(300_000, 0x30),
    ]) {
      const socket = tcpConnect(broker.port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write(bytes)
      await new Promise((resolve) => socket.once('close', resolve))
    }
    await client.publishAsync(topic('compressor01'), telemetry('b', 1), { qos: 1 })
    expect(runtime.inputs).toHaveLength(1)
  })

  it('[IN45] closes at once though many connections still wait at the gate or said nothing yet', async () => {
    const { broker } = await start({ acceptPerSecond: 20 })
    const sockets = Array.from({ length: 60 }, () => tcpConnect(broker.port, '127.0.0.1'))
    for (const socket of sockets) socket.on('error', () => undefined)
    await Promise.all(sockets.map((socket) => once(socket, 'connect')))
    await broker.close()
    await until(() => expect(sockets.every((socket) => socket.destroyed || socket.readableEnded || socket.closed)).toBe(true))
  })
})
