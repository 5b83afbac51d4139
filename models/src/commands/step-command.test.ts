import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Presence } from '../twin/types.ts'
import { Bench, li, video, wang } from './commands.fixture.ts'
import { type CommandInput, isBeforeDispatch, isFinal, legalPath, nextCommandDue, TRANSITIONS, videoUntil } from './index.ts'

describe('machine', () => {
  it('[CM1] [CM5] [CM12] [CM13] goes the whole way and is done only when the effect is seen', () => {
    const b = new Bench('compressor.stop')
    b.request()
    expect(b.state).toMatchObject({ phase: 'VALIDATED', video: 'opening', deadline: 5000 })
    expect(b.effects).toEqual([{ kind: 'openVideo', station: 's1', reason: 'REMOTE_OPERATION', command: 'c1' }])
    b.now = 1000
    b.take(video(true))
    expect(b.state).toMatchObject({ phase: 'ARMED', video: 'open' })
    expect(nextCommandDue(b.state, b.now)).toBe(1000)
    b.take({ type: 'dispatch' })
    expect(b.checks).toBe(3)
    expect(b.commanded).toBe('STOP')
    expect(b.published).toEqual([
      { v: 1, id: 'c1', e: 3, n: 1, boot: 'b1', kind: 'compressor.stop', args: {}, issuedAt: 1000, expiresAt: 11_000 },
    ])
    expect(b.station.nextN).toBe(2)
    b.take({ type: 'dispatch' })
    b.now = 2000
    b.take({ type: 'ack', ok: true, reason: null })
    expect(b.state).toMatchObject({ phase: 'ACKED', deadline: 62_000 })
    // Telemetry measured before the command went out proves nothing.
    b.trip = { runState: 'STOPPED' }
    b.telemetryAt = 900
    b.take({ type: 'evaluate' })
    expect(b.state.phase).toBe('ACKED')
    b.now = 9000
    b.telemetry({ runState: 'STOPPED' })
    expect(b.state).toMatchObject({ phase: 'EXECUTED', deadline: null, before: { runState: 'LOADED' }, after: { runState: 'STOPPED' } })
    expect(b.commanded).toBe('NONE')
    expect(b.published).toHaveLength(1)
    expect(b.request().facts).toEqual([])
    expect(b.state.steps.map((step) => step.phase)).toEqual(['REQUESTED', 'VALIDATED', 'ARMED', 'DISPATCHED', 'ACKED', 'EXECUTED'])
    expect(videoUntil(b.station.commands, b.now)).toBe(129_000)
    expect(videoUntil(b.station.commands, 129_000)).toBeNull()
  })

  it('[CM12] [CM13] no effect leaves it unverified and the failed-to alarm waiting; what comes late is noted', () => {
    const b = new Bench('compressor.stop')
    b.videoOpen = true
    b.request()
    b.take({ type: 'dispatch' })
    b.take({ type: 'ack', ok: true, reason: null })
    b.now = 59_999
    b.telemetry({})
    expect(b.state.phase).toBe('ACKED')
    b.now = 60_000
    b.take({ type: 'tick' })
    expect(b.state).toMatchObject({ phase: 'UNVERIFIED', after: { runState: 'LOADED' } })
    expect(b.commanded).toBe('STOP')
    b.take({ type: 'ack', ok: true, reason: null })
    b.take({ type: 'ack', ok: true, reason: null })
    expect(b.state.steps.filter((step) => step.phase === 'UNVERIFIED')).toHaveLength(2)
    expect(b.state.detail).toBe('未见执行效果 No effect seen')
    b.now = 70_000
    b.telemetry({ runState: 'STOPPED' })
    expect([b.state.phase, b.commanded]).toEqual(['UNVERIFIED', 'NONE'])
  })

  it('[CM10] video that does not open refuses, or is noted where it is not required', () => {
    for (const fails of [video(false), { type: 'tick' } as const]) {
      const strict = new Bench('compressor.stop')
      strict.request()
      strict.now = fails.type === 'tick' ? 5000 : 10
      strict.take(fails)
      expect(strict.state).toMatchObject({ phase: 'REJECTED', rejectCode: 'VIDEO_UNAVAILABLE', video: 'failed' })
      const lenient = new Bench('compressor.stop', { videoRequired: false })
      lenient.request()
      lenient.now = strict.now
      lenient.take(fails)
      expect(lenient.state).toMatchObject({ phase: 'ARMED', video: 'failed' })
    }
    const plain = new Bench('station.setRemoteLockout')
    plain.request()
    expect(plain.state).toMatchObject({ phase: 'ARMED', video: 'notRequired' })
  })

  it('[CM9] two persons: not the initiator, in time, and checked again', () => {
    const b = new Bench('station.stop')
    b.videoOpen = true
    b.request(li)
    expect(b.state.phase).toBe('AWAITING_APPROVAL')
    expect(b.take({ type: 'approve', by: li }).refused?.reason).toBe('not-permitted')
    expect(b.take({ type: 'approve', by: wang, roles: ['operator'] }).refused?.reason).toBe('not-permitted')
    b.take({ type: 'approve', by: wang, roles: ['engineer'] })
    expect(b.state).toMatchObject({ phase: 'ARMED', approvedBy: wang })
    const late = new Bench('station.stop')
    late.request(li)
    late.now = 300_000
    expect(late.take({ type: 'approve', by: wang }).refused?.reason).toBe('conflict')
    expect(late.state).toMatchObject({ phase: 'EXPIRED', rejectCode: 'APPROVAL_TIMEOUT' })
    const changed = new Bench('station.stop')
    changed.request(li)
    changed.trip = { remoteLockout: true }
    changed.take({ type: 'approve', by: wang })
    expect(changed.state).toMatchObject({ phase: 'REJECTED', rejectCode: 'LOCKOUT', approvedBy: wang })
  })

  it('[CM4] [CM5] an occupied room, a lock or a lost link stop it before it is sent, a cancellation too', () => {
    const armed = () => {
      const b = new Bench('compressor.stop')
      b.videoOpen = true
      b.request()
      return b
    }
    const occupied = armed()
    occupied.take({ type: 'occupied' })
    expect(occupied.state).toMatchObject({ phase: 'ABORTED', rejectCode: 'ROOM_OCCUPIED' })
    const unseen = armed()
    unseen.station = { ...unseen.station, presence: 'unknown' }
    unseen.take({ type: 'dispatch' })
    expect(unseen.state).toMatchObject({ phase: 'ABORTED', rejectCode: 'ROOM_OCCUPIED' })
    const locked = armed()
    locked.trip = { 'station.remoteLockout': true }
    locked.take({ type: 'dispatch' })
    expect(locked.state).toMatchObject({ phase: 'ABORTED', rejectCode: 'LOCKOUT' })
    const cancelled = armed()
    cancelled.take({ type: 'cancel', by: wang })
    expect(cancelled.state).toMatchObject({ phase: 'ABORTED', rejectCode: 'CANCELLED' })
    const expired = armed()
    expired.now = 10_000
    expired.take({ type: 'dispatch' })
    expect(expired.state).toMatchObject({ phase: 'EXPIRED' })
    for (const b of [occupied, unseen, locked, cancelled, expired]) expect(b.published).toEqual([])
    const withheld = armed()
    withheld.take({ type: 'dispatch' })
    withheld.take({ type: 'withhold', rejectCode: 'ROOM_OCCUPIED', detail: '' })
    expect(withheld.state).toMatchObject({ phase: 'ABORTED', rejectCode: 'ROOM_OCCUPIED' })
    expect(withheld.commanded).toBe('NONE')
    const sent = armed()
    sent.take({ type: 'dispatch' })
    expect(sent.take({ type: 'cancel', by: li }).refused?.reason).toBe('conflict')
  })

  it('[CM11] refused by the device, unanswered, and repeated only when idempotent', () => {
    const refused = new Bench('compressor.stop', { videoRequired: false })
    refused.videoOpen = true
    refused.request()
    refused.take({ type: 'dispatch' })
    refused.take({ type: 'ack', ok: false, reason: 'LOCAL' })
    expect(refused.state).toMatchObject({ phase: 'FAILED', rejectCode: 'DEVICE_REFUSED' })
    expect([refused.commanded, refused.state.detail]).toEqual(['NONE', '设备拒绝执行 Refused by the device: LOCAL'])
    const silent = new Bench('station.setTargetPressure')
    silent.videoOpen = true
    silent.request()
    silent.take({ type: 'dispatch' })
    for (const now of [5000, 10_000, 15_000]) {
      silent.now = now
      silent.take({ type: 'tick' })
    }
    expect(silent.state.phase).toBe('FAILED')
    expect(silent.published).toHaveLength(2)
    expect(silent.published[1]).toEqual(silent.published[0])
  })

  it('a lock-out and a plan that took effect become facts of the station', () => {
    const lock = new Bench('station.setRemoteLockout')
    lock.request()
    lock.take({ type: 'dispatch' })
    lock.take({ type: 'ack', ok: true, reason: null })
    lock.now = 10
    lock.trip = { remoteLockout: true }
    lock.telemetryAt = 10
    expect(lock.take({ type: 'evaluate' }).facts).toContainEqual({ kind: 'lockout.changed', v: 1, at: 10, body: { by: 'li' } })
    const plan = new Bench('station.applySequencePlan')
    plan.request()
    plan.take({ type: 'dispatch' })
    expect(plan.take({ type: 'ack', ok: true, reason: null }).facts.map((fact) => fact.kind)).toContain('plan.changed')
  })
})

describe('machine under random input', () => {
  const inputs = fc.array(
    fc.record({
      wait: fc.constantFrom(0, 0, 10, 500, 5000, 70_000),
      presence: fc.constantFrom<Presence>('vacant', 'vacant', 'vacant', 'occupied', 'unknown'),
      lockout: fc.constantFrom(false, false, false, true, null),
      effect: fc.boolean(),
      videoOpen: fc.boolean(),
      input: fc.oneof(
        fc.constantFrom<CommandInput>(
          { type: 'approve', by: wang },
          { type: 'approve', by: li },
          { type: 'cancel', by: li },
          video(true),
          video(false),
          { type: 'occupied' },
          { type: 'abort', rejectCode: 'EMERGENCY_ACTIVE', detail: '' },
          { type: 'ack', ok: false, reason: 'LOCAL' },
          { type: 'withhold', rejectCode: 'ROOM_OCCUPIED', detail: '' },
        ),
        fc.constantFrom<CommandInput>(
          { type: 'dispatch' },
          { type: 'ack', ok: true, reason: null },
          { type: 'evaluate' },
          { type: 'tick' },
          video(true),
        ),
      ),
    }),
    { maxLength: 25 },
  )
  const codes = [
    'compressor.start',
    'compressor.stop',
    'station.stop',
    'station.setTargetPressure',
    'station.setRemoteLockout',
    'gateway.restart',
  ]

  it('[CM1] [CM4] [CM11] never leaves the machine, never publishes into a room that may be occupied, never twice', () => {
    const reached = new Set<string>()
    fc.assert(
      fc.property(fc.constantFrom(...codes), fc.boolean(), inputs, (code, videoRequired, steps) => {
        const b = new Bench(code, { videoRequired })
        const base = b.trip
        b.request()
        for (const { wait, presence, lockout, effect, videoOpen, input } of steps) {
          b.now += wait
          b.videoOpen = videoOpen
          b.station = { ...b.station, presence }
          const own = code.startsWith('station.')
          b.trip = { ...base, [own ? 'remoteLockout' : 'station.remoteLockout']: lockout, ...(effect ? { runState: 'STOPPED' } : {}) }
          b.telemetryAt = b.now
          const before = b.state
          const sent = b.published.length
          b.take(input)
          const after = b.state
          expect([
            before.phase,
            ...TRANSITIONS[before.phase],
            ...TRANSITIONS[before.phase].flatMap((phase) => TRANSITIONS[phase]),
          ]).toContain(after.phase)
          expect(isFinal(before.phase) && after.phase !== before.phase).toBe(false)
          expect(isFinal(after.phase)).toBe(after.deadline === null)
          const first = isBeforeDispatch(before.phase) && b.published.length > sent
          expect(first && presence !== 'vacant' && b.command.definition.presenceForbids).toBe(false)
          expect(first && lockout !== false && code !== 'gateway.restart' && code !== 'station.setRemoteLockout').toBe(false)
        }
        expect(legalPath(b.state.steps)).toBe(true)
        const { idempotent } = b.command.definition
        expect(b.published.length).toBeLessThanOrEqual(idempotent ? 3 : 1)
        expect(new Set(b.published.map((message) => `${message.id} ${message.n} ${message.expiresAt}`)).size).toBeLessThanOrEqual(1)
        reached.add(b.state.phase)
      }),
      { numRuns: 6000 },
    )
    for (const phase of ['EXECUTED', 'REJECTED', 'EXPIRED', 'FAILED', 'UNVERIFIED', 'ABORTED']) expect(reached).toContain(phase)
  })
})
