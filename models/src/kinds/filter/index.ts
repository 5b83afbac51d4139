import { defineDeviceKind, part } from '../define.ts'
import { alarms, notices } from './alarms.ts'
import { points } from './points.ts'

export const filter = defineDeviceKind({
  kind: 'filter',
  label: { zh: '过滤器', en: 'Filter' },
  variants: [],
  points,
  alarms,
  notices,
  commands: [],
  config: {},
  shape: {
    size: [0.35, 0.9, 0.3],
    parts: [
      part('box', 'accent', [0.34, 0.16, 0.24], [0, 0.78, 0]),
      part('cylinder', 'body', [0.24, 0.6, 0.24], [0, 0.4, 0]),
      part('sphere', 'body', [0.24, 0.14, 0.24], [0, 0.1, 0]),
      part('cylinder', 'accent', [0.05, 0.1, 0.05], [0, 0.05, 0]),
      part('cylinder', 'state', [0.1, 0.05, 0.1], [0, 0.88, 0]),
    ],
  },
  headline: ['differentialPressure', 'elementHours', 'drainFault'],
  opc: 'FilterType',
})
