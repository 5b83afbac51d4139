import { mpaFromBar } from './convert.ts'

export interface DisplayOptions {
  readonly lang: 'zh' | 'en'
  /** Unit for gauge pressures; stored values stay bar. */
  readonly pressure?: 'bar' | 'MPa'
  /** Decimals; default by unit. */
  readonly digits?: number
}
export interface Display {
  /** Formatted number, '–' for none. */
  readonly value: string
  readonly unit: string
}

const names: Readonly<Record<string, Readonly<Record<'zh' | 'en', string>>>> = {
  '1': { zh: '', en: '' },
  degC: { zh: '℃', en: '°C' },
  'm3/min': { zh: 'm³/min', en: 'm³/min' },
  'm3/h': { zh: 'm³/h', en: 'm³/h' },
  'Nm3/min': { zh: 'Nm³/min', en: 'Nm³/min' },
  m3: { zh: 'm³', en: 'm³' },
  'kW/(m3/min)': { zh: 'kW/(m³/min)', en: 'kW/(m³/min)' },
  'kWh/m3': { zh: 'kWh/m³', en: 'kWh/m³' },
  'm3/kWh': { zh: 'm³/kWh', en: 'm³/kWh' },
  'uS/cm': { zh: 'μS/cm', en: 'µS/cm' },
  'mm/s': { zh: 'mm/s', en: 'mm/s' },
  rpm: { zh: '转/分', en: 'rpm' },
  deg: { zh: '°', en: '°' },
  d: { zh: '天', en: 'd' },
  h: { zh: '小时', en: 'h' },
  min: { zh: '分钟', en: 'min' },
  s: { zh: '秒', en: 's' },
  '1/h': { zh: '次/小时', en: '1/h' },
}

const decimals: Readonly<Record<string, number>> = {
  bar: 2,
  MPa: 3,
  kPa: 1,
  degC: 1,
  'm3/min': 2,
  'Nm3/min': 2,
  'm3/h': 1,
  'kW/(m3/min)': 2,
  'kWh/m3': 4,
  'm3/kWh': 2,
  'mm/s': 1,
  deg: 5,
  rpm: 0,
  V: 0,
  ms: 0,
  s: 0,
  d: 0,
  dBm: 0,
  'uS/cm': 0,
}

/** Unit as people read it: `degC` → ℃ / °C, `m3/min` → m³/min, bar → MPa where chosen. */
export function displayUnit(unit: string, options: DisplayOptions): string {
  const shown = unit === 'bar' && options.pressure === 'MPa' ? 'MPa' : unit
  return names[shown]?.[options.lang] ?? shown
}

/** Number and unit for a stored value; null, NaN and infinities show as '–'. */
export function display(value: number | null, unit: string, options: DisplayOptions): Display {
  const inMpa = unit === 'bar' && options.pressure === 'MPa'
  const shownUnit = displayUnit(unit, options)
  if (value === null || !Number.isFinite(value)) return { value: '–', unit: shownUnit }
  const digits = options.digits ?? decimals[inMpa ? 'MPa' : unit] ?? 1
  return { value: formatNumber(inMpa ? mpaFromBar(value) : value, digits, options.lang), unit: shownUnit }
}

const formats = new Map<string, Intl.NumberFormat>()

export function formatNumber(value: number, digits: number, lang: 'zh' | 'en'): string {
  const key = `${lang}${digits}`
  let format = formats.get(key)
  if (!format) {
    format = new Intl.NumberFormat(lang === 'zh' ? 'zh-CN' : 'en-GB', {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      // No minus before a zero that came from rounding.
      signDisplay: 'negative',
    })
    formats.set(key, format)
  }
  return format.format(value)
}
