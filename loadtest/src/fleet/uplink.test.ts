import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { canonicalCommand, type CommandMessage } from '@twin/models/wire'
import { CommandGuard } from './command-guard.ts'
import { decode } from './payload.ts'
import { Uplink, type Send } from './uplink.ts'

interface Sent {
  readonly seq: number
  readonly channel: string
  readonly rows: number
}

/** A broker that acknowledges when told to. */
function recorder(): { readonly sent: Sent[]; readonly send: Send; ackAll(): Promise<void> } {
  const sent: Sent[] = []
  const open: (() => void)[] = []
  return {
    sent,
    send: (topic, payload) => {
      const { seq, body } = decode(payload) as { seq: number; body: { s?: readonly unknown[] } }
      sent.push({ seq, channel: topic.split('/')[3] ?? '', rows: body.s?.length ?? 0 })
      return new Promise((resolve) => open.push(() => resolve(true)))
    },
    ackAll: async () => {
      for (const acknowledge of open.splice(0)) acknowledge()
      await Promise.resolve()
      await Promise.resolve()
    },
  }
}

const options = { org: 'main', station: 's', device: 'd', boot: 'b1', format: 'json' } as const

describe('store and forward', () => {
  it('numbers messages, batches what waited, and sends again under the same numbers', async () => {
    const uplink = new Uplink({ ...options, batch: 3 })
    for (let i = 0; i < 7; i++) uplink.add([i, [i]])
    const first = recorder()
    uplink.connected(first.send)
    expect(first.sent.map(({ seq, rows }) => [seq, rows])).toEqual([[1, 3], [2, 3], [3, 1]]) // prettier-ignore
    uplink.disconnected()
    uplink.event({ type: 'event', name: 'x' })
    const second = recorder()
    uplink.connected(second.send)
    expect(second.sent.map(({ seq, channel }) => [seq, channel])).toEqual([[1, 't'], [2, 't'], [3, 't'], [4, 'e']]) // prettier-ignore
  })
  it('forgets only what is acknowledged and below the watermark of this boot', async () => {
    const uplink = new Uplink(options)
    const first = recorder()
    uplink.connected(first.send)
    uplink.add([1, [1]])
    uplink.add([2, [2]])
    await first.ackAll()
    expect(uplink.depth).toBe(0)
    uplink.durable({ boot: 'b0', seq: 2 })
    uplink.durable({ boot: 'b1', seq: 1 })
    uplink.disconnected()
    const second = recorder()
    uplink.connected(second.send)
    expect(second.sent.map(({ seq }) => seq)).toEqual([2])
  })
  it('keeps telemetry that a later event overtook', async () => {
    const uplink = new Uplink(options)
    const first = recorder()
    uplink.connected(first.send)
    uplink.add([1, [1]])
    uplink.add([2, [2]])
    uplink.event({ type: 'event', name: 'x' })
    await first.ackAll()
    uplink.durable({ boot: 'b1', seq: 1, t: 1, e: 3 })
    uplink.disconnected()
    const second = recorder()
    uplink.connected(second.send)
    expect(second.sent.map(({ seq }) => seq)).toEqual([2])
  })
  it('keeps a bounded number of samples, the newest', () => {
    const uplink = new Uplink({ ...options, capacity: 10 })
    for (let i = 0; i < 15; i++) uplink.add([i, [i]])
    expect([uplink.depth, uplink.dropped]).toEqual([10, 5])
  })
  it('tells when an upload is acknowledged, once', async () => {
    const uplink = new Uplink(options)
    const broker = recorder()
    uplink.connected(broker.send)
    let times = 0
    uplink.upload([[1, [1]]], () => times++)
    await broker.ackAll()
    expect(times).toBe(1)
  })
})

describe('the last line of defence', () => {
  const secret = 'secret of the device'
  const signed = (change: Partial<CommandMessage> = {}): CommandMessage => {
    const plain = { v: 1, id: 'a', e: 1, n: 1, boot: 'b1', kind: 'compressor.stop', args: { x: 1 }, issuedAt: 0, expiresAt: 1000 } as const
    const message = { ...plain, ...change, mac: '' }
    return { ...message, mac: createHmac('sha256', secret).update(canonicalCommand(message)).digest('hex') }
  }
  it('takes a command once, repeats its ack, and refuses forged, late, old and misdirected ones', () => {
    const guard = new CommandGuard(secret, 'b1')
    expect(guard.check({ ...signed(), args: { x: 2 } }, 0).kind).toBe('forged')
    expect(guard.check({ ...signed(), mac: 'zz' }, 0).kind).toBe('forged')
    expect(guard.check(signed({ boot: 'b0' }), 0)).toEqual({ kind: 'refuse', reason: 'BOOT' })
    expect(guard.check(signed(), 1001)).toEqual({ kind: 'refuse', reason: 'EXPIRED' })
    expect(guard.check(signed(), 500).kind).toBe('fresh')
    guard.remember('a', { ok: true })
    expect(guard.check(signed(), 2000)).toEqual({ kind: 'known', ack: { ok: true } })
    expect(guard.check(signed({ id: 'b' }), 0)).toEqual({ kind: 'refuse', reason: 'ORDER' })
    expect(guard.check(signed({ id: 'c', e: 2, n: 1 }), 0).kind).toBe('fresh')
    expect(guard.check(signed({ id: 'd', e: 1, n: 9 }), 0)).toEqual({ kind: 'refuse', reason: 'ORDER' })
    expect(guard.check(signed({ id: 'r', kind: 'rebirth', e: 0, n: 0, boot: null }), 0).kind).toBe('fresh')
  })
})
