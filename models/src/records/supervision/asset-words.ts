import { choice, number, reference } from '../fields.ts'

/** Parts that a station is made of. */
export const unitTypes = {
  compressor: ['空压机', 'Compressor'],
  dryer: ['干燥机', 'Dryer'],
  receiver: ['储气罐', 'Receiver'],
  power: ['供配电', 'Power'],
  cooling: ['冷却', 'Cooling'],
  monitoring: ['监控', 'Monitoring'],
  filter: ['过滤器', 'Filter'],
  pump: ['水泵', 'Water pump'],
  valve: ['阀门', 'Valve'],
  meter: ['计量表', 'Meter'],
} as const
export type UnitType = keyof typeof unitTypes
/** What a packaged station cannot do without. */
export const mandatoryUnits: readonly UnitType[] = ['compressor', 'dryer', 'receiver', 'power', 'cooling', 'monitoring']

/** What is bought: one machine, a packaged station, a large station in lots. */
export const goodsKinds = {
  singleModule: ['单机模块', 'Single module'],
  smartStation: ['智慧空压站', 'Smart station'],
  centralStation: ['集中空压站', 'Central station'],
} as const
export const assetKinds = { ...goodsKinds, unit: ['站内设备', 'Unit'] } as const

/** On every document: which kind of thing it is about; narrows what is offered, set by the thing itself. */
export const kindOf = choice('类型', 'Kind', assetKinds, { default: 'singleModule', fixed: true })
export const unitType = choice('设备类别', 'Unit type', unitTypes, { required: true })
export const ratings = {
  ratedPower: number('额定功率', 'Rated power', { unit: 'kW', min: 0, max: 10_000 }),
  ratedFlow: number('额定流量', 'Rated flow', { unit: 'm3/min', min: 0, max: 10_000 }),
  ratedPressure: number('额定压力', 'Rated pressure', { unit: 'bar', min: 0, max: 400 }),
} as const

export const whose = reference('设备', 'Asset', 'asset', { required: true, only: { kind: '{kind}' } })
