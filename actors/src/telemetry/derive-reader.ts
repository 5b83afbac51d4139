import { findPoint } from '@twin/models/kinds'
import type { PointReader } from '@twin/models/stations'
import type { CellReadings } from './cell-readings.ts'
import type { DeviceCore } from './device-core.ts'
import { DAY_S } from './kind-table.ts'

/** How derivation sees the cell, by names. */
export class DeriveReader implements PointReader {
  readonly #cores: ReadonlyMap<string, DeviceCore>
  readonly #readings: CellReadings
  constructor(cores: ReadonlyMap<string, DeviceCore>, readings: CellReadings) {
    this.#cores = cores
    this.#readings = readings
  }
  #find(device: string, point: string): { core: DeviceCore; index: number } | undefined {
    const core = this.#cores.get(device)
    if (core === undefined) return undefined
    const index = findPoint(core.table.kind, point)
    return index < 0 ? undefined : { core, index }
  }
  value(device: string, point: string): number {
    const found = this.#find(device, point)
    if (!found) return NaN
    // OFFLINE is the twin's own word for "not known": a total without that unit is partial.
    if (!found.core.linkUp && found.core.table.special[found.index] === 'runState') return NaN
    return this.#readings.read(found.core, found.index)
  }
  stuckS(device: string, point: string): number {
    const found = this.#find(device, point)
    if (!found) return NaN
    return this.#readings.at(found.core, this.#readings.now).stuckS('self', found.index)
  }
  measures(device: string, point: string): boolean {
    const found = this.#find(device, point)
    return found !== undefined && found.core.slab.isMeasured(found.index)
  }
  count24h(device: string, point: string): number {
    const found = this.#find(device, point)
    if (!found) return NaN
    const { slab } = found.core
    const { now } = this.#readings
    const window = slab.find(found.index, 'count', DAY_S)
    return window?.full(slab.n, now) === true ? window.read(slab.n, now) : NaN
  }
}
