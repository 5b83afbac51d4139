import { z } from 'zod'
import type { CommandMessage, Envelope, EventBody, TelemetryBody } from './types.ts'

const time = z.number().int().nonnegative()
const boot = z.union([z.string().min(1).max(64), z.number()])
const value = z.union([z.number(), z.boolean(), z.string().max(256), z.null()])
const name = z.string().min(1).max(64)

export const telemetryBodySchema: z.ZodType<TelemetryBody> = z
  .union([z.strictObject({ p: z.record(name, value) }), z.strictObject({ s: z.array(z.tuple([time, z.array(value)])) })])
  .meta({ description: 'Telemetry: p = one sample by name, s = samples [ts, values] in the order declared at birth' })

export const eventBodySchema: z.ZodType<EventBody> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('birth'),
    kind: name,
    points: z.array(name).max(1000),
    firmware: z.string().max(64).exactOptional(),
    replay: z.object({ source: z.string().min(1).max(200), speed: z.union([z.number().positive(), z.literal('max')]) }).exactOptional(),
  }),
  z.object({ type: z.literal('death'), reason: z.string().max(200).exactOptional() }),
  z.object({ type: z.literal('ack'), id: z.string().min(1).max(64), ok: z.boolean(), reason: z.string().max(200).exactOptional() }),
  z.object({ type: z.literal('event'), name, data: z.record(name, value).exactOptional() }),
  z.object({
    type: z.literal('position'),
    lat: z.number().min(-90).max(90),
    lng: z.number().min(-180).max(180),
    accuracy: z.number().nonnegative().exactOptional(),
    source: z.enum(['gnss', 'cell']),
  }),
])

/** seq without boot says nothing, and the other way round. */
const envelopeOf = <Body>(body: z.ZodType<Body>): z.ZodType<Envelope<Body>> =>
  z
    .object({ v: z.literal(1), boot: boot.exactOptional(), seq: z.number().int().positive().exactOptional(), ts: time, body })
    .refine((envelope) => (envelope.boot === undefined) === (envelope.seq === undefined), 'boot and seq go together')

export const telemetrySchema = envelopeOf(telemetryBodySchema)
export const eventSchema = envelopeOf(eventBodySchema)

export const commandMessageSchema: z.ZodType<CommandMessage> = z.object({
  v: z.literal(1),
  id: z.string().min(1).max(64),
  e: z.number().int().nonnegative(),
  n: z.number().int().nonnegative(),
  boot: boot.nullable(),
  kind: name,
  args: z.record(z.string(), z.unknown()),
  issuedAt: time,
  expiresAt: time,
  mac: z.string().regex(/^[0-9a-f]{64}$/),
})
