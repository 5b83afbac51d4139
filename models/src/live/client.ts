import { applyPatches, type Patch } from './patch.ts'
import type { FleetView, Frame, Snapshot, StationView } from './types.ts'

export type LiveView = StationView | FleetView

/** What a viewer holds of one topic. Plain and immutable: a new frame makes a new one that shares what did not change. */
export interface LiveTopic<View extends LiveView = LiveView> {
  readonly topic: string
  readonly e: number
  readonly s: number
  /** Server time of the last message, epoch ms. */
  readonly t: number
  /** What is committed, with the provisional patches on top. Show this one. */
  readonly view: View
  /** What is committed. */
  readonly committed: View
  readonly provisional: readonly { readonly patch: Patch; readonly t: number }[]
}

export type LiveStep<View extends LiveView = LiveView> = {
  readonly held: LiveTopic<View> | undefined
  /** applied: `held` is new. dropped: old news. sync: something is missing, ask the server for a snapshot. */
  readonly did: 'applied' | 'dropped' | 'sync'
}

/** Provisional patches that no commit confirmed after this time are forgotten, ms. */
const PROVISIONAL_MS = 10_000

/** The next state of a topic. Pure: never changes what it was given. */
export function liveStep<View extends LiveView = LiveView>(held: LiveTopic<View> | undefined, message: Snapshot | Frame): LiveStep<View> {
  if (message.k === 'snap') {
    if (held && message.e < held.e) return { held, did: 'dropped' }
    const view = message.state as View
    return { held: { topic: message.r, e: message.e, s: message.s, t: message.t, view, committed: view, provisional: [] }, did: 'applied' }
  }
  if (!held) return { held, did: 'sync' }
  if (message.e < held.e) return { held, did: 'dropped' }
  if (message.provisional) {
    // It does not move the sequence: missing one costs nothing, its confirmed patches come anyway.
    if (message.e !== held.e || message.s0 !== held.s || !message.o) return { held, did: 'dropped' }
    const { t } = message
    return {
      held: show(held, t, held.s, held.committed, [...held.provisional, ...message.o.map((patch) => ({ patch, t }))]),
      did: 'applied',
    }
  }
  if (message.e > held.e) return { held, did: 'sync' }
  if (message.s <= held.s) return { held, did: 'dropped' }
  if (message.s0 !== held.s) return { held, did: 'sync' }
  let committed: LiveView = held.committed
  if (message.d && 'slabs' in committed) committed = applyValues(committed, message.d)
  if ('at' in committed) committed = { ...committed, at: message.t }
  if (message.o?.length) committed = applyPatches(committed, message.o)
  const confirmed = new Set(message.o?.map((patch) => patch.path.join('/')))
  const provisional = held.provisional.filter(({ patch, t }) => message.t - t < PROVISIONAL_MS && !confirmed.has(patch.path.join('/')))
  return { held: show(held, message.t, message.s, committed as View, provisional), did: 'applied' }
}

function show<View extends LiveView>(
  held: LiveTopic<View>,
  t: number,
  s: number,
  committed: View,
  provisional: LiveTopic['provisional'],
): LiveTopic<View> {
  const view = applyPatches(
    committed,
    provisional.map(({ patch }) => patch),
  )
  return { topic: held.topic, e: held.e, s, t, view, committed, provisional }
}

/** New view with the values of a frame's `d`; slabs of other devices are shared. */
function applyValues(view: StationView, d: NonNullable<Frame['d']>): StationView {
  const slabs = [...view.slabs]
  const copied = new Set<number>()
  for (let i = 0; i < d.dev.length; i++) {
    const dev = d.dev[i] as number
    const pt = d.pt[i] as number
    let slab = slabs[dev]
    if (!slab) continue
    if (!copied.has(dev)) {
      slab = { val: [...slab.val], ts: [...slab.ts], q: [...slab.q] }
      slabs[dev] = slab
      copied.add(dev)
    }
    slab.val[pt] = d.val[i] as number
    slab.ts[pt] = d.ts[i] as number
    slab.q[pt] = d.q[i] as number
  }
  return { ...view, slabs }
}

export interface LiveState<View extends LiveView = LiveView> {
  readonly topic: string
  current(): LiveTopic<View> | undefined
  /** Takes what the server sent on this topic. `sync` is told once per gap: send `{ op: 'sync', topic }` then. */
  accept(message: Snapshot | Frame): LiveStep<View>['did']
  /** The connection is new: the next snapshot is awaited, frames before it are dropped. */
  reconnected(): void
}

/** One topic as a viewer keeps it: portals, example client and tests alike. */
export function createLiveState<View extends LiveView = LiveView>(topic: string): LiveState<View> {
  let held: LiveTopic<View> | undefined
  let waiting = true
  return {
    topic,
    current: () => held,
    accept(message) {
      if (message.r !== topic || (waiting && message.k === 'f')) return 'dropped'
      // What follows `reconnected` or `sync` is the server's word, even from a server that counts from an older epoch.
      const step = liveStep(waiting ? undefined : held, message)
      if (step.did === 'sync') waiting = true
      else if (step.did === 'applied') {
        waiting = false
        held = step.held
      }
      return step.did
    },
    reconnected() {
      waiting = true
    },
  }
}
