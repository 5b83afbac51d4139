import { defineDeviceKind, part } from '../define.ts'
import { alarms, notices } from './alarms.ts'
import { commands } from './commands.ts'
import { points } from './points.ts'

export const compressor = defineDeviceKind({
  kind: 'compressor',
  label: { zh: '空压机', en: 'Compressor' },
  variants: ['fixed', 'vsd', 'twoStage', 'waterCooled', 'airCooled'],
  variantGroups: [
    ['fixed', 'vsd'],
    ['airCooled', 'waterCooled'],
  ],
  points,
  alarms,
  notices,
  commands,
  config: {
    ratedCurrent: { default: 145, unit: 'A' },
    maxStartsPerHour: { default: 6, unit: '1/h', note: 'common controllers allow 6 or 10' },
    maxLoadCyclesPerHour: { default: 60, unit: '1/h' },
    referenceSpecificPower: { default: 6.3, unit: 'kW/(m3/min)', note: 'commissioning baseline or GB 19153 grade value' },
  },
  shape: {
    size: [2, 1.6, 1.4],
    parts: [
      part('box', 'accent', [2, 0.12, 1.4], [0, 0.06, 0]),
      part('box', 'body', [2, 1.4, 1.4], [0, 0.82, 0]),
      part('box', 'accent', [0.9, 0.08, 1.1], [0.45, 1.56, 0]),
      part('cylinder', 'spin', [0.7, 0.06, 0.7], [0.45, 1.58, 0]),
      part('box', 'accent', [0.5, 0.36, 0.03], [-0.6, 1.15, 0.71]),
      part('box', 'state', [0.5, 0.05, 0.04], [-0.6, 1.39, 0.71]),
      part('box', 'accent', [0.03, 0.8, 0.9], [1.005, 0.75, 0]),
      part('cylinder', 'accent', [0.12, 0.3, 0.12], [-0.8, 1.2, -0.75], [90, 0, 0]),
    ],
  },
  lockout: "controlMode == 'MAINTENANCE'",
  headline: ['runState', 'dischargePressure', 'dischargeTemperature', 'activePower', 'deliveredFlow', 'loadPercent'],
  opc: 'CompressorType',
})
