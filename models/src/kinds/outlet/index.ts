import { defineDeviceKind, part } from '../define.ts'
import { alarms } from './alarms.ts'
import { points } from './points.ts'

export const outlet = defineDeviceKind({
  kind: 'outlet',
  label: { zh: '用户出口', en: 'Customer outlet' },
  variants: [],
  points,
  alarms,
  notices: [],
  commands: [],
  config: {
    contractPressure: { default: 6, unit: 'bar', note: 'lowest pressure the contract allows' },
    contractDewPoint: { default: 10, unit: 'degC', note: 'highest pressure dew point the contract allows' },
  },
  shape: {
    size: [0.8, 0.9, 0.4],
    parts: [
      part('cylinder', 'body', [0.2, 0.8, 0.2], [0, 0.3, 0], [0, 0, 90]),
      part('cylinder', 'accent', [0.32, 0.05, 0.32], [0.4, 0.3, 0], [0, 0, 90]),
      part('cylinder', 'accent', [0.06, 0.25, 0.06], [-0.1, 0.5, 0]),
      part('box', 'accent', [0.22, 0.18, 0.14], [-0.1, 0.7, 0]),
      part('box', 'state', [0.14, 0.08, 0.01], [-0.1, 0.72, 0.076]),
      part('cone', 'accent', [0.18, 0.26, 0.18], [0.3, 0.56, 0], [0, 0, -90]),
    ],
  },
  headline: ['flow', 'total', 'pressure', 'dewPoint'],
})
