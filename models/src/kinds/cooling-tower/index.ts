import { defineDeviceKind, part } from '../define.ts'
import { alarms } from './alarms.ts'
import { commands } from './commands.ts'
import { points } from './points.ts'

export const coolingTower = defineDeviceKind({
  kind: 'coolingTower',
  label: { zh: '冷却塔', en: 'Cooling tower' },
  variants: [],
  points,
  alarms,
  notices: [],
  commands,
  config: {},
  shape: {
    size: [2.4, 3.2, 2.4],
    parts: [
      part('box', 'accent', [2.4, 0.5, 2.4], [0, 0.25, 0]),
      part('box', 'body', [2.2, 1.9, 2.2], [0, 1.45, 0]),
      part('box', 'accent', [2.24, 0.9, 1.8], [0, 1.1, 0]),
      part('cylinder', 'body', [1.8, 0.5, 1.8], [0, 2.65, 0]),
      part('cylinder', 'spin', [1.6, 0.06, 1.6], [0, 2.85, 0]),
      part('torus', 'state', [1.8, 1.8, 0.08], [0, 2.92, 0], [90, 0, 0]),
    ],
  },
  headline: ['waterOutTemperature', 'waterInTemperature', 'fanRunning', 'fanFrequency', 'basinLevelPercent'],
})
