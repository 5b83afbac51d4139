import { defineDeviceKind, part } from '../define.ts'
import { alarms } from './alarms.ts'
import { commands } from './commands.ts'
import { points } from './points.ts'

export const camera = defineDeviceKind({
  kind: 'camera',
  label: { zh: '摄像头', en: 'Camera' },
  variants: [],
  points,
  alarms,
  notices: [],
  commands,
  config: {},
  shape: {
    size: [0.3, 0.3, 0.4],
    parts: [
      part('box', 'accent', [0.1, 0.14, 0.06], [0, 0.07, -0.15]),
      part('cylinder', 'accent', [0.05, 0.16, 0.05], [0, 0.14, -0.08], [60, 0, 0]),
      part('box', 'body', [0.12, 0.11, 0.28], [0, 0.22, 0.04]),
      part('cylinder', 'accent', [0.09, 0.04, 0.09], [0, 0.22, 0.19], [90, 0, 0]),
      part('sphere', 'state', [0.03, 0.03, 0.03], [0.04, 0.285, 0.1]),
    ],
  },
  headline: ['online', 'streamOpen', 'recording', 'personDetected'],
})
