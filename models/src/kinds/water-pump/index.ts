import { defineDeviceKind, part } from '../define.ts'
import { alarms } from './alarms.ts'
import { commands } from './commands.ts'
import { points } from './points.ts'

export const waterPump = defineDeviceKind({
  kind: 'waterPump',
  label: { zh: '水泵', en: 'Water pump' },
  variants: [],
  points,
  alarms,
  notices: [],
  commands,
  config: {},
  shape: {
    size: [1.2, 0.8, 0.5],
    parts: [
      part('box', 'accent', [1.2, 0.1, 0.5], [0, 0.05, 0]),
      part('cylinder', 'body', [0.34, 0.55, 0.34], [0.25, 0.4, 0], [0, 0, 90]),
      part('cylinder', 'accent', [0.38, 0.06, 0.38], [0.52, 0.4, 0], [0, 0, 90]),
      part('cylinder', 'spin', [0.12, 0.25, 0.12], [-0.1, 0.4, 0], [0, 0, 90]),
      part('cylinder', 'body', [0.44, 0.24, 0.44], [-0.35, 0.38, 0], [0, 0, 90]),
      part('cylinder', 'accent', [0.16, 0.28, 0.16], [-0.35, 0.66, 0]),
      part('box', 'state', [0.18, 0.12, 0.18], [0.25, 0.62, 0]),
    ],
  },
  headline: ['runState', 'outletPressure', 'motorCurrent', 'activePower'],
})
