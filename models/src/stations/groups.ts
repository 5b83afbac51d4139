import { devicesOf } from './ratings.ts'
import type { DeviceConfig, StationConfig } from './types.ts'

/** Name of the compressor group a unit stands in (`texts.group`); null = in none. */
export function groupOf(device: DeviceConfig): string | null {
  const group = device.texts?.['group']?.trim() ?? ''
  return group === '' ? null : group
}

/** Sum of the units' rated flow, m3/min; a unit out of service is not in the configuration. Without those of `without`, e.g. scrapped ones. */
export function ratedFlowOf(config: StationConfig, without: (device: string) => boolean = () => false): number {
  return devicesOf(config, 'compressor')
    .filter((unit) => !without(unit.id))
    .reduce((sum, { settings }) => sum + (settings['ratedFlow'] ?? 0), 0)
}

/** Units a station offers to joint control: those in a group. */
export function jointCandidates(config: StationConfig): readonly DeviceConfig[] {
  return devicesOf(config, 'compressor').filter((unit) => groupOf(unit) !== null)
}
