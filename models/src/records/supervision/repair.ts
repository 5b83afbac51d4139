import { defineRecord } from '../define.ts'
import { choice, money, number, reference, rows, text, time } from '../fields.ts'

const computed = { computed: true } as const
const labour = {
  labourHours: number('工时', 'Labour', { min: 0, max: 10_000, unit: 'h' }),
  labourCost: money('人工费', 'Labour cost'),
} as const

/** Parts taken for a job: where from and how many; the ledger says what they cost. */
export const partLine = {
  part: reference('配件', 'Part', 'part', { required: true }),
  warehouse: reference('仓库', 'Warehouse', 'warehouse', { required: true }),
  quantity: number('数量', 'Quantity', { required: true, integer: true, min: 1, max: 100_000 }),
} as const
export const usedLine = { ...partLine, amount: money('金额', 'Amount', { required: true, computed: true }) } as const

export const repair = defineRecord({
  name: 'repair',
  module: 'supervision',
  label: { zh: '维修记录', en: 'Repairs' },
  help: {
    zh: '从开始到结束设备为“维修中”，远程控制被拒绝；挂牌上锁只有挂牌人可以摘除；试运行合格并经验收后关闭。',
    en: 'From start to end the device is under repair and takes no command. Only who hung a lock-out tag takes it off. Closed after test run and acceptance.',
  },
  fields: {
    document: text('单号', 'Document', { required: true, computed: true, search: true }),
    station: reference('站点', 'Station', 'station', { required: true, fixed: true }),
    device: reference('设备', 'Device', 'device', { required: true, fixed: true }),
    fault: text('故障现象', 'Fault', { required: true, multiline: true, search: true }),
    urgency: choice(
      '紧急程度',
      'Urgency',
      { normal: ['一般', 'Normal'], urgent: ['紧急', 'Urgent'] },
      { required: true, default: 'normal' },
    ),
    point: reference('来源巡检点', 'Inspection point', 'inspectionPoint', computed),
    technician: reference('维修人员', 'Technician', 'user', computed),
    startedAt: time('开始', 'Started', computed),
    resumedAt: time('返修开始', 'Resumed', computed),
    endedAt: time('结束', 'Ended', computed),
    cause: text('原因', 'Cause', { computed: true, multiline: true, search: true }),
    work: text('处理', 'Work done', { computed: true, multiline: true }),
    parts: rows('使用配件', 'Parts used', usedLine, computed),
    partsCost: money('配件费', 'Parts cost', { required: true, computed: true }),
    labourHours: { ...labour.labourHours, computed: true },
    labourCost: { ...labour.labourCost, computed: true },
    cost: money('总费用', 'Total cost', { required: true, computed: true }),
    heldSince: time('设备锁定生效', 'Device held since', computed),
    taggedBy: reference('挂牌人', 'Tagged by', 'user', computed),
    taggedAt: time('挂牌时间', 'Tag hung', computed),
    untaggedAt: time('摘牌时间', 'Tag taken off', computed),
    lostCapacity: number('损失产能', 'Capacity lost', { computed: true, unit: 'm3/min' }),
    downtime: number('停机时长', 'Downtime', { computed: true, unit: 'h' }),
    lostAir: number('损失气量', 'Air not made', { computed: true, unit: 'm3' }),
    testPressure: number('试运行压力', 'Test pressure', { computed: true, unit: 'bar' }),
    testDewPoint: number('试运行露点', 'Test dew point', { computed: true, unit: 'degC' }),
    acceptor: reference('验收人', 'Accepted by', 'user', computed),
    acceptedAt: time('验收时间', 'Accepted', computed),
    opinion: text('验收意见', 'Opinion', { computed: true, multiline: true }),
  },
  title: ['document'],
  unique: [['document'], ['point']],
  indexes: [
    ['state', 'createdAt'],
    ['device', 'startedAt'],
    ['station', 'startedAt'],
  ],
  scope: { by: 'station', field: 'station' },
  lifecycle: {
    initial: 'requested',
    states: {
      requested: { label: { zh: '待维修', en: 'Requested' }, tone: 'warn', editable: true },
      inProgress: { label: { zh: '维修中', en: 'In progress' }, tone: 'active' },
      toAccept: { label: { zh: '待验收', en: 'To accept' }, tone: 'warn' },
      closed: { label: { zh: '已关闭', en: 'Closed' }, tone: 'good' },
      cancelled: { label: { zh: '已取消', en: 'Cancelled' }, tone: 'neutral' },
    },
    transitions: {
      start: {
        label: { zh: '开始维修', en: 'Start' },
        from: ['requested'],
        to: 'inProgress',
        action: 'operate',
        effect: 'begin',
        confirm: { zh: '设备将标为“维修中”，远程控制会被拒绝。', en: 'The device becomes “under repair” and takes no command from afar.' },
      },
      tag: {
        label: { zh: '挂牌上锁', en: 'Hang lock-out tag' },
        from: ['inProgress'],
        to: 'inProgress',
        action: 'operate',
        effect: 'hang',
        confirm: { zh: '只有您本人可以摘牌。', en: 'Only you can take it off again.' },
      },
      untag: {
        label: { zh: '摘牌解锁', en: 'Take tag off' },
        from: ['inProgress'],
        to: 'inProgress',
        action: 'operate',
        effect: 'unhang',
        confirm: { zh: '确认人员已撤离，设备可以运行？', en: 'Is everyone clear and the machine safe to run?' },
      },
      useParts: {
        label: { zh: '领用配件', en: 'Use parts' },
        from: ['inProgress'],
        to: 'inProgress',
        action: 'operate',
        effect: 'take',
        input: { lines: rows('配件', 'Parts', partLine, { required: true, max: 50 }) },
      },
      finish: {
        label: { zh: '结束维修', en: 'Finish' },
        from: ['inProgress'],
        to: 'toAccept',
        action: 'operate',
        guard: 'untagged',
        effect: 'end',
        input: {
          cause: text('原因', 'Cause', { required: true, multiline: true }),
          work: text('处理', 'Work done', { multiline: true }),
          labourHours: { ...labour.labourHours, required: true },
          labourCost: { ...labour.labourCost, required: true },
        },
      },
      testRun: {
        label: { zh: '登记试运行', en: 'Enter test run' },
        from: ['toAccept'],
        to: 'toAccept',
        action: 'operate',
        input: {
          testPressure: number('试运行压力', 'Test pressure', { required: true, unit: 'bar', min: 0, max: 60 }),
          testDewPoint: number('试运行露点', 'Test dew point', { unit: 'degC', min: -100, max: 60 }),
        },
      },
      rework: {
        label: { zh: '退回返修', en: 'Send back' },
        from: ['toAccept'],
        to: 'inProgress',
        action: 'approve',
        effect: 'again',
        input: { opinion: text('验收意见', 'Opinion', { required: true, multiline: true }) },
      },
      accept: {
        label: { zh: '验收通过', en: 'Accept' },
        from: ['toAccept'],
        to: 'closed',
        action: 'approve',
        guard: 'tested',
        effect: 'sign',
        input: { opinion: text('验收意见', 'Opinion', { multiline: true }) },
      },
      cancel: {
        label: { zh: '取消', en: 'Cancel' },
        from: ['requested'],
        to: 'cancelled',
        action: 'operate',
        input: { opinion: text('原因', 'Reason', { required: true, multiline: true }) },
      },
    },
  },
  statistics: {
    dimensions: ['state', 'station', 'device', 'technician', 'urgency', 'startedAt'],
    measures: {
      cost: { label: { zh: '总费用（元）', en: 'Cost (yuan)' }, field: 'cost', fold: 'sum' },
      downtime: { label: { zh: '停机时长 h', en: 'Downtime h' }, field: 'downtime', fold: 'sum' },
      lostAir: { label: { zh: '损失气量 m³', en: 'Air not made m³' }, field: 'lostAir', fold: 'sum' },
    },
  },
  views: {
    columns: ['document', 'station', 'device', 'fault', 'technician', 'startedAt', 'endedAt', 'downtime', 'cost', 'state'],
    sort: '-createdAt',
    filters: ['state', 'station', 'device', 'technician', 'startedAt'],
    board: 'state',
  },
})
