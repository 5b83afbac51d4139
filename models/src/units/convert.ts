/** Pressure: gauge bar inside, MPa on most Chinese panels. */
export const mpaFromBar = (bar: number): number => bar / 10
export const barFromMpa = (mpa: number): number => mpa * 10

/** State of the gas a volume is stated at: bar absolute and kelvin. */
export interface FlowReference {
  readonly pressure: number
  readonly temperature: number
}

/** FAD: ISO 1217. normal: 0 °C, 101.325 kPa (Nm3). standard: 20 °C, 101.325 kPa (Sm3, 标况 on Chinese meters). All dry. */
export const flowReferences = {
  FAD: { pressure: 1, temperature: 293.15 },
  normal: { pressure: 1.013_25, temperature: 273.15 },
  standard: { pressure: 1.013_25, temperature: 293.15 },
} as const satisfies Readonly<Record<string, FlowReference>>

/** m3 at `to` for each m3 at `from`, by the ideal gas law: 1 m3 FAD = 0.9196 Nm3 = 0.9869 Sm3. */
export function volumeFactor(from: FlowReference, to: FlowReference): number {
  return (from.pressure / to.pressure) * (to.temperature / from.temperature)
}

/** Flow in m3/min (or volume in m3) from one reference to another. */
export function normalFlow(flow: number, from: keyof typeof flowReferences, to: keyof typeof flowReferences): number {
  return flow * volumeFactor(flowReferences[from], flowReferences[to])
}

/** kWh/m3 from specific power in kW/(m3/min). */
export const kwhPerM3 = (specificPower: number): number => specificPower / 60

/** 气电比 m3/kWh from kWh/m3, and back: each is the other's reciprocal. NaN for 0 or less. */
export const airPerKwh = (specificEnergy: number): number => (specificEnergy > 0 ? 1 / specificEnergy : Number.NaN)
export const specificEnergyOf = (airPerEnergy: number): number => (airPerEnergy > 0 ? 1 / airPerEnergy : Number.NaN)
