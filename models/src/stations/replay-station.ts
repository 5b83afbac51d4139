import { composeStation } from './compose.ts'
import type { UnitOptions } from './derive-types.ts'
import type { StationConfig } from './types.ts'

export type Recording = 'plant12bar' | 'metro'

const machine = (ratedPower: number, cubicMetresPerHour: number): UnitOptions => ({
  variant: 'fixed',
  ratedPower,
  ratedFlow: Math.round((cubicMetresPerHour / 60) * 100) / 100,
  ratedPressure: 12,
})

/** The station a recording is played into. It has no place on the map: the recordings do not say where they were made. */
export function replayStation(recording: Recording): StationConfig {
  return recording === 'plant12bar' ? plant() : metro()
}

/** A car manufacturer's 12 bar system: six machines as their owner listed them, header flow and electricity metered. */
function plant(): StationConfig {
  return composeStation({
    id: 'replayplant0',
    kind: 'centralStation',
    code: 'RP-12BAR',
    name: '回放：12 bar 空压系统（2018）',
    nameEn: 'Replay: 12 bar plant (2018)',
    region: '310115',
    address: '公开数据集 / public data set',
    position: null,
    // The recording's clock has a fixed offset and no summer time.
    timeZone: 'Etc/GMT-1',
    units: [machine(125, 947), machine(125, 947), machine(125, 947), machine(177, 1326), machine(364, 2604), machine(274, 1902)],
    tanks: [10],
    flowMeter: true,
    pressure: 12,
  })
}

/** The air compressor of a metro train with its reservoir. */
function metro(): StationConfig {
  return composeStation({
    id: 'replaymetro0',
    kind: 'singleModule',
    code: 'RP-METRO',
    name: '回放：地铁列车空压机（MetroPT-3）',
    nameEn: 'Replay: metro train compressor (MetroPT-3)',
    region: '310115',
    address: 'UCI 791, CC BY 4.0',
    position: null,
    timeZone: 'Etc/UTC',
    units: [{ variant: 'fixed', ratedPower: 5.5, ratedFlow: 0.8, ratedPressure: 10 }],
    tanks: [0.5],
    powerMeter: false,
    pressure: 9,
  })
}
