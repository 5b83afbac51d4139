import { devicesOf, headerFlowMeter, mainPowerMeter, replayStation, type StationConfig } from '@twin/models/stations'
import { metroRows } from './metro.ts'
import { plantRows, readPlant, type PlantRows } from './plant.ts'
import type { Track } from './player.ts'

export interface Recording {
  /** Its own station, with the devices that measured it. */
  readonly station: StationConfig
  readonly tracks: readonly Track[]
  /** null: of a train, which has no meters. */
  readonly plant: PlantRows | null
}

/** Text of one of the measured data sets. */
export function readRecording(text: string): Recording {
  const plant = text.startsWith('hour_start') ? plantRows(readPlant(text)) : null
  const station = replayStation(plant ? 'plant12bar' : 'metro')
  return { station, plant, tracks: plant ? plantTracks(station, plant) : metroTracks(station, text) }
}

function plantTracks(station: StationConfig, { flow, power }: PlantRows): Track[] {
  const flowMeter = headerFlowMeter(station)
  const powerMeter = mainPowerMeter(station)
  if (!flowMeter || !powerMeter) throw new Error('the plant has no meters')
  return [
    { device: flowMeter.id, kind: 'flowMeter', ...flow },
    { device: powerMeter.id, kind: 'powerMeter', ...power },
  ]
}

function metroTracks(station: StationConfig, text: string): Track[] {
  const rows = metroRows(text)
  const first = (kind: 'compressor' | 'tank' | 'station'): string => devicesOf(station, kind)[0]?.id ?? ''
  return (['compressor', 'tank', 'station'] as const).map((kind) => ({ device: first(kind), kind, ...rows[kind] }))
}
