import { describe, expect, it } from 'vitest'
import { schemas } from '../api/index.ts'
import { kindOf, appliesTo, configValue } from '../kinds/index.ts'
import {
  composeStation,
  counterSources,
  demoFleet,
  deriveDevice,
  deriveStation,
  enumIndex,
  plantLimits,
  replayStation,
  type PointReader,
  type StationConfig,
} from './index.ts'

const fleet = demoFleet()
const all = [...fleet, replayStation('plant12bar'), replayStation('metro')]

const LOADED = enumIndex('compressor', 'runState', 'LOADED')
const UNLOADED = enumIndex('compressor', 'runState', 'UNLOADED')

function readerOf(values: Readonly<Record<string, number>>, measured: readonly string[] = [], stuck = 1000): PointReader {
  return {
    value: (device, point) => values[`${device}.${point}`] ?? NaN,
    stuckS: () => stuck,
    measures: (device, point) => measured.includes(`${device}.${point}`),
    count24h: (device, point) => values[`24h:${device}.${point}`] ?? NaN,
  }
}

describe('compositions', () => {
  it('are accepted by the API, with ids that never collide and pipes that join devices', () => {
    const ids = all.flatMap((station) => station.devices.map((device) => device.id))
    expect(new Set(ids).size).toBe(ids.length)
    for (const station of all) {
      expect(() => schemas.stationConfig.parse(station)).not.toThrow()
      expect(station.devices[0]).toMatchObject({ id: station.id, kind: 'station' })
      const known = station.devices.map((device) => device.id)
      expect(known).toEqual(expect.arrayContaining(station.pipes.flatMap((pipe) => [pipe.from, pipe.to])))
    }
  })
  it('make a demo of twelve placed stations of three kinds in twelve provinces', () => {
    expect(fleet).toHaveLength(12)
    expect(new Set(fleet.map((station) => station.region.slice(0, 2))).size).toBe(12)
    expect(new Set(fleet.map((station) => station.kind)).size).toBe(3)
    expect(fleet.every((station) => station.position !== null && !station.policy.videoRequired && station.nameEn !== '')).toBe(true)
    const devices = fleet.reduce((sum, station) => sum + station.devices.length, 0)
    expect(devices).toBeGreaterThanOrEqual(75)
    expect(devices).toBeLessThanOrEqual(95)
  })
  it('use kinds, variants and settings that exist, and no two machines in one place', () => {
    for (const station of all) {
      const places = station.devices.slice(1).map((device) => device.placement.position.join())
      expect(new Set(places).size).toBe(places.length)
      for (const device of station.devices) {
        const kind = kindOf(device.kind)
        for (const word of device.variant?.split('+') ?? []) expect(kind.variants, `${device.kind} ${word}`).toContain(word)
        for (const name of Object.keys(kind.config)) expect(configValue(kind, name, device.variant, device.settings)).not.toBeNaN()
        expect(kind.points.some((point) => appliesTo(kind, point, device.variant))).toBe(true)
      }
    }
  })
  it('give the recorded plant its 1190 kW at 12 bar', () => {
    const plant = replayStation('plant12bar')
    expect(plantLimits(plant)).toEqual({ ratedPower: 1190, pressure: 12 })
    expect(counterSources(plant)).toMatchObject({ energy: { point: 'activeEnergyImport' }, air: { point: 'total' } })
  })
})

describe('derived values', () => {
  const config: StationConfig = composeStation({
    id: 'teststation0',
    kind: 'smartStation',
    code: 'T',
    name: 'T',
    nameEn: 'T',
    region: '310000',
    address: '',
    position: null,
    units: [
      { variant: 'fixed', ratedPower: 75, ratedFlow: 12, ratedPressure: 7 },
      { variant: 'fixed', ratedPower: 75, ratedFlow: 12, ratedPressure: 7 },
    ],
    tanks: [2],
    flowMeter: true,
  })
  const id = (code: string): string => config.devices.find((device) => device.code === code)?.id ?? ''
  const [one, two, meter, power] = [id('AC-1'), id('AC-2'), id('FM-1'), id('PM-1')]
  const base = {
    [`${one}.runState`]: LOADED,
    [`${one}.activePower`]: 75,
    [`${one}.deliveredFlow`]: 12,
    [`${one}.dischargePressure`]: 7,
    [`${two}.runState`]: UNLOADED,
    [`${two}.activePower`]: 20,
    [`${two}.deliveredFlow`]: 0,
    [`${two}.dischargePressure`]: 7,
    [`${meter}.flow`]: 11.5,
    [`${meter}.total`]: 1000,
    [`${meter}.pressure`]: 6.8,
    [`${power}.activePower`]: 98,
    [`${power}.activeEnergyImport`]: 120,
  }
  it('take the meters and count the units', () => {
    const { values, missing, grade } = deriveStation(config, readerOf(base))
    expect(values).toMatchObject({ headerFlow: 11.5, totalPower: 98, totalAir: 1000, totalEnergy: 120, headerPressure: 6.8 })
    expect(values).toMatchObject({ runningUnits: 2, loadedUnits: 1, availableCapacity: 24, largestUnitCapacity: 12 })
    expect(values['specificPower']).toBeCloseTo(98 / 11.5, 6)
    expect(values['airPerKwh']).toBeCloseTo((60 * 11.5) / 98, 6)
    // One machine cycles at 96 % on 2.2 m3, one idles at a quarter, and 3 kW are auxiliaries.
    expect(values['expectedSpecificEnergy']).toBeCloseTo((73.5 + 18.75 + 3) / 11.5 / 60, 3)
    expect(values['leakFlow']).toBeNaN()
    expect(missing).toEqual([])
    expect(grade).toBe(2)
    expect(deriveStation(config, readerOf(base), { flow: 2.3 }).values['leakPercent']).toBeCloseTo(20, 6)
    expect(deriveStation(config, readerOf(base), { flow: 2.3, mean: 9.2 }).values['leakPercent']).toBeCloseTo(25, 6)
  })
  it('fall back to partial sums that name what they lack', () => {
    const { values, missing } = deriveStation(config, readerOf({ ...base, [`${meter}.flow`]: NaN, [`${two}.deliveredFlow`]: NaN }))
    expect(values['headerFlow']).toBe(12)
    expect(missing).toEqual([meter, two])
    const nothing = deriveStation(config, readerOf({}))
    expect(nothing.values['headerFlow']).toBeNaN()
    expect(nothing.values['runningUnits']).toBeNaN()
    expect(nothing.missing).toEqual(expect.arrayContaining([one, two, meter, power]))
    expect(nothing.grade).toBeNull()
  })
  it('leave alone what the station measures itself', () => {
    const own = `${config.id}.headerFlow`
    const { values } = deriveStation(config, readerOf({ ...base, [own]: 9 }, [own]))
    expect(values).not.toHaveProperty('headerFlow')
    expect(values['specificPower']).toBeCloseTo(98 / 9, 6)
  })
  it('know what a machine should need', () => {
    expect(deriveDevice(config, one, readerOf(base), 0)['expectedPower']).toBeCloseTo(75, 6)
    expect(deriveDevice(config, one, readerOf(base), 0)['specificPower']).toBeCloseTo(6.25, 6)
    expect(deriveDevice(config, one, readerOf(base, [], 10), 0)['specificPower']).toBeNaN()
    expect(deriveDevice(config, two, readerOf(base, [], 1e6), 0)['expectedPower']).toBeCloseTo(75 * 0.25, 6)
    const tank = deriveDevice(config, id('TK-1'), readerOf({}), Date.UTC(2029, 5, 20))
    expect(tank).toEqual({ inspectionDueDays: 10, safetyValveDueDays: -537 })
  })
})
