import fc from 'fast-check'
import { pack } from 'msgpackr'
import { describe, expect, it } from 'vitest'
import { decodePayload, MAX_PAYLOAD } from './decode.ts'
import { createTestIntake, SITE } from './test-runtime.ts'

const good = { v: 1, boot: 'b', seq: 1, ts: 1_700_000_000_000, body: { p: { dischargePressure: 7.1 } } }
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const death = { v: 1, ts: 1_700_000_000_000, body: { type: 'death' } }

describe('decode', () => {
  it('[IN1] takes JSON by its first byte and msgpack otherwise, with the same result', () => {
    expect(decodePayload(json(good), 't')).toEqual({ ok: true, envelope: good })
    expect(decodePayload(pack(good), 't')).toEqual({ ok: true, envelope: good })
    expect(decodePayload(json(death), 'e')).toEqual({ ok: true, envelope: death })
  })

  it.each([
    ['empty', Buffer.alloc(0), 'unreadable'],
    ['broken JSON', Buffer.from('{"v":1,'), 'unreadable'],
    ['broken UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 'unreadable'],
    ['a number', pack(5), 'wrong-type'],
    ['another version', json({ ...good, v: 2 }), 'wrong-version'],
    ['seq without boot', json({ ...good, boot: undefined }), 'wrong-type'],
    ['unknown event', json({ ...death, body: { type: 'nonsense' } }), 'wrong-type'],
    ['too large', Buffer.alloc(MAX_PAYLOAD + 1, 0x7b), 'oversize'],
    ['a deep nest', Buffer.alloc(MAX_PAYLOAD, 0x91), 'unreadable'],
    ['arrays that claim to be huge', Buffer.from(Array.from({ length: 40 }, () => [0xdd, 0x01, 0xff, 0xff, 0xff]).flat()), 'unreadable'],
  ])('[IN2] says why it cannot take: %s', (_name, payload, reason) => {
    expect(decodePayload(payload, 'e')).toMatchObject({ ok: false, reason })
  })

  it('[IN3] no bytes throw, and none spoil the reading of the next message', () => {
    const start = fc.constantFrom<number[]>(
      [],
      [0x7b],
      [0x85, 0xa1, 0x76, 0x01],
      [0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61],
      [0xc7],
      [0xde, 0xff, 0xff],
    )
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 200 }), fc.constantFrom('t' as const, 'e' as const), (head, tail, channel) => {
        decodePayload(Buffer.from([...head, ...tail]), channel)
        expect(decodePayload(pack(good), 't')).toEqual({ ok: true, envelope: good })
      }),
      { numRuns: 3000, seed: 7 },
    )
  })

  it('[IN4] whatever comes is acknowledged once, after its commit, as data or as a dead letter', () => {
    const { intake, runtime, metrics } = createTestIntake()
    runtime.auto = false
    const topics = [
      `tw/main/${SITE}/t/compressor01`,
      `tw/main/${SITE}/e/compressor01`,
      `tw/main/${SITE}/c/compressor01`,
      'tw/x',
      'a//b',
      `tw/main/${SITE}/t/nobody`,
    ]
    let sent = 0
    let done = 0
    fc.assert(
      fc.property(
        fc.constantFrom(...topics),
        fc.oneof(fc.uint8Array({ maxLength: 80 }), fc.constant(new Uint8Array(json(good)))),
        (topic, payload) => {
          sent++
          intake.take({ topic, payload, from: { kind: 'device', id: 'compressor01' } }, () => done++)
        },
      ),
      { numRuns: 500, seed: 11 },
    )
    expect(done).toBe(0)
    runtime.commit()
    expect(done).toBe(sent)
    expect(runtime.letters.length + metrics.accepted + metrics.duplicate).toBe(sent)
    expect(metrics.inFlight).toBe(0)
    expect(metrics.inFlightBytes).toBe(0)
    expect(Object.values(metrics.buried).reduce((sum, count) => sum + count, 0)).toBe(runtime.letters.length)
  })
})
