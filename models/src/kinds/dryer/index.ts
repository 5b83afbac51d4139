import { defineDeviceKind, part } from '../define.ts'
import { alarms } from './alarms.ts'
import { commands } from './commands.ts'
import { points } from './points.ts'

export const dryer = defineDeviceKind({
  kind: 'dryer',
  label: { zh: '干燥机', en: 'Dryer' },
  variants: ['refrigerated', 'desiccant', 'heatless'],
  variantGroups: [['refrigerated', 'desiccant']],
  points,
  alarms,
  notices: [],
  commands,
  config: {
    dewPointWarn: { default: 8, unit: 'degC', byVariant: { desiccant: -30, heatless: -30 } },
    dewPointLimit: { default: 10, unit: 'degC', byVariant: { desiccant: -20, heatless: -20 } },
    dewPointHyst: { default: 2, unit: 'degC', byVariant: { desiccant: 5, heatless: 5 } },
    towerCycleMaxS: { default: 14_400, unit: 's', byVariant: { heatless: 900 }, note: 'longest time on one tower' },
  },
  shape: {
    size: [1.1, 1.5, 0.9],
    parts: [
      part('box', 'accent', [1.1, 0.1, 0.9], [0, 0.05, 0]),
      part('box', 'body', [1.1, 1.35, 0.9], [0, 0.775, 0]),
      part('box', 'accent', [0.7, 0.6, 0.02], [0.1, 0.5, 0.455]),
      part('box', 'accent', [0.3, 0.2, 0.03], [-0.3, 1.2, 0.455]),
      part('box', 'state', [0.3, 0.04, 0.04], [-0.3, 1.34, 0.455]),
      part('cylinder', 'spin', [0.55, 0.04, 0.55], [0, 1.47, 0]),
      part('cylinder', 'accent', [0.1, 0.25, 0.1], [-0.35, 1.1, -0.55], [90, 0, 0]),
      part('cylinder', 'accent', [0.1, 0.25, 0.1], [0.35, 1.1, -0.55], [90, 0, 0]),
    ],
  },
  headline: ['runState', 'pressureDewPoint', 'inletTemperature', 'differentialPressure', 'activePower'],
  opc: 'DryerType',
})
