import type { Owner, Readings } from '@twin/models/expressions'
import { NEVER } from '@twin/models/twin'
import type { CellState } from './cell-state.ts'
import type { DeviceCore } from './device-core.ts'
import { BAD, STALE, type Slab } from './slab.ts'

const commandedWords = ['NONE', 'START', 'STOP', 'LOAD', 'UNLOAD']

/** What expressions see of a cell at a moment. One object, pointed at device after device. */
export class CellReadings implements Readings {
  now = 0
  self!: DeviceCore
  station: DeviceCore | undefined
  gateway: DeviceCore | undefined
  params: Readonly<Record<string, unknown>> = {}
  /** Late data: the device's own points are looked up here instead. */
  late: Slab | null = null
  state!: CellState
  /** Of the station: alarms nobody takes note of escalate after this, ms. */
  escalateMs = Infinity

  at(core: DeviceCore, now: number): this {
    this.self = core
    this.now = now
    this.late = null
    return this
  }

  #core(owner: Owner): DeviceCore | undefined {
    return owner === 'self' ? this.self : owner === 'station' ? this.station : this.gateway
  }

  value(owner: Owner, index: number): number {
    const core = this.#core(owner)
    return core === undefined ? NaN : this.read(core, index)
  }

  /** Slab form; NaN when never seen, bad or stale. */
  read(core: DeviceCore, index: number): number {
    const { table } = core
    const slab = this.late !== null && core === this.self ? this.late : core.slab
    if (slab === core.slab && table.special[index] !== null) return this.#special(core, index)
    const q = slab.quality(index)
    if (q === NEVER || q === BAD || q === STALE) return NaN
    if (slab === core.slab && !core.linkUp && !this.#ours(core, index)) return NaN
    if (this.now - slab.at(index) > (table.staleMs[index] as number)) return NaN
    return slab.value(index)
  }

  stuckS(owner: Owner, index: number): number {
    const core = this.#core(owner)
    if (core === undefined) return NaN
    const slot = core.table.layout.stuck[index] ?? -1
    if (slot < 0 || Number.isNaN(this.read(core, index))) return NaN
    const slab = this.late !== null && core === this.self ? this.late : core.slab
    return Math.max(0, (this.now - slab.changedAt(slot)) / 1000)
  }

  avg(owner: Owner, index: number, windowS: number): number {
    return this.#window(owner, index, 'avg', windowS)
  }
  rate(owner: Owner, index: number, windowS: number): number {
    return this.#window(owner, index, 'rate', windowS)
  }
  count(owner: Owner, index: number, windowS: number): number {
    return this.#window(owner, index, 'count', windowS)
  }

  expected(owner: Owner, index: number): boolean {
    const core = this.#core(owner)
    if (core === undefined) return false
    return (
      core.slab.isMeasured(index) ||
      core.table.derived[index] === 1 ||
      core.table.special[index] !== null ||
      core.slab.quality(index) !== NEVER
    )
  }

  detail(owner: Owner, index: number): Readonly<Record<string, number>> | undefined {
    const { fence } = this.state.station
    if (fence === null || this.#core(owner)?.table.special[index] !== 'unauthorizedMovement') return undefined
    return { distance: fence.distance }
  }

  cfg(name: string): number {
    return this.self.setting(name)
  }
  param(name: string): number | string | boolean | undefined {
    const value = this.params[name]
    return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' ? value : undefined
  }

  #window(owner: Owner, index: number, fn: 'avg' | 'rate' | 'count', windowS: number): number {
    const core = this.#core(owner)
    if (core === undefined || Number.isNaN(this.read(core, index))) return NaN
    const slab = this.late !== null && core === this.self ? this.late : core.slab
    return slab.find(index, fn, windowS)?.read(slab.n, this.now) ?? (fn === 'count' ? 0 : NaN)
  }

  /** Points the twin writes or computes do not depend on the device's link. */
  #ours(core: DeviceCore, index: number): boolean {
    return !core.slab.isMeasured(index)
  }

  #plain(core: DeviceCore, index: number): number {
    const { slab } = core
    const q = slab.quality(index)
    if (!core.linkUp || q === NEVER || q === BAD || q === STALE) return NaN
    if (this.now - slab.at(index) > (core.table.staleMs[index] as number)) return NaN
    return slab.value(index)
  }

  #special(core: DeviceCore, index: number): number {
    const device = this.state.devices[core.id]
    if (device === undefined) return NaN
    const { station } = this.state
    const special = core.table.special[index]
    switch (special) {
      case 'runState':
        // Set by the twin on loss of communication, at the same moment the points go stale: no alarm races the link.
        if (!core.linkUp) return device.link.state === 'never' ? NaN : (core.table.kind.points[index]?.values?.indexOf('OFFLINE') ?? NaN)
        return this.#plain(core, index)
      case 'online': {
        if (device.link.state === 'never') return NaN
        if (!core.linkUp) return 0
        const told = this.#plain(core, index)
        return Number.isNaN(told) ? 1 : told
      }
      case 'lastSeenAgeS':
        return core.heardAt === -Infinity ? NaN : Math.max(0, (this.now - core.heardAt) / 1000)
      case 'commandedState':
        return device.commanded === null ? 0 : Math.max(0, commandedWords.indexOf(device.commanded.state))
      case 'commandAgeS':
        return device.commanded === null ? NaN : Math.max(0, (this.now - device.commanded.at) / 1000)
      case 'openRequestAgeS':
        return station.video.since === null ? NaN : Math.max(0, (this.now - station.video.since) / 1000)
      case 'videoAutoOpen':
        return station.video.open ? 1 : 0
      case 'unauthorizedMovement':
        return station.fence === null ? this.#plain(core, index) : 1
      default:
        return NaN
    }
  }
}
