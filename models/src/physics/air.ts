/** Reference of FAD (ISO 1217): 1 bar(a), 20 degC. Compressed air in tanks is taken at 308 K. */
export const P0 = 1
export const T0 = 293.15
export const T_AIR = 308
const KAPPA_EXPONENT = 0.2857

/** Isentropic specific power for making air at a gauge pressure, kW/(m3/min); kappa 1.4, intake 1 bar(a). */
export function isentropicSpecificPower(bar: number): number {
  return (100 / 60) * 3.5 * ((bar + P0) ** KAPPA_EXPONENT - 1)
}

/** Energy no machine can go below, kWh per m3 FAD. */
export function isentropicEnergy(bar: number): number {
  return isentropicSpecificPower(bar) / 60
}

export interface Efficiency {
  /** kW/(m3/min), kWh/m3, m3/kWh; NaN without air or energy. */
  readonly specificPower: number
  readonly specificEnergy: number
  readonly airPerKwh: number
}
export function efficiency(power: number, flow: number): Efficiency {
  const specificPower = flow > 0 ? power / flow : NaN
  return { specificPower, specificEnergy: specificPower / 60, airPerKwh: specificPower > 0 ? 60 / specificPower : NaN }
}

/** bar per minute that a surplus of air (m3/min FAD) adds to a volume (m3). */
export function pressureRate(surplus: number, volume: number): number {
  return (P0 / volume) * (T_AIR / T0) * surplus
}

/** Flow of a choked leak or of unregulated use, which follow absolute pressure. */
export function chokedFlow(reference: number, bar: number, referenceBar: number): number {
  return (reference * (bar + P0)) / (referenceBar + P0)
}

/** Air used only because pressure is above what the process needs. */
export function artificialDemand(unregulated: number, leak: number, bar: number, requiredBar: number): number {
  return ((unregulated + leak) * (bar - requiredBar)) / (requiredBar + P0)
}

/** Loss of dryer or pipe, bar. */
export function pressureLoss(
  flow: number,
  bar: number,
  nominal: { readonly dp: number; readonly flow: number; readonly bar: number },
): number {
  return flow > 0 ? (nominal.dp * (flow / nominal.flow) ** 1.85 * (nominal.bar + P0)) / (bar + P0) : 0
}

export interface Cycle {
  /** s */
  readonly load: number
  readonly unload: number
}
/** Load/unload cycle of one unit at a demand fraction between 0 and 1. */
export function cycleTimes(volume: number, band: number, unitFlow: number, demandFraction: number): Cycle {
  const base = (60 * volume * band) / (unitFlow * (T_AIR / T0))
  return { load: base / (1 - demandFraction), unload: base / demandFraction }
}

/** Saturation vapour pressure over water, hPa (Magnus). */
export function saturationPressure(celsius: number): number {
  return 6.112 * Math.exp((17.62 * celsius) / (243.12 + celsius))
}
export function dewPointOf(vapourHpa: number): number {
  const x = Math.log(vapourHpa / 6.112)
  return (243.12 * x) / (17.62 - x)
}
/** Atmospheric dew point of air whose pressure dew point is known. */
export function atmosphericDewPoint(pressureDewPoint: number, bar: number): number {
  return dewPointOf(saturationPressure(pressureDewPoint) / (bar + P0))
}

/** Water that drops out between intake and a pressure dew point, litres per hour. */
export function condensateRate(
  flow: number,
  intake: { readonly celsius: number; readonly humidity: number },
  outlet: { readonly dewPoint: number; readonly bar: number },
): number {
  const gramsPerM3 = (hPa: number, celsius: number): number => (216.7 * hPa) / (celsius + 273.15)
  const drawn = gramsPerM3((intake.humidity / 100) * saturationPressure(intake.celsius), intake.celsius)
  const kept = gramsPerM3(saturationPressure(outlet.dewPoint), outlet.dewPoint) / (outlet.bar + P0)
  return Math.max(0, (flow * 60 * (drawn - kept)) / 1000)
}

/** Water class of ISO 8573-1:2010 for a pressure dew point; null = wetter than class 6. */
export function waterClass(pressureDewPoint: number): number | null {
  const limits = [-70, -40, -20, 3, 7, 10]
  const at = limits.findIndex((limit) => pressureDewPoint <= limit)
  return at < 0 ? null : at + 1
}

/** A at a line voltage (V). */
export function motorCurrent(power: number, volts = 385, powerFactor = 0.88): number {
  return (1000 * power) / (Math.sqrt(3) * volts * powerFactor)
}
