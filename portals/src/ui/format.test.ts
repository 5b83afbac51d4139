import { describe, expect, it } from 'vitest'
import { ago, formatBytes, formatDuration, formatNumber, formatPercent, formatTime, formatWithUnit, unitSign } from './format.ts'

describe('formats', () => {
  it('prints numbers with about four figures and never a NaN', () => {
    expect([0, 0.12345, 7.126, 123.44, 12_345.6].map((v) => formatNumber(v))).toEqual(['0', '0.123', '7.13', '123.4', '12,346'])
    expect([Number.NaN, null, undefined, Infinity].map((v) => formatNumber(v))).toEqual(['—', '—', '—', '—'])
    expect(formatNumber(-0.001, 1)).toBe('0.0')
  })
  it('prints units as people write them, and none beside a missing value', () => {
    expect(formatWithUnit(7.1, 'kWh/m3', 2)).toBe('7.10 kWh/m³')
    expect(formatWithUnit(null, 'kW')).toBe('—')
    expect([unitSign('degC'), unitSign('1'), unitSign('bar')]).toEqual(['°C', '', 'bar'])
    expect([formatPercent(0.1234), formatBytes(900), formatBytes(2048)]).toEqual(['12.3 %', '900 B', '2.0 kB'])
  })
  it('prints times in the zone asked for', () => {
    const at = Date.UTC(2026, 2, 1, 20, 5, 9)
    expect(formatTime(at, 'full', 'zh', 'Asia/Shanghai')).toBe('2026-03-02 04:05:09')
    expect(formatTime(at, 'time', 'en', 'UTC')).toBe('20:05:09')
    expect(formatTime(null)).toBe('—')
    // 12/22 of another year is not this December.
    expect(formatTime(Date.UTC(2024, 11, 22, 8), 'minute', 'zh', 'UTC')).toBe('2024-12-22 08:00')
    expect(formatTime(Date.now(), 'dateTime', 'en', 'UTC')).not.toMatch(/20\d\d/)
  })
  it('prints lengths of time in at most two steps', () => {
    expect([500, 65_000, 3_600_000, 90_061_000].map((ms) => formatDuration(ms, 'en'))).toEqual(['< 1 s', '1 min 5 s', '1 h', '1 d 1 h'])
    expect(ago(125_000)).toEqual({ key: 'ago.minutes', n: 2 })
  })
})
