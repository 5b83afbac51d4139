import { defineDeviceKind, part } from '../define.ts'
import { alarms } from './alarms.ts'
import { points } from './points.ts'

export const powerMeter = defineDeviceKind({
  kind: 'powerMeter',
  label: { zh: '电表', en: 'Power meter' },
  variants: [],
  points,
  alarms,
  notices: [],
  commands: [],
  config: {
    contractDemand: { default: 300, unit: 'kW' },
  },
  shape: {
    size: [0.6, 1.8, 0.4],
    parts: [
      part('box', 'body', [0.6, 1.8, 0.4], [0, 0.9, 0]),
      part('box', 'accent', [0.24, 0.24, 0.03], [0, 1.4, 0.205]),
      part('box', 'state', [0.18, 0.1, 0.02], [0, 1.43, 0.225]),
    ],
  },
  headline: ['activePower', 'activeEnergyImport', 'powerFactor', 'demand15m'],
})
