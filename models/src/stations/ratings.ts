import type { PlantLimits } from '../energy/types.ts'
import { unitDefaults, type UnitParams } from '../physics/power.ts'
import type { CounterSource } from './derive-types.ts'
import type { DeviceConfig, StationConfig } from './types.ts'

export function devicesOf(config: StationConfig, kind: string): readonly DeviceConfig[] {
  return config.devices.filter((device) => device.kind === kind)
}

/** Words of a variant such as `vsd+waterCooled`. */
export function hasVariant(device: DeviceConfig, word: string): boolean {
  return device.variant?.split('+').includes(word) ?? false
}

/** Ratings of a compressor as physics wants them; null when flow, power or pressure are not known. */
export function unitParams(device: DeviceConfig): UnitParams | null {
  const { ratedPower, ratedFlow, ratedPressure } = device.settings
  if (ratedPower === undefined || ratedFlow === undefined || ratedPressure === undefined) return null
  return { ...unitDefaults, variant: hasVariant(device, 'vsd') ? 'vsd' : 'fixed', ratedPower, ratedFlow, ratedPressure }
}

/** Sum of all nameplates and the pressure the station makes, for the rules of impossible hours; null without ratings. */
export function plantLimits(config: StationConfig): PlantLimits | null {
  const ratedPower = config.devices.reduce((sum, device) => sum + (device.settings['ratedPower'] ?? 0), 0)
  return ratedPower > 0 ? { ratedPower, pressure: targetPressure(config) } : null
}

/** bar gauge; 7 when the station does not say. */
export function targetPressure(config: StationConfig): number {
  return config.devices.find((device) => device.id === config.id)?.settings['targetPressure'] ?? 7
}

/** Meters at the main connection and on the header: those marked `main`, else the only one there is. */
export function mainPowerMeter(config: StationConfig): DeviceConfig | undefined {
  return mainOf(devicesOf(config, 'powerMeter'))
}
export function headerFlowMeter(config: StationConfig): DeviceConfig | undefined {
  return mainOf(devicesOf(config, 'flowMeter'))
}
function mainOf(meters: readonly DeviceConfig[]): DeviceConfig | undefined {
  return meters.find((meter) => meter.settings['main'] === 1) ?? (meters.length === 1 ? meters[0] : undefined)
}

/** Where the station's energy and air counters are: its main meters, else the station's own totals. */
export function counterSources(config: StationConfig): { readonly energy: CounterSource; readonly air: CounterSource } {
  const power = mainPowerMeter(config)
  const flow = headerFlowMeter(config)
  return {
    energy: power ? { device: power.id, point: 'activeEnergyImport' } : { device: config.id, point: 'totalEnergy' },
    air: flow ? { device: flow.id, point: 'total' } : { device: config.id, point: 'totalAir' },
  }
}
