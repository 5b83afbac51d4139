import { SHARDS, shardOf } from '@twin/actors/runtime'
import type { StationConfig } from '@twin/models/stations'

/** Master data of all stations of the installation, wherever they live. */
export class Catalogue {
  readonly #stations = new Map<string, StationConfig>()
  readonly #stationOf = new Map<string, string>()
  readonly #byShard: Map<string, StationConfig>[] = Array.from({ length: SHARDS }, () => new Map())

  stations(): readonly StationConfig[] {
    return [...this.#stations.values()]
  }
  station(id: string): StationConfig | undefined {
    return this.#stations.get(id)
  }
  stationOf(device: string): StationConfig | undefined {
    return this.#stations.get(this.#stationOf.get(device) ?? '')
  }
  inShard(shard: number): readonly StationConfig[] {
    return [...(this.#byShard[shard]?.values() ?? [])]
  }
  populated(): ReadonlySet<number> {
    return new Set(this.#byShard.flatMap((stations, shard) => (stations.size > 0 ? [shard] : [])))
  }
  put(config: StationConfig): void {
    this.remove(config.id)
    this.#stations.set(config.id, config)
    this.#byShard[shardOf(config.id)]?.set(config.id, config)
    for (const { id } of config.devices) this.#stationOf.set(id, config.id)
  }
  remove(id: string): void {
    for (const device of this.#stations.get(id)?.devices ?? []) if (this.#stationOf.get(device.id) === id) this.#stationOf.delete(device.id)
    this.#stations.delete(id)
    this.#byShard[shardOf(id)]?.delete(id)
  }
}
