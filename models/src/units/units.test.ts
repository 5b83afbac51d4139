import { describe, expect, it } from 'vitest'
import { airPerKwh, barFromMpa, display, kwhPerM3, mpaFromBar, normalFlow, specificEnergyOf } from './index.ts'

describe('units', () => {
  it('[UN1] bar and MPa', () => {
    expect(mpaFromBar(7)).toBeCloseTo(0.7)
    expect(barFromMpa(0.7)).toBeCloseTo(7)
    expect(display(7.2, 'bar', { lang: 'zh', pressure: 'MPa' })).toEqual({ value: '0.720', unit: 'MPa' })
    expect(display(7.2, 'bar', { lang: 'en' })).toEqual({ value: '7.20', unit: 'bar' })
  })

  it('[UN2] FAD, Nm3 and Sm3', () => {
    expect(normalFlow(1, 'FAD', 'normal')).toBeCloseTo(0.9196, 4)
    expect(normalFlow(1, 'FAD', 'standard')).toBeCloseTo(0.9869, 4)
    expect(normalFlow(normalFlow(25, 'FAD', 'normal'), 'normal', 'FAD')).toBeCloseTo(25)
  })

  it('[UN3] specific energy both ways', () => {
    expect(kwhPerM3(6.3)).toBeCloseTo(0.105)
    expect(airPerKwh(0.105)).toBeCloseTo(9.52, 2)
    expect(specificEnergyOf(airPerKwh(0.112))).toBeCloseTo(0.112)
    expect(airPerKwh(0)).toBeNaN()
  })

  it('[UN3] shows units in both languages and no false numbers', () => {
    expect(display(82.04, 'degC', { lang: 'zh' })).toEqual({ value: '82.0', unit: '℃' })
    expect(display(1234.5, 'm3/min', { lang: 'en' })).toEqual({ value: '1,234.50', unit: 'm³/min' })
    expect(display(-0.001, 'degC', { lang: 'en' }).value).toBe('0.0')
    for (const value of [null, Number.NaN, Infinity]) expect(display(value, 'kW', { lang: 'zh' })).toEqual({ value: '–', unit: 'kW' })
  })
})
