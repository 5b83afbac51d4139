import { defineDeviceKind, part } from '../define.ts'
import { alarms } from './alarms.ts'
import { commands } from './commands.ts'
import { points } from './points.ts'

export const gateway = defineDeviceKind({
  kind: 'gateway',
  label: { zh: '网关', en: 'Gateway' },
  variants: [],
  points,
  alarms,
  notices: [],
  commands,
  config: {},
  shape: {
    size: [0.4, 0.6, 0.2],
    parts: [
      part('box', 'body', [0.4, 0.5, 0.2], [0, 0.25, 0]),
      part('box', 'accent', [0.3, 0.3, 0.01], [0, 0.28, 0.101]),
      part('box', 'state', [0.2, 0.03, 0.02], [0, 0.46, 0.102]),
      part('cylinder', 'accent', [0.015, 0.2, 0.015], [0.16, 0.6, 0]),
    ],
  },
  headline: ['online', 'lastSeenAgeS', 'signalDbm', 'firmwareVersion'],
})
