import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLiveState, liveStep } from './client.ts'
import { applyPatches, type Patch } from './patch.ts'
import type { Frame, Snapshot, StationView } from './types.ts'

const view = (n: number): StationView =>
  ({
    id: 's',
    order: ['s', 'c'],
    kinds: ['station', 'compressor'],
    slabs: [
      { val: [n, n], ts: [0, 0], q: [0, 0] },
      { val: [n, n], ts: [0, 0], q: [0, 0] },
    ],
    devices: {},
    station: { nextN: n, missing: [] },
    at: 0,
  }) as unknown as StationView
const snap = (e: number, s: number, state: StationView): Snapshot => ({ k: 'snap', r: 't', e, s, t: s, state })
const frame = (e: number, s0: number, more: Partial<Frame> = {}): Frame => ({ k: 'f', r: 't', e, s0, s: s0 + 1, t: s0 + 1, ...more })

describe('live state of a viewer', () => {
  it('[LC1] applies what follows, drops what is old, asks when something is missing, once', () => {
    const state = createLiveState<StationView>('t')
    expect(state.accept(frame(1, 0))).toBe('dropped')
    expect(state.accept(snap(1, 5, view(1)))).toBe('applied')
    expect(state.accept(frame(1, 4))).toBe('dropped')
    expect(state.accept(frame(0, 5))).toBe('dropped')
    expect(state.accept(frame(1, 5, { d: { dev: [1], pt: [0], val: [9], ts: [7], q: [2] } }))).toBe('applied')
    expect(state.current()?.view.slabs[1]).toEqual({ val: [9, 1], ts: [7, 0], q: [2, 0] })
    expect(state.accept(frame(1, 8))).toBe('sync')
    expect(state.accept(frame(1, 9))).toBe('dropped')
    expect(state.accept({ ...snap(1, 9, view(2)), r: 'other' })).toBe('dropped')
    expect(state.accept(snap(1, 10, view(3)))).toBe('applied')
    expect(state.accept(frame(2, 10))).toBe('sync')
    expect(state.accept(snap(1, 3, view(4)))).toBe('applied')
  })

  it('[LC2] lays provisional patches over the state until they come confirmed, never twice', () => {
    const add: Patch = { op: 'add', path: ['station', 'missing', 0], value: 'c' }
    let step = liveStep<StationView>(undefined, snap(1, 1, view(1)))
    step = liveStep(step.held, { ...frame(1, 1, { o: [add], provisional: true }), s: 1 })
    expect(step.held?.view.station.missing).toEqual(['c'])
    expect(step.held?.committed.station.missing).toEqual([])
    step = liveStep(step.held, frame(1, 1, { o: [{ op: 'replace', path: ['station', 'nextN'], value: 5 }] }))
    expect(step.held?.view.station).toMatchObject({ missing: ['c'], nextN: 5 })
    step = liveStep(step.held, frame(1, 2, { o: [add] }))
    expect(step.held?.view.station.missing).toEqual(['c'])
    expect(step.held?.provisional).toEqual([])
    step = liveStep(step.held, { ...frame(1, 3, { o: [{ op: 'replace', path: ['at'], value: 1 }], provisional: true, t: 10 }), s: 3 })
    step = liveStep(step.held, { ...frame(1, 3), t: 20_000 })
    expect(step.held?.provisional).toEqual([])
  })

  it('[LC3] any number of clients come to the state of the server, whatever is dropped, repeated, held up or cut', () => {
    const clientCount = 4
    const action = fc.oneof(
      fc.record({ kind: fc.constant('value' as const), dev: fc.nat(1), pt: fc.nat(1), val: fc.integer({ min: 0, max: 99 }) }),
      fc.record({ kind: fc.constant('patch' as const), value: fc.integer({ min: 0, max: 99 }), grow: fc.boolean() }),
      fc.record({
        kind: fc.constantFrom('drop' as const, 'repeat' as const, 'swap' as const, 'cut' as const),
        client: fc.nat(clientCount - 1),
      }),
      fc.record({ kind: fc.constant('provisional' as const), value: fc.nat(9) }),
      fc.constant({ kind: 'epoch' as const }),
      fc.constant({ kind: 'deliver' as const }),
    )
    fc.assert(
      fc.property(fc.array(action, { minLength: 10, maxLength: 120 }), (actions) => {
        let server = view(0)
        let e = 1
        let s = 0
        const clients = Array.from({ length: clientCount }, () => ({
          state: createLiveState<StationView>('t'),
          inbox: [] as (Snapshot | Frame)[],
          asked: true,
        }))
        const send = (message: Frame): void => {
          for (const client of clients) if (!client.asked) client.inbox.push(message)
        }
        const next = (more: Partial<Frame>): void => {
          send({ ...frame(e, s, more), t: s })
          s++
        }
        const settle = (): void => {
          for (const client of clients) {
            // The server answers a request with a snapshot placed behind all frames sent before it.
            if (client.asked) client.inbox.push({ ...snap(e, s, server), t: s })
            client.asked = false
            for (const message of client.inbox.splice(0)) if (client.state.accept(message) === 'sync') client.asked = true
          }
        }
        for (const step of actions) {
          if (step.kind === 'value') {
            const slabs = server.slabs.map((slab) => ({ val: [...slab.val], ts: [...slab.ts], q: [...slab.q] }))
            ;(slabs[step.dev] as { val: number[] }).val[step.pt] = step.val
            server = { ...server, slabs }
            next({ d: { dev: [step.dev], pt: [step.pt], val: [step.val], ts: [0], q: [0] } })
          } else if (step.kind === 'patch') {
            const missing = server.station.missing.length
            const o: Patch[] = step.grow
              ? [{ op: 'add', path: ['station', 'missing', missing], value: String(step.value) }]
              : [{ op: 'replace', path: ['station', 'nextN'], value: step.value }]
            server = applyPatches(server, o)
            next({ o })
          } else if (step.kind === 'provisional') {
            send({
              ...frame(e, s, { o: [{ op: 'add', path: ['station', 'missing', 0], value: `p${step.value}` }], provisional: true }),
              s,
              t: s,
            })
          } else if (step.kind === 'epoch') e++
          else if (step.kind === 'deliver') settle()
          else {
            const client = clients[step.client] as (typeof clients)[number]
            const { inbox } = client
            if (step.kind === 'drop') inbox.splice(0, 1)
            else if (step.kind === 'repeat' && inbox[0]) inbox.push(inbox[0])
            else if (step.kind === 'swap' && inbox.length > 1) inbox.push(inbox.shift() as Frame)
            else if (step.kind === 'cut') {
              inbox.length = 0
              client.state.reconnected()
              client.asked = true
            }
          }
        }
        // One more frame shows every gap; two rounds answer what it makes them ask.
        next({ o: [{ op: 'replace', path: ['station', 'nextN'], value: -1 }] })
        server = applyPatches(server, [{ op: 'replace', path: ['station', 'nextN'], value: -1 }])
        settle()
        settle()
        for (const client of clients) expect({ ...client.state.current()?.committed, at: 0 }).toEqual({ ...server, at: 0 })
      }),
      { numRuns: 400, seed: 42 },
    )
  })
})
