import { defineRecord } from '../define.ts'
import { choice, date, reference, text } from '../fields.ts'

const computed = true

/** What became of a station and when: made with each change of its state or region, never changed. */
export const stationChange = defineRecord({
  name: 'stationChange',
  module: 'supervision',
  label: { zh: '站点变更', en: 'Station changes' },
  help: {
    zh: '站点状态与所属区域的每次变更及其日期，只增不改。',
    en: 'Every change of a station’s state or region, with its date; never changed.',
  },
  fields: {
    station: reference('站点', 'Station', 'station', { required: true, computed, belongs: true }),
    what: choice('变更', 'Change', { state: ['状态', 'State'], region: ['区域', 'Region'] }, { required: true, computed }),
    was: text('变更前', 'Before', { computed, max: 80 }),
    became: text('变更后', 'After', { required: true, computed, max: 80 }),
    on: date('生效日期', 'As of', { required: true, computed }),
    reason: text('说明', 'Reason', { computed, max: 300 }),
    fromRegion: reference('原区域', 'Former region', 'region', { computed }),
    toRegion: reference('新区域', 'New region', 'region', { computed }),
  },
  title: ['became'],
  indexes: [['station', 'what', 'on']],
  scope: { by: 'station', field: 'station' },
  actions: { create: null, edit: null, remove: null },
  hidden: true,
  statistics: { dimensions: ['station', 'what', 'on'] },
  views: {
    columns: ['on', 'station', 'what', 'was', 'became', 'reason', 'createdBy'],
    sort: '-createdAt',
    filters: ['station', 'what', 'on'],
  },
})
