import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createPublishTap, type TappedPublish } from './publish-tap.ts'

const length = (size: number): number[] => {
  const bytes: number[] = []
  do {
    const rest = Math.floor(size / 128)
    bytes.push((size % 128) | (rest > 0 ? 0x80 : 0))
    size = rest
  } while (size > 0)
  return bytes
}
const packet = (first: number, body: Buffer): Buffer => Buffer.concat([Buffer.from([first, ...length(body.length)]), body])
function publish({ topic, payload, dup, messageId }: TappedPublish, properties: Uint8Array, qos = messageId === undefined ? 0 : 1): Buffer {
  const name = Buffer.from(topic)
  const id = messageId === undefined ? [] : [messageId >> 8, messageId & 255]
  const head = Buffer.from([name.length >> 8, name.length & 255, ...name, ...id, ...length(properties.length), ...properties])
  return packet(0x30 | (dup ? 8 : 0) | (qos << 1), Buffer.concat([head, payload]))
}

const publishes = fc.record({
  topic: fc.string({ minLength: 1, maxLength: 40 }),
  payload: fc
    .oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 100, max: 40_000 }).map((n) => new Uint8Array(n)),
    )
    .map((bytes) => Buffer.from(bytes)),
  dup: fc.boolean(),
  messageId: fc.oneof(fc.constant(undefined), fc.integer({ min: 1, max: 65_535 })),
})
/** PUBACK, PINGRESP, DISCONNECT and a PUBLISH of QoS 2: the library's. */
const others = fc.oneof(
  fc.constant(Buffer.from([0x40, 2, 0, 7])),
  fc.constant(Buffer.from([0xd0, 0])),
  fc.constant(publish({ topic: 'a/b', payload: Buffer.from('x'), dup: false, messageId: 3 }, new Uint8Array(0), 2)),
  // A topic alias instead of a topic.
  fc.constant(publish({ topic: '', payload: Buffer.from('x'), dup: false, messageId: 3 }, Uint8Array.of(0x23, 0, 1))),
  fc.uint8Array({ maxLength: 500 }).map((bytes) => packet(0x90, Buffer.from(bytes))),
)

it('[IN48] finds every PUBLISH however the bytes are cut, and passes everything else on untouched and in order', () => {
  const item = fc.oneof(
    fc.tuple(publishes, fc.uint8Array({ maxLength: 200 })).map(([sent, properties]) => ({ sent, bytes: publish(sent, properties) })),
    others.map((bytes) => ({ sent: null, bytes })),
  )
  fc.assert(
    fc.property(
      fc.array(item, { maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 30 }),
      (items, cuts) => {
        const stream = Buffer.concat(items.map(({ bytes }) => bytes))
        const taken: TappedPublish[] = []
        const passed: Buffer[] = []
        const tap = createPublishTap(
          (found) => taken.push(found),
          (bytes) => passed.push(bytes),
        )
        for (let at = 0, n = 0; at < stream.length; n++) {
          const cut = cuts[n % cuts.length] ?? 1
          tap.take(stream.subarray(at, at + cut))
          at += cut
        }
        const ours = items.flatMap(({ sent }) => sent ?? [])
        expect(taken.length).toBe(ours.length)
        for (const [n, { payload, ...rest }] of ours.entries()) {
          expect(taken[n]).toMatchObject(rest)
          expect(payload.equals(taken[n]?.payload ?? Buffer.from('nothing'))).toBe(true)
        }
        expect(Buffer.concat(passed).equals(Buffer.concat(items.flatMap(({ sent, bytes }) => (sent ? [] : bytes))))).toBe(true)
      },
    ),
    { numRuns: 300 },
  )
})

it('passes bytes that are no MQTT on to the library for good', () => {
  const passed: Buffer[] = []
  const tap = createPublishTap(
    () => expect.unreachable(),
    (bytes) => passed.push(bytes),
  )
  tap.take(Buffer.from([0x30, 0xff, 0xff, 0xff]))
  tap.take(Buffer.from([0xff, 0xff, 1]))
  tap.take(Buffer.from([0x30, 3]))
  expect(Buffer.concat(passed)).toEqual(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0x30, 3]))
})
