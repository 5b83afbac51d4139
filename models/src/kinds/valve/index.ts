import { defineDeviceKind, part } from '../define.ts'
import { alarms } from './alarms.ts'
import { commands } from './commands.ts'
import { points } from './points.ts'

export const valve = defineDeviceKind({
  kind: 'valve',
  label: { zh: '阀门', en: 'Valve' },
  variants: ['outlet', 'isolation'],
  variantGroups: [['outlet', 'isolation']],
  points,
  alarms,
  notices: [],
  commands,
  config: {
    /** 1 = opens the way to customers, so it stays shut until the header carries the contract's pressure. */
    suppliesCustomer: { default: 1, unit: '', byVariant: { isolation: 0 }, note: '1 = outlet valve, 0 = isolation valve' },
    travelMaxS: { default: 30, unit: 's' },
  },
  shape: {
    size: [0.35, 0.6, 0.3],
    parts: [
      part('cylinder', 'accent', [0.16, 0.35, 0.16], [0, 0.18, 0], [0, 0, 90]),
      part('cylinder', 'accent', [0.28, 0.04, 0.28], [-0.15, 0.18, 0], [0, 0, 90]),
      part('cylinder', 'accent', [0.28, 0.04, 0.28], [0.15, 0.18, 0], [0, 0, 90]),
      part('cylinder', 'accent', [0.06, 0.14, 0.06], [0, 0.32, 0]),
      part('box', 'body', [0.26, 0.18, 0.18], [0, 0.47, 0]),
      part('cylinder', 'state', [0.1, 0.04, 0.1], [0, 0.58, 0]),
    ],
  },
  headline: ['valveState', 'openPercent', 'remoteEnabled'],
  opc: 'ValveType',
})
