import type { EventBody, RejectReason } from '@twin/models/wire'
import { readTelemetry, topicOf, type Reject } from '@twin/models/wire'
import { findPoint } from '@twin/models/kinds'
import type { CursorRow, DeadLetter, DeviceInput, Outcome } from '../ports.ts'
import { evaluateDevice, evaluateLate, heard, stateOfDevice, stepEvent } from '../device/device-actor.ts'
import { advance, isLate, type Cursor, type DeviceCore } from '../telemetry/index.ts'
import type { Cell } from './cell.ts'
import { linkLost, linkMoved } from './links.ts'
import type { Turn } from './turn.ts'

/** A store-and-forward device may have been away for a year, not for ever. */
const MAX_AGE_MS = 400 * 86_400_000
const MAX_LETTER = 64 * 1024
/** A device is asked this often at most. */
const REBIRTH_MS = 60_000

/** Cursor check, before anything else looks at the message: where the cursor moves to when it is done with; null = taken before, undefined = nothing to move. */
export function nextCursor(core: DeviceCore, { envelope, channel }: DeviceInput): Cursor | null | undefined {
  // A last will was written when the connection was made, so its sequence says nothing; it can only repeat what is known.
  if (envelope.boot === undefined || envelope.seq === undefined || isDeath(channel, envelope)) return undefined
  return advance(core.cursors[channel], bootOf(envelope.boot), envelope.seq)
}

export function moveCursor(core: DeviceCore, { envelope, channel }: DeviceInput, next: Cursor): CursorRow {
  const { boot, seq } = next
  core.cursors[channel] = next
  const other = core.cursors[channel === 't' ? 'e' : 't']
  // What still comes of a boot that the other channel has left behind is taken, but no longer what the device asks for.
  const past = other !== undefined && other.boot !== boot && other.older.includes(boot)
  if (!past) core.boot = envelope.boot ?? null
  const across = other?.boot === boot ? other.seq : 0
  const safe = past ? null : core.safe.take(boot, seq, seq, across)
  return { device: core.id, channel, boot, seq, safe }
}

const bootOf = (boot: string | number): string => (typeof boot === 'string' ? boot : String(boot))

function isDeath(channel: 't' | 'e', envelope: DeviceInput['envelope']): boolean {
  return channel === 'e' && (envelope.body as EventBody).type === 'death'
}

/** Takes one message of a device in its cell. What it reports goes in whatever becomes of parts of it. */
export function receive(cell: Cell, turn: Turn, core: DeviceCore, input: DeviceInput): Outcome {
  const boot = input.envelope.boot === undefined ? null : bootOf(input.envelope.boot)
  turn.actor = core.address
  if (cell.state.devices[core.id]?.held?.some(({ kind }) => kind === 'scrapped') === true) {
    refuse(turn, core, input, [{ reason: 'not-permitted', point: '', detail: '设备已报废 the device is scrapped' }])
    return 'rejected'
  }
  return input.channel === 't' ? receiveTelemetry(cell, turn, core, input, boot) : receiveEvent(cell, turn, core, input, boot)
}

function receiveTelemetry(cell: Cell, turn: Turn, core: DeviceCore, input: DeviceInput, boot: string | null): Outcome {
  const own = stateOfDevice(cell.context(core, turn.wall))
  const replay = own.replay !== null
  const limits = {
    now: turn.wall,
    futureToleranceMs: cell.config.policy.futureToleranceMs,
    maxAgeMs: replay ? Infinity : MAX_AGE_MS,
  }
  const reading = readTelemetry(core.table.kind, own.declared, input.envelope, limits)
  core.heardAt = Math.max(core.heardAt, turn.wall)
  const before = core.telemetryAt
  // Stored data alone does not bring a device back on line: its points are as old as before.
  const live = replay || reading.samples.length === 0 || reading.samples.some((sample) => turn.wall - sample.at <= cell.lateMs)
  const moved = live ? heard(cell.context(core, turn.wall), boot) : []
  turn.say(core.address, moved)
  for (const sample of reading.samples) {
    const dirty: number[] = []
    const row = {
      device: core.id,
      kind: core.config.kind,
      at: sample.at,
      received: turn.wall,
      values: sample.values,
      quality: sample.quality,
      origin: replay ? ('replay' as const) : ('measured' as const),
    }
    turn.row(row, dirty)
    if (isLate(row, cell.lateMs)) {
      lateAlarms(cell, turn, core, sample.at, dirty)
      turn.say(core.address, evaluateDevice(cell.context(core, turn.wall), []))
    } else {
      if (dirty.length > 0) cell.changed = true
      if (core === cell.own) turn.say(core.address, reportedPosition(cell, core, sample.at, dirty))
      turn.say(core.address, evaluateDevice(cell.context(core, turn.wall), dirty))
    }
  }
  for (const { point, text, at } of reading.texts) {
    if (own.texts[point] !== text) turn.say(core.address, [{ kind: 'text.changed', v: 1, at, body: { point, text } }])
  }
  if (moved.length > 0) linkMoved(cell, turn, core)
  // After a gap the values that did not change are missing: the device is asked to tell all.
  const gap = core.telemetryAt > before && turn.wall - before > cell.lateMs
  if (!replay && (gap || reading.rejects.some((reject) => reject.reason === 'no-birth'))) askRebirth(cell, turn, core)
  refuse(turn, core, input, reading.rejects)
  return reading.samples.length + reading.texts.length === 0 && reading.rejects.length > 0 ? 'rejected' : 'accepted'
}

function askRebirth(cell: Cell, turn: Turn, core: DeviceCore): void {
  if (turn.wall - Math.max(core.bornAt, core.rebirthAskedAt) < REBIRTH_MS) return
  core.rebirthAskedAt = turn.wall
  turn.effects.push({ kind: 'requestRebirth', station: cell.config.id, device: core.id })
}

function lateAlarms(cell: Cell, turn: Turn, core: DeviceCore, at: number, dirty: readonly number[]): void {
  const slab = core.backlog
  if (slab === null) return
  const states = cell.historical.get(core.id) ?? {}
  turn.say(core.address, evaluateLate(cell.context(core, turn.wall), slab, states, at, dirty))
}

/** The station's own device may report where it is as points. */
function reportedPosition(cell: Cell, core: DeviceCore, at: number, dirty: readonly number[]) {
  const lat = findPoint(core.table.kind, 'latitude')
  const lng = findPoint(core.table.kind, 'longitude')
  if (!dirty.includes(lat) && !dirty.includes(lng)) return []
  const { slab } = core
  const position = { lat: slab.value(lat), lng: slab.value(lng), at, source: 'gnss' as const, accuracy: null, by: null }
  if (!Number.isFinite(position.lat) || !Number.isFinite(position.lng)) return []
  return [{ kind: 'position.changed' as const, v: 1 as const, at, body: position }]
}

function receiveEvent(cell: Cell, turn: Turn, core: DeviceCore, input: DeviceInput, boot: string | null): Outcome {
  const body = input.envelope.body as EventBody
  const at = input.envelope.ts
  if (at > turn.wall + cell.config.policy.futureToleranceMs) {
    refuse(turn, core, input, [{ reason: 'future', point: '', detail: `${at - turn.wall} ms ahead` }])
    return 'rejected'
  }
  if (body.type === 'birth' && body.kind !== core.config.kind) {
    refuse(turn, core, input, [{ reason: 'wrong-type', point: '', detail: `born as ${body.kind}, registered as ${core.config.kind}` }])
    return 'rejected'
  }
  if (body.type === 'birth') core.bornAt = turn.wall
  if (body.type !== 'death') core.heardAt = Math.max(core.heardAt, turn.wall)
  const facts = stepEvent(cell.context(core, turn.wall), body, boot, at)
  turn.say(core.address, facts)
  if (facts.some((fact) => fact.kind === 'link.changed')) {
    if (body.type === 'death') linkLost(cell, turn, core)
    else linkMoved(cell, turn, core)
  }
  return 'accepted'
}

function refuse(turn: Turn, core: DeviceCore, input: DeviceInput, rejects: readonly Reject[]): void {
  if (rejects.length === 0) return
  const counts = new Map<RejectReason, number>()
  for (const { reason } of rejects) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  for (const [reason, count] of counts) turn.rejects.push({ device: core.id, reason, count })
  for (const reason of counts.keys()) {
    if (!core.letters.allow(reason, turn.wall)) continue
    const details = rejects
      .filter((reject) => reject.reason === reason)
      .map(({ point, detail }) => (point === '' ? detail : `${point}: ${detail}`))
    turn.letters.push(letterOf(input, reason, details.join('; ').slice(0, 2000)))
  }
}

/** The message as it came, near enough for a person to see what was wrong. */
export function letterOf(input: DeviceInput, reason: RejectReason, detail: string): DeadLetter {
  const { org, station, device, channel, envelope, received } = input
  const payload = new TextEncoder().encode(JSON.stringify(envelope)).subarray(0, MAX_LETTER)
  return { device, topic: topicOf({ org, station, channel, device }), reason, detail, payload, received }
}
