import { defineRecord } from '../define.ts'
import { date, flag, reference, text } from '../fields.ts'

const required = true
const computed = true
const here = ['offDuty', 'onDuty'] as const

export const stationStaff = defineRecord({
  name: 'stationStaff',
  module: 'investment',
  label: { zh: '站点人员', en: 'Station staff' },
  help: {
    zh: '站点的人员、岗位与在岗情况。每站恰有一名负责人，任命新负责人即替换原负责人；离职人员留在历史中。',
    en: 'People of a station, their posts and duty. Exactly one is in charge: naming another replaces the first. Who left stays in history.',
  },
  fields: {
    station: reference('站点', 'Station', 'station', { required, fixed: true }),
    name: text('姓名', 'Name', { required, max: 60, search: true }),
    post: text('岗位', 'Post', { required, max: 60, search: true }),
    // Investors see names and posts, no phone at all.
    phone: text('电话', 'Phone', { max: 30, sensitivity: 'personal', right: 'stationStaff:operate' }),
    inCharge: flag('负责人', 'In charge', { computed }),
    joinedOn: date('入职日期', 'Joined on'),
    leftOn: date('离职日期', 'Left on', { computed }),
  },
  title: ['name'],
  indexes: [['station', 'state']],
  beside: ['station_staff_in_charge'],
  scope: { by: 'station', field: 'station' },
  actions: { remove: null },
  lifecycle: {
    initial: 'offDuty',
    states: {
      offDuty: { label: { zh: '休班', en: 'Off duty' }, tone: 'neutral', editable: true },
      onDuty: { label: { zh: '在岗', en: 'On duty' }, tone: 'good', editable: true },
      left: { label: { zh: '已离职', en: 'Left' }, tone: 'bad' },
    },
    transitions: {
      startDuty: { label: { zh: '上岗', en: 'Start duty' }, from: ['offDuty'], to: 'onDuty', action: 'operate' },
      endDuty: { label: { zh: '下岗', en: 'End duty' }, from: ['onDuty'], to: 'offDuty', action: 'operate' },
      takeCharge: {
        label: { zh: '任命为负责人', en: 'Put in charge' },
        from: here,
        to: here,
        action: 'operate',
        effect: 'takeCharge',
        input: { on: date('任命日期', 'As of', { required }) },
      },
      leave: {
        label: { zh: '离职', en: 'Leave' },
        from: here,
        to: 'left',
        action: 'operate',
        guard: 'succeeded',
        input: { leftOn: date('离职日期', 'Left on', { required }) },
        confirm: { zh: '离职后不能恢复，重新入职请另建。', en: 'This is final: who comes back is entered anew.' },
      },
    },
  },
  statistics: { dimensions: ['station', 'state', 'post'] },
  views: {
    columns: ['name', 'post', 'station', 'phone', 'inCharge', 'joinedOn', 'leftOn', 'state'],
    sort: 'name',
    filters: ['station', 'state', 'inCharge', 'post'],
  },
})

/** Who was in charge of a station, from when to when. */
export const stationCharge = defineRecord({
  name: 'stationCharge',
  module: 'investment',
  label: { zh: '负责人历史', en: 'Persons in charge' },
  help: { zh: '每站历任负责人及任期，只由任命产生。', en: 'Who was in charge of each station and when; made by naming them.' },
  fields: {
    station: reference('站点', 'Station', 'station', { required, computed }),
    person: reference('人员', 'Person', 'stationStaff', { required, computed }),
    since: date('自', 'From', { required, computed }),
    until: date('至', 'Until', { computed }),
  },
  title: ['since'],
  indexes: [['station', 'since'], ['person']],
  scope: { by: 'station', field: 'station' },
  actions: { create: null, edit: null, remove: null },
  hidden: true,
  views: { columns: ['station', 'person', 'since', 'until'], sort: '-since', filters: ['station', 'person'] },
})
