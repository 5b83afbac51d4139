import { defineDeviceKind, part } from '../define.ts'
import { alarms, notices } from './alarms.ts'
import { commands } from './commands.ts'
import { points } from './points.ts'

export const tank = defineDeviceKind({
  kind: 'tank',
  label: { zh: '储气罐', en: 'Air receiver' },
  variants: [],
  points,
  alarms,
  notices,
  commands,
  config: {},
  shape: {
    size: [1.3, 3, 1.3],
    parts: [
      part('cylinder', 'body', [1.2, 1.9, 1.2], [0, 1.5, 0]),
      part('sphere', 'body', [1.2, 0.6, 1.2], [0, 2.45, 0]),
      part('sphere', 'body', [1.2, 0.6, 1.2], [0, 0.55, 0]),
      part('cylinder', 'accent', [0.08, 0.5, 0.08], [0.42, 0.25, 0.3]),
      part('cylinder', 'accent', [0.08, 0.5, 0.08], [-0.42, 0.25, 0.3]),
      part('cylinder', 'accent', [0.08, 0.5, 0.08], [0, 0.25, -0.5]),
      part('cylinder', 'accent', [0.1, 0.25, 0.1], [0, 2.85, 0]),
      part('cylinder', 'state', [0.2, 0.05, 0.2], [0, 1.8, 0.62], [90, 0, 0]),
      part('cylinder', 'accent', [0.14, 0.2, 0.14], [-0.65, 0.9, 0], [0, 0, 90]),
      part('cylinder', 'accent', [0.14, 0.2, 0.14], [0.65, 2.1, 0], [0, 0, 90]),
    ],
  },
  headline: ['pressure', 'temperature', 'drainOpen', 'inspectionDueDays'],
  opc: 'ReceiverType',
})
