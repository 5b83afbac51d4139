import { defineDeviceKind, part } from '../define.ts'
import { alarms } from './alarms.ts'
import { points } from './points.ts'

export const flowMeter = defineDeviceKind({
  kind: 'flowMeter',
  label: { zh: '流量计', en: 'Flow meter' },
  variants: [],
  points,
  alarms,
  notices: [],
  commands: [],
  config: {},
  shape: {
    size: [0.5, 0.6, 0.25],
    parts: [
      part('cylinder', 'accent', [0.16, 0.5, 0.16], [0, 0.2, 0], [0, 0, 90]),
      part('cylinder', 'accent', [0.25, 0.04, 0.25], [-0.23, 0.2, 0], [0, 0, 90]),
      part('cylinder', 'accent', [0.25, 0.04, 0.25], [0.23, 0.2, 0], [0, 0, 90]),
      part('cylinder', 'accent', [0.06, 0.2, 0.06], [0, 0.36, 0]),
      part('box', 'body', [0.18, 0.16, 0.12], [0, 0.52, 0]),
      part('box', 'state', [0.12, 0.08, 0.01], [0, 0.53, 0.066]),
    ],
  },
  headline: ['flow', 'total', 'pressure', 'temperature'],
})
