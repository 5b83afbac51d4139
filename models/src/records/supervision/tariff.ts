import { tariffBands } from '../../energy/bands.ts'
import { defineRecord } from '../define.ts'
import { choice, date, number, reference, rows, text } from '../fields.ts'

const month = (zh: string, en: string, first: number) => number(zh, en, { required: true, integer: true, min: 1, max: 12, default: first })

export const tariff = defineRecord({
  name: 'tariff',
  module: 'supervision',
  label: { zh: '电价表', en: 'Electricity tariffs' },
  help: {
    zh: '分时电价，从生效日（站点当地日期）起用；同一站点以最近生效的一张为准。已用过的电价不能改动：新电价另建一张。',
    en: 'Time-of-use prices from a day on (local day of the station); of several the one that became valid last counts. Prices already in use cannot be changed: make a new table.',
  },
  fields: {
    name: text('名称', 'Name', { required: true, max: 80, search: true }),
    validFrom: date('生效日期', 'Valid from', { required: true }),
    stations: reference('站点', 'Stations', 'station', { many: true, required: true }),
    bands: rows(
      '时段',
      'Bands',
      {
        band: choice('时段', 'Band', tariffBands, { required: true }),
        fromMonth: month('起始月', 'From month', 1),
        toMonth: month('截止月（含）', 'To month (with it)', 12),
        fromHour: number('起始时', 'From hour', { required: true, integer: true, min: 0, max: 23, default: 0 }),
        toHour: number('截止时', 'To hour', { required: true, integer: true, min: 1, max: 24, default: 24 }),
        price: number('电价', 'Price', { required: true, unit: 'CNY/kWh', min: 0, max: 100 }),
      },
      {
        required: true,
        max: 200,
        help: {
          zh: '每月每小时恰好属于一个时段；可跨零点（23→7）或跨年（11→2）。',
          en: 'Every hour of every month belongs to exactly one band; hours may run over midnight (23 to 7), months over the year (11 to 2).',
        },
      },
    ),
    note: text('备注', 'Note', { multiline: true }),
  },
  title: ['name'],
  unique: [['name']],
  indexes: [['validFrom']],
  actions: { create: 'approve', edit: 'approve', remove: 'approve' },
  statistics: { dimensions: ['validFrom'] },
  views: { columns: ['name', 'validFrom', 'stations', 'updatedAt'], sort: '-validFrom', filters: ['validFrom'] },
})
