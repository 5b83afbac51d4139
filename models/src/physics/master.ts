import { bandOrder } from './cycle.ts'
import type { MasterOrder, UnitControl, WorldParams, WorldState } from './world.ts'
import { motorTurns, type UnitOrder } from './unit.ts'

/** What the master wants of the units under it, and whether it added or dropped one. */
export interface MasterPlan {
  readonly orders: readonly UnitOrder[]
  readonly added: boolean
  readonly dropped: boolean
  /** m3/min that trim machines take over at once from a unit just dropped (or give up to one just loaded). */
  readonly shift: number
  /** For the record. */
  readonly told: readonly MasterOrder[]
}

const START_STAGGER_S = 10
const LOAD_STAGGER_S = 6

/**
 * Orders for this step. Units in SEQUENCER follow the station's one pressure band while the station runs automatically; the others
 * follow their own pressure switches. A manual load or unload holds until the next order; nothing starts in MAINTENANCE or locked out.
 */
export function masterOrders(params: WorldParams, world: WorldState): MasterPlan {
  const automatic = world.mode === 'AUTO_LOCAL' || world.mode === 'AUTO_CLOUD_PLAN'
  const orders = world.units.map((control, i): UnitOrder => ownOrder(control, world, automatic, params.units[i]?.unit.variant === 'vsd'))
  if (!automatic) return { orders, added: false, dropped: false, shift: 0, told: [] }
  const plan = world.mode === 'AUTO_CLOUD_PLAN' ? (world.plan ?? null) : null
  const all = world.units
    .map((control, i) => ({ control, i, id: params.units[i]?.id ?? '', vsd: params.units[i]?.unit.variant === 'vsd' }))
    .filter(({ control }) => follows(control))
  const low = world.target - world.band / 2
  const high = world.target + world.band / 2
  const place = ({ id }: { readonly id: string }): number => plan?.order.indexOf(id) ?? 0
  const led = plan === null ? all : all.filter((unit) => place(unit) >= 0).toSorted((a, b) => place(a) - place(b))
  const tell = (i: number, order: MasterOrder['order'], cause: MasterOrder['cause'], limit: number): readonly MasterOrder[] => [
    { unit: params.units[i]?.id ?? '', order, cause, headerPressure: world.headerBar, limit },
  ]
  const off = all.find((unit) => place(unit) < 0 && unit.control.state.run === 'LOADED')
  if (off) {
    orders[off.i] = 'unload'
    return { orders, added: false, dropped: true, shift: 0, told: tell(off.i, 'unload', 'off-plan', high) }
  }
  const flowOf = (i: number): number => params.units[i]?.unit.ratedFlow ?? 0
  const trimming = led.find(({ control, vsd }) => vsd && control.state.run === 'LOADED')
  // With the trim machine at its end there is no use in waiting for the lower edge.
  const spent = trimming !== undefined && trimming.control.trim > 0.98
  const edge = spent ? world.target - world.band / 4 : low
  const short = world.headerBar < edge
  const starting = led.some(({ control }) => control.state.run === 'STARTING')
  if (short && !starting) {
    const idle = led.filter(({ control }) => control.state.run === 'UNLOADED' || control.state.run === 'STANDBY')
    // As planned; by itself the trim machine first, then what already turns, then the least used.
    const next =
      plan === null ? idle.toSorted((a, b) => rank(a) - rank(b) || a.control.state.runningHours - b.control.state.runningHours)[0] : idle[0]
    if (next) {
      const turns = motorTurns(next.control.state.run)
      if (world.sinceAdd >= (turns ? LOAD_STAGGER_S : START_STAGGER_S)) {
        orders[next.i] = turns ? 'load' : 'start'
        const told = tell(next.i, turns ? 'load' : 'start', 'below-band', edge)
        return { orders, added: true, dropped: false, shift: turns && !next.vsd ? -flowOf(next.i) : 0, told }
      }
    }
  }
  if (world.headerBar > high && world.sinceDrop >= LOAD_STAGGER_S) {
    const loaded = led.filter(({ control }) => control.state.run === 'LOADED')
    const drop = loaded.findLast(({ vsd }) => !vsd) ?? loaded.find(({ control }) => control.trim <= 0.31)
    if (drop) {
      orders[drop.i] = 'unload'
      return { orders, added: false, dropped: true, shift: drop.vsd ? 0 : flowOf(drop.i), told: tell(drop.i, 'unload', 'above-band', high) }
    }
  }
  return { orders, added: false, dropped: false, shift: 0, told: [] }
}

function rank({ control, vsd }: { readonly control: UnitControl; readonly vsd: boolean }): number {
  return (vsd ? 0 : 2) + (motorTurns(control.state.run) ? 0 : 1)
}

const follows = (control: UnitControl): boolean => control.mode === 'SEQUENCER' && control.manual === 'none'

function ownOrder(control: UnitControl, world: WorldState, automatic: boolean, vsd: boolean): UnitOrder {
  const { run } = control.state
  if (control.manual === 'unload') return run === 'LOADED' ? 'unload' : 'none'
  // Loaded by hand, a machine still protects the line: it unloads above its switch and comes back well below.
  if (control.manual === 'load') {
    if (world.bar >= control.unloadSet + 0.2) return 'unload'
    return run === 'UNLOADED' && world.bar < control.unloadSet - 0.1 ? 'load' : 'none'
  }
  if (control.mode === 'MAINTENANCE') return 'none'
  if (world.mode === 'OFF' || (control.mode === 'SEQUENCER' && automatic)) return 'none'
  // Stopped on purpose stays stopped; only an idle stop ends by itself.
  if (run === 'STOPPED') return 'none'
  const band = vsd
    ? { load: control.targetSet - 0.2, unload: control.targetSet + 0.35 }
    : { load: control.loadSet, unload: control.unloadSet }
  return bandOrder(control.state, world.bar, band)
}

/** Speed a VSD's pressure controller asks for after `dt` s: PI in velocity form, so that nothing winds up. */
export function trimSpeed(control: UnitControl, deviation: number, minSpeed: number, dt: number): number {
  const asked = control.trim + 3 * (deviation - control.deviation) + 0.1 * deviation * dt
  return Math.min(control.maxHertz / 50, Math.max(Math.max(minSpeed, control.minHertz / 50), asked))
}
