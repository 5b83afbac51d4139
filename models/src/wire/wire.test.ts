import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DeviceKind, deviceKinds, kindOf, pointIndex } from '../kinds/index.ts'
import { NEVER } from '../twin/types.ts'
import {
  canonicalCommand,
  commandMessageSchema,
  parseTopic,
  readEnvelope,
  readEvent,
  readTelemetry,
  type Sample,
  telemetrySchema,
  topicOf,
  type WireValue,
} from './index.ts'

const now = 1_750_000_000_000
const limits = { now, futureToleranceMs: 5000, maxAgeMs: 7 * 86_400_000 }
const compressor = kindOf('compressor')
const read = (body: unknown, declared: readonly string[] = [], ts = now) => readTelemetry(compressor, declared, { v: 1, ts, body }, limits)
const slot = (name: string) => pointIndex(compressor, name)

/** Points of a sample that should not have passed. */
function wrongIn(kind: DeviceKind, { at, values, quality }: Sample): readonly string[] {
  const wrong = kind.points.filter((point, index) => {
    const value = values[index] ?? Number.NaN
    if (Number.isNaN(value)) return quality[index] !== NEVER
    const within = value >= (point.min ?? -Infinity) && value <= (point.max ?? Infinity)
    const known = point.type !== 'enum' || point.values?.[value] !== undefined
    return !(quality[index] === 0 && point.tier !== 'derived' && Number.isFinite(value) && within && known)
  })
  return [...wrong.map(({ name }) => name), ...(at > now + limits.futureToleranceMs ? ['future'] : [])]
}

describe('telemetry', () => {
  it('[WI3] refuses a bad value alone and keeps the rest', () => {
    const { samples, rejects } = read({
      p: { dischargePressure: 99, dischargeTemperature: 80, runState: 'LOADED', oops: 1, faultActive: 0 },
    })
    expect(samples).toHaveLength(1)
    expect(samples[0]?.values[slot('dischargeTemperature')]).toBe(80)
    expect(samples[0]?.values[slot('runState')]).toBe(5)
    expect(samples[0]?.values[slot('dischargePressure')]).toBeNaN()
    expect(samples[0]?.quality[slot('dischargePressure')]).toBe(NEVER)
    expect(rejects.map(({ reason, point }) => `${reason} ${point}`)).toEqual([
      'out-of-range dischargePressure',
      'unknown-point oops',
      'wrong-type faultActive',
    ])
  })

  it('[WI4] null is not measured, NaN and infinities are refused', () => {
    const { samples, rejects } = read({ s: [[now, [null, Number.NaN, Infinity, 40]]] }, [
      'dischargePressure',
      'dischargeTemperature',
      'oilTemperature',
      'inletTemperature',
    ])
    expect(samples[0]?.values[slot('inletTemperature')]).toBe(40)
    expect(rejects.map(({ reason, point }) => `${reason} ${point}`)).toEqual([
      'not-a-number dischargeTemperature',
      'not-a-number oilTemperature',
    ])
  })

  it('[WI5] derived points, the future, the far past and rows before a birth are refused', () => {
    expect(read({ p: { specificPower: 6 } })).toMatchObject({ samples: [], rejects: [{ reason: 'unknown-point' }] })
    expect(read({ p: { runState: 'LOADED' } }, [], now + 5001)).toMatchObject({ samples: [], rejects: [{ reason: 'future' }] })
    expect(read({ p: { runState: 'LOADED' } }, [], now + 5000).samples).toHaveLength(1)
    expect(
      read(
        {
          s: [
            [now - 8 * 86_400_000, ['LOADED']],
            [now, ['LOADED']],
          ],
        },
        ['runState'],
      ),
    ).toMatchObject({
      samples: [{ at: now }],
      rejects: [{ reason: 'too-old' }],
    })
    expect(read({ s: [[now, ['LOADED']]] })).toMatchObject({ samples: [], rejects: [{ reason: 'no-birth' }] })
  })

  it('[WI3] texts are kept apart', () => {
    const gateway = kindOf('gateway')
    const body = { p: { firmwareVersion: '2.1', online: true } }
    const { samples, texts } = readTelemetry(gateway, [], { v: 1, ts: now, body }, limits)
    expect(texts).toEqual([{ point: 'firmwareVersion', text: '2.1', at: now }])
    expect(samples).toHaveLength(1)
  })

  const anything = fc.oneof(fc.anything(), fc.double(), fc.boolean(), fc.constantFrom('LOADED', 'A', 'REMOTE', null, undefined, Number.NaN))
  const kinds = fc.constantFrom(...deviceKinds)
  const names = (kind: DeviceKind) =>
    fc.uniqueArray(fc.oneof(fc.constantFrom(...kind.points.map(({ name }) => name)), fc.string()), { maxLength: 12 })

  it('[WI3] never throws and lets nothing wrong through, whatever comes', () => {
    const times = fc.oneof(fc.integer({ min: now - 10_000, max: now + 10_000 }), fc.anything())
    const row = fc.oneof(fc.tuple(times, fc.array(anything, { maxLength: 14 })), fc.anything())
    const bodies = fc.oneof(
      fc.record({ p: fc.dictionary(fc.string(), anything) }),
      fc.record({ s: fc.array(row, { maxLength: 5 }) }),
      fc.anything(),
    )
    fc.assert(
      fc.property(
        kinds.chain((kind) =>
          fc.tuple(fc.constant(kind), names(kind), fc.dictionary(fc.constantFrom(...kind.points.map(({ name }) => name)), anything)),
        ),
        bodies,
        times,
        ([kind, declared, named], body, ts) => {
          for (const sent of [body, { p: named }])
            for (const sample of readTelemetry(kind, declared, { v: 1, ts: ts as number, body: sent }, limits).samples)
              expect(wrongIn(kind, sample)).toEqual([])
        },
      ),
      { numRuns: 500 },
    )
  })

  it('[WI6] p and s of the same values read the same', () => {
    fc.assert(
      fc.property(
        kinds.chain((kind) =>
          names(kind)
            .filter((declared) => declared.length > 0)
            .chain((declared) =>
              fc.tuple(
                fc.constant(kind),
                fc.constant(declared),
                fc.array(anything, { minLength: declared.length, maxLength: declared.length }),
              ),
            ),
        ),
        ([kind, declared, values]) => {
          const p = Object.fromEntries(declared.map((name, index) => [name, values[index]]))
          // Numeric names move to the front of an object; order is no part of the agreement.
          const order = (reading: ReturnType<typeof readTelemetry>) => ({
            ...reading,
            rejects: reading.rejects.map(({ reason, point, detail }) => `${point} ${reason} ${detail}`).toSorted(),
          })
          const envelope = { v: 1, ts: now } as const
          expect(order(readTelemetry(kind, declared, { ...envelope, body: { s: [[now, values]] } }, limits))).toEqual(
            order(readTelemetry(kind, declared, { ...envelope, body: { p } }, limits)),
          )
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('envelope', () => {
  const body = { p: { runState: 'LOADED' } satisfies Record<string, WireValue> }
  const good = { v: 1, boot: 'a1', seq: 1, ts: now, body }
  it.each<[string, unknown, boolean]>([
    ['full', good, true],
    ['set-state only', { v: 1, ts: now, body }, true],
    ['numeric boot', { ...good, boot: 7 }, true],
    ['other version', { ...good, v: 2 }, false],
    ['no time', { ...good, ts: undefined }, false],
    ['text time', { ...good, ts: String(now) }, false],
    ['fractional time', { ...good, ts: 1.5 }, false],
    ['boot alone', { v: 1, boot: 'a', ts: now, body }, false],
    ['seq alone', { v: 1, seq: 1, ts: now, body }, false],
    ['seq 0', { ...good, seq: 0 }, false],
    ['empty boot', { ...good, boot: '' }, false],
    ['long boot', { ...good, boot: 'x'.repeat(65) }, false],
    ['NaN boot', { ...good, boot: Number.NaN }, false],
    ['no body', { ...good, body: null }, false],
    ['array', [good], false],
    ['null', null, false],
  ])('[WI2] %s: hand-written check and schema agree', (_, message, ok) => {
    expect(readEnvelope(message).ok).toBe(ok)
    expect(telemetrySchema.safeParse(message).success).toBe(ok)
  })

  it('[WI2] events', () => {
    expect(readEvent({ type: 'birth', kind: 'tank', points: ['pressure'] })).toMatchObject({ ok: true, body: { type: 'birth' } })
    expect(readEvent({ type: 'position', lat: 91, lng: 0, source: 'gnss' })).toMatchObject({ ok: false, reason: 'wrong-type' })
    expect(readEvent({ type: 'marriage' })).toMatchObject({ ok: false })
  })
})

describe('topics and commands', () => {
  it('[WI1] there and back', () => {
    const address = { org: 'main', station: 'abc123', channel: 't', device: 'dev_1' } as const
    expect(parseTopic(topicOf(address))).toEqual(address)
    for (const topic of ['tw/main/a/t', 'tw/main/a/x/b', 'tw/main/+/t/b', 'tw/main/a/t/b/c', 'tw//a/t/b', ''])
      expect(parseTopic(topic)).toBeNull()
  })

  it('[WI7] canonical text does not depend on the order of keys', () => {
    const message = {
      v: 1,
      id: '0197',
      e: 3,
      n: 4,
      boot: 'b',
      kind: 'tank.drain',
      args: { seconds: 5, plan: [{ z: 1, a: 'ä' }] },
      issuedAt: 1,
      expiresAt: 2,
    } as const
    const text =
      '{"args":{"plan":[{"a":"ä","z":1}],"seconds":5},"boot":"b","e":3,"expiresAt":2,"id":"0197","issuedAt":1,"kind":"tank.drain","n":4,"v":1}'
    expect(canonicalCommand(message)).toBe(text)
    const backwards = Object.fromEntries(Object.entries({ ...message, mac: 'ff' }).toReversed()) as unknown as typeof message
    expect(canonicalCommand(backwards)).toBe(text)
    expect(commandMessageSchema.safeParse({ ...message, mac: 'ab'.repeat(32) }).success).toBe(true)
    expect(commandMessageSchema.safeParse({ ...message, mac: 'no' }).success).toBe(false)
  })
})
