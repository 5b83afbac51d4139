import { defineRecord } from '../define.ts'
import { choice, date, flag, money, number, reference, rows, text, time } from '../fields.ts'
import { partLine, usedLine } from './repair.ts'

const computed = { computed: true } as const
const both = { required: true, computed: true } as const

export const maintenanceItem = defineRecord({
  name: 'maintenanceItem',
  module: 'supervision',
  label: { zh: '保养项目', en: 'Maintenance items' },
  help: {
    zh: '按运行小时或日历周期；适用于某类设备、某个站点或某一台设备，并列出所需配件。',
    en: 'Due by running hours or by calendar, for a kind of device, one station or one device, with the parts it takes.',
  },
  fields: {
    name: text('名称', 'Name', { required: true, max: 80, search: true }),
    deviceKind: choice(
      '设备类型',
      'Kind of device',
      {
        compressor: ['空压机', 'Compressor'],
        dryer: ['干燥机', 'Dryer'],
        filter: ['过滤器', 'Filter'],
        tank: ['储气罐', 'Receiver'],
        waterPump: ['水泵', 'Water pump'],
        coolingTower: ['冷却塔', 'Cooling tower'],
        flowMeter: ['流量计', 'Flow meter'],
        powerMeter: ['电表', 'Power meter'],
      },
      { required: true, default: 'compressor' },
    ),
    station: reference('仅限站点', 'Only at station', 'station'),
    device: reference('仅限设备', 'Only for device', 'device'),
    everyHours: number('运行小时周期', 'Every running hours', { unit: 'h', min: 1, max: 200_000 }),
    everyDays: number('日历周期', 'Every days', { unit: 'd', integer: true, min: 1, max: 4000 }),
    parts: rows(
      '所需配件',
      'Parts it takes',
      { part: partLine.part, quantity: number('数量', 'Quantity', { required: true, integer: true, min: 1, max: 100_000 }) },
      { max: 30 },
    ),
    labourHours: number('标准工时', 'Standard labour', { unit: 'h', min: 0, max: 1000 }),
    instructions: text('作业要求', 'Instructions', { multiline: true }),
  },
  title: ['name'],
  indexes: [['deviceKind', 'name']],
  actions: { create: 'approve', edit: 'approve', remove: 'administer' },
  lifecycle: {
    initial: 'active',
    states: {
      active: { label: { zh: '启用', en: 'Active' }, tone: 'good', editable: true },
      retired: { label: { zh: '停用', en: 'Retired' }, tone: 'neutral' },
    },
    transitions: {
      retire: { label: { zh: '停用', en: 'Retire' }, from: ['active'], to: 'retired', action: 'approve' },
      restore: { label: { zh: '启用', en: 'Restore' }, from: ['retired'], to: 'active', action: 'approve' },
    },
  },
  statistics: { dimensions: ['deviceKind', 'state'] },
  views: {
    columns: ['name', 'deviceKind', 'station', 'device', 'everyHours', 'everyDays', 'state'],
    sort: 'deviceKind',
    filters: ['deviceKind', 'station', 'state'],
  },
})

export const maintenanceRecord = defineRecord({
  name: 'maintenanceRecord',
  module: 'supervision',
  label: { zh: '保养记录', en: 'Maintenance records' },
  help: {
    zh: '每台设备的每个保养项目总有一条未完成的记录；完成后从当时的运行小时重新计数，只影响本项目。',
    en: 'Every item of every device has one service ahead of it; done, the next one counts from that moment. No other item is touched.',
  },
  fields: {
    name: text('名称', 'Name', { required: true, computed: true, search: true }),
    item: reference('保养项目', 'Item', 'maintenanceItem', both),
    station: reference('站点', 'Station', 'station', both),
    device: reference('设备', 'Device', 'device', both),
    round: number('次数', 'Round', { ...both, integer: true }),
    everyHours: number('运行小时周期', 'Every running hours', { computed: true, unit: 'h' }),
    everyDays: number('日历周期', 'Every days', { computed: true, unit: 'd' }),
    sinceHours: number('起算小时', 'Hours at last service', { computed: true, unit: 'h' }),
    sinceOn: date('起算日期', 'Last service', both),
    hours: number('当前运行小时', 'Running hours', { computed: true, unit: 'h' }),
    remainingHours: number('剩余小时', 'Hours left', { computed: true, unit: 'h' }),
    dueOn: date('到期日', 'Due', computed),
    dueBy: choice('到期依据', 'Due by', { hours: ['运行小时', 'Running hours'], calendar: ['日历', 'Calendar'] }, computed),
    document: text('保养单号', 'Document', { computed: true, search: true }),
    doneAt: time('完成时间', 'Done', computed),
    doneHours: number('完成时运行小时', 'Hours when done', { computed: true, unit: 'h' }),
    late: flag('逾期完成', 'Late', computed),
    technician: reference('保养人员', 'Technician', 'user', computed),
    parts: rows('使用配件', 'Parts used', usedLine, computed),
    partsCost: money('配件费', 'Parts cost', both),
    labourHours: number('工时', 'Labour', { computed: true, unit: 'h' }),
    labourCost: money('人工费', 'Labour cost', both),
    cost: money('总费用', 'Total cost', both),
    note: text('说明', 'Note', { computed: true, multiline: true }),
  },
  title: ['name'],
  unique: [['item', 'device', 'round'], ['document']],
  indexes: [
    ['state', 'dueOn'],
    ['station', 'dueOn'],
    ['device', 'doneAt'],
  ],
  scope: { by: 'station', field: 'station' },
  actions: { create: null, edit: null, remove: null },
  lifecycle: {
    initial: 'ahead',
    states: {
      ahead: { label: { zh: '未到期', en: 'Ahead' }, tone: 'neutral', editable: false },
      due: { label: { zh: '到期', en: 'Due' }, tone: 'warn' },
      overdue: { label: { zh: '逾期', en: 'Overdue' }, tone: 'bad' },
      done: { label: { zh: '已完成', en: 'Done' }, tone: 'good' },
      dropped: { label: { zh: '已取消', en: 'Dropped' }, tone: 'neutral' },
    },
    transitions: {
      complete: {
        label: { zh: '登记保养', en: 'Log service' },
        from: ['ahead', 'due', 'overdue'],
        to: 'done',
        action: 'operate',
        effect: 'complete',
        input: {
          doneAt: time('完成时间', 'Done', { help: { zh: '不填为现在', en: 'Empty = now' } }),
          lines: rows('使用配件', 'Parts used', partLine, { max: 50 }),
          labourHours: number('工时', 'Labour', { required: true, unit: 'h', min: 0, max: 1000, default: 0 }),
          labourCost: money('人工费', 'Labour cost', { required: true }),
          note: text('说明', 'Note', { multiline: true }),
        },
      },
      baseline: {
        label: { zh: '设定起算', en: 'Set baseline' },
        from: ['ahead', 'due', 'overdue'],
        to: 'ahead',
        action: 'approve',
        effect: 'baseline',
        input: {
          sinceHours: number('起算小时', 'Hours at last service', { unit: 'h', min: 0, max: 1_000_000 }),
          sinceOn: date('起算日期', 'Last service', { required: true }),
        },
      },
      fallDue: { label: { zh: '到期', en: 'Fall due' }, from: ['ahead'], to: 'due', action: 'operate', internal: true },
      expire: { label: { zh: '逾期', en: 'Expire' }, from: ['ahead', 'due'], to: 'overdue', action: 'operate', internal: true },
      drop: { label: { zh: '取消', en: 'Drop' }, from: ['ahead', 'due', 'overdue'], to: 'dropped', action: 'approve', internal: true },
    },
  },
  statistics: {
    dimensions: ['state', 'dueOn', 'station', 'device', 'item', 'late', 'dueBy', 'doneAt'],
    measures: {
      labourHours: { label: { zh: '工时', en: 'Labour h' }, field: 'labourHours', fold: 'sum' },
      partsCost: { label: { zh: '配件费（元）', en: 'Parts (yuan)' }, field: 'partsCost', fold: 'sum' },
      labourCost: { label: { zh: '人工费（元）', en: 'Labour (yuan)' }, field: 'labourCost', fold: 'sum' },
      cost: { label: { zh: '总费用（元）', en: 'Cost (yuan)' }, field: 'cost', fold: 'sum' },
    },
  },
  views: {
    columns: ['name', 'station', 'device', 'remainingHours', 'dueOn', 'dueBy', 'doneAt', 'late', 'cost', 'state'],
    sort: 'dueOn',
    filters: ['state', 'station', 'device', 'item', 'late', 'dueOn', 'doneAt'],
  },
})

export const maintenancePlan = defineRecord({
  name: 'maintenancePlan',
  module: 'supervision',
  label: { zh: '保养计划', en: 'Maintenance plans' },
  help: {
    zh: '安排某天的保养；剩余机组不能满足计划用气量时须确认后才能保存。',
    en: 'Services of one day. When the machines that are left could not carry the planned demand, it is saved only after that was confirmed.',
  },
  fields: {
    document: text('单号', 'Document', { required: true, computed: true, search: true }),
    station: reference('站点', 'Station', 'station', { required: true, fixed: true }),
    plannedOn: date('计划日期', 'Planned on', { required: true }),
    services: reference('保养', 'Services', 'maintenanceRecord', { required: true, many: true }),
    demand: number('计划用气量', 'Planned demand', { required: true, unit: 'm3/min', min: 0, max: 100_000 }),
    confirmed: flag('确认供气不足仍执行', 'Go on though capacity is short'),
    devices: reference('停机设备', 'Devices out', 'device', { many: true, computed: true }),
    capacityLeft: number('剩余产能', 'Capacity left', { required: true, computed: true, unit: 'm3/min' }),
    short: flag('产能不足', 'Short', computed),
    note: text('备注', 'Note', { multiline: true }),
  },
  title: ['document'],
  unique: [['document']],
  indexes: [
    ['station', 'plannedOn'],
    ['state', 'plannedOn'],
  ],
  scope: { by: 'station', field: 'station' },
  lifecycle: {
    initial: 'planned',
    states: {
      planned: { label: { zh: '已计划', en: 'Planned' }, tone: 'active', editable: true },
      done: { label: { zh: '已完成', en: 'Done' }, tone: 'good' },
      cancelled: { label: { zh: '已取消', en: 'Cancelled' }, tone: 'neutral' },
    },
    transitions: {
      finish: { label: { zh: '完成', en: 'Finish' }, from: ['planned'], to: 'done', action: 'operate', guard: 'allDone' },
      cancel: { label: { zh: '取消', en: 'Cancel' }, from: ['planned'], to: 'cancelled', action: 'operate' },
    },
  },
  statistics: { dimensions: ['state', 'station', 'plannedOn', 'short'] },
  views: {
    columns: ['document', 'station', 'plannedOn', 'demand', 'capacityLeft', 'short', 'state'],
    sort: '-plannedOn',
    filters: ['station', 'state', 'plannedOn', 'short'],
  },
})
