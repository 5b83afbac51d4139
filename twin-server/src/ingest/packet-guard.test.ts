import fc from 'fast-check'
import { generate, type Packet } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { createPacketGuard, type OversizePublish } from './packet-guard.ts'

const publish = (size: number, qos: 0 | 1 | 2, messageId: number): Packet => ({
  cmd: 'publish',
  topic: `tw/main/s/t/d${messageId}`,
  payload: Buffer.alloc(size, messageId),
  qos,
  retain: false,
  dup: false,
  ...(qos > 0 ? { messageId } : {}),
})

describe('packet guard', () => {
  it('[IN30] passes what fits unchanged and tells of what does not, however the bytes are cut', () => {
    const packet = fc.record({
      size: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 150, max: 700 })),
      qos: fc.constantFrom(0, 1, 2),
    })
    fc.assert(
      fc.property(
        fc.array(packet, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 20 }),
        (packets, cuts) => {
          const limit = 120
          const all = packets.map(({ size, qos }, i) => publish(size, qos, i + 1)).flatMap((it) => [it, { cmd: 'pingreq' } as const])
          const bytes = all.map((it) => generate(it))
          const small = (it: Buffer): boolean => it.length <= limit
          const told: OversizePublish[] = []
          const guard = createPacketGuard(limit, (oversize) => told.push(oversize))
          const stream = Buffer.concat(bytes)
          const out: Uint8Array[] = []
          for (let at = 0, i = 0; at < stream.length; i++) {
            const step = cuts[i % cuts.length] as number
            out.push(guard.filter(stream.subarray(at, at + step)) as Uint8Array)
            at += step
          }
          expect(Buffer.concat(out).equals(Buffer.concat(bytes.filter(small)))).toBe(true)
          expect(told.map(({ topic, messageId }) => [topic, messageId])).toEqual(
            all.flatMap((it, i) => (it.cmd === 'publish' && !small(bytes[i] as Buffer) ? [[it.topic, it.qos > 0 ? it.messageId : 0]] : [])),
          )
        },
      ),
      { numRuns: 1000, seed: 5 },
    )
  })

  it('[IN31] calls other large packets and broken lengths a fault', () => {
    expect(createPacketGuard(100, () => undefined).filter(Buffer.from([0x10, 0xff, 0x7f]))).toBe('fault')
    expect(createPacketGuard(100, () => undefined).filter(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff]))).toBe('fault')
  })
})
