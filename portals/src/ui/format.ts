/** Numbers, units and times as people read them. Pure; NaN, null and undefined print as a dash. */
export const DASH = '—'

const unitSigns: Readonly<Record<string, string>> = {
  '1': '',
  degC: '°C',
  deg: '°',
  m3: 'm³',
  'm3/h': 'm³/h',
  'm3/min': 'm³/min',
  'Nm3/min': 'Nm³/min',
  'kW/(m3/min)': 'kW/(m³/min)',
  'kWh/m3': 'kWh/m³',
  'm3/kWh': 'm³/kWh',
  'uS/cm': 'µS/cm',
}
/** Unit as stored → unit as printed. */
export function unitSign(unit: string): string {
  return unitSigns[unit] ?? unit
}

export type Locale = 'zh' | 'en'
const numberFormats = new Map<number, Intl.NumberFormat>()

function fixed(digits: number): Intl.NumberFormat {
  let format = numberFormats.get(digits)
  if (!format) {
    format = new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
    numberFormats.set(digits, format)
  }
  return format
}

/** Digits that keep about four figures: 0.1234, 12.34, 123.4, 12,345. */
export function digitsFor(value: number): number {
  const size = Math.abs(value)
  if (size === 0 || size >= 1000) return 0
  if (size >= 100) return 1
  if (size >= 1) return 2
  return size >= 0.1 ? 3 : 4
}

export function formatNumber(value: number | null | undefined, digits?: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH
  const text = fixed(digits ?? digitsFor(value)).format(value)
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text
}

export function formatWithUnit(value: number | null | undefined, unit: string, digits?: number): string {
  const text = formatNumber(value, digits)
  const sign = unitSign(unit)
  return sign && text !== DASH ? `${text} ${sign}` : text
}

export function formatPercent(share: number | null | undefined, digits = 1): string {
  return share === null || share === undefined || !Number.isFinite(share) ? DASH : `${fixed(digits).format(share * 100)} %`
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1_048_576) return `${formatNumber(bytes / 1024, 1)} kB`
  return bytes < 2 ** 30 ? `${formatNumber(bytes / 1_048_576, 1)} MB` : `${formatNumber(bytes / 2 ** 30, 1)} GB`
}

const timeFormats = new Map<string, Intl.DateTimeFormat>()
type TimeStyle = 'time' | 'minute' | 'date' | 'dateTime' | 'month' | 'full' | 'fullMinute'
const styles: Readonly<Record<TimeStyle, Intl.DateTimeFormatOptions>> = {
  time: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  minute: { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
  date: { year: 'numeric', month: '2-digit', day: '2-digit' },
  month: { year: 'numeric', month: '2-digit' },
  fullMinute: { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
  dateTime: { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  full: { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
}

const withYear = { dateTime: 'full', minute: 'fullMinute' } as const
/** By the year of the browser's clock: good enough to leave out what everybody knows. */
const thisYear = (at: number): boolean => new Date(at).getFullYear() === new Date().getFullYear()

/**
 * Epoch ms → text in `zone` (an IANA name; the browser's own when absent), as 2026-03-02 04:05:09 in every language: the same form as in
 * fields, files and tables of dates. The year is left out only while it is this one.
 */
export function formatTime(at: number | null | undefined, style: TimeStyle = 'dateTime', _locale: Locale = 'zh', zone?: string): string {
  if (at === null || at === undefined || !Number.isFinite(at) || at <= 0) return DASH
  const shown = (style === 'dateTime' || style === 'minute') && !thisYear(at) ? withYear[style] : style
  const key = `${shown}|${zone ?? ''}`
  let format = timeFormats.get(key)
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { ...styles[shown], hourCycle: 'h23', ...(zone ? { timeZone: zone } : {}) })
    timeFormats.set(key, format)
  }
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]))
  const join = (names: readonly Intl.DateTimeFormatPartTypes[], sign: string): string =>
    names.flatMap((name) => parts.get(name) ?? []).join(sign)
  return [join(['year', 'month', 'day'], '-'), join(['hour', 'minute', 'second'], ':')].filter(Boolean).join(' ')
}

/** A length of time in two steps: 3 d 4 h, 5 min 12 s. */
export function formatDuration(ms: number | null | undefined, locale: Locale = 'zh'): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return DASH
  const units: readonly (readonly [number, string, string])[] = [
    [86_400_000, '天', 'd'],
    [3_600_000, '小时', 'h'],
    [60_000, '分', 'min'],
    [1000, '秒', 's'],
  ]
  if (ms < 1000) return locale === 'zh' ? '不到 1 秒' : '< 1 s'
  const parts: string[] = []
  let rest = ms
  for (const [size, zh, en] of units) {
    const n = Math.floor(rest / size)
    if (n === 0 && parts.length === 0) continue
    rest -= n * size
    if (n > 0) parts.push(`${n} ${locale === 'zh' ? zh : en}`)
    if (parts.length === 2) break
  }
  return parts.slice(0, 2).join(' ')
}

/** Key of the text and its number for "n minutes ago". */
export function ago(ms: number): {
  readonly key: 'ago.now' | 'ago.seconds' | 'ago.minutes' | 'ago.hours' | 'ago.days'
  readonly n: number
} {
  const s = Math.floor(ms / 1000)
  if (s < 2) return { key: 'ago.now', n: 0 }
  if (s < 60) return { key: 'ago.seconds', n: s }
  if (s < 3600) return { key: 'ago.minutes', n: Math.floor(s / 60) }
  return s < 86_400 ? { key: 'ago.hours', n: Math.floor(s / 3600) } : { key: 'ago.days', n: Math.floor(s / 86_400) }
}
