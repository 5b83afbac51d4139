import { defineDeviceKind } from '../define.ts'
import { alarms } from './alarms.ts'
import { commands } from './commands.ts'
import { points } from './points.ts'

export const station = defineDeviceKind({
  kind: 'station',
  label: { zh: '站房', en: 'Station' },
  variants: ['singleModule', 'smartStation', 'centralStation'],
  points,
  alarms,
  notices: [],
  commands,
  config: {},
  shape: { size: [0, 0, 0], parts: [] },
  headline: ['headerPressure', 'headerFlow', 'totalPower', 'specificEnergy', 'loadedUnits', 'roomOccupied'],
  opc: 'AirnetType',
})
