import { defineRecord } from '../define.ts'
import { choice, date, flag, image, number, reference, rows, text, time } from '../fields.ts'

const station = reference('站点', 'Station', 'station', { required: true })
const device = reference('设备', 'Device', 'device')
const finding = choice('结论', 'Finding', { normal: ['正常', 'Normal'], abnormal: ['异常', 'Abnormal'] })
const computed = { computed: true } as const

/** What is looked at; a plan's line and the point made from it say it alike. */
const item = {
  device,
  name: text('检查项', 'Item', { required: true, max: 80, search: true }),
  kind: choice('方式', 'Kind', { value: ['读数', 'Reading'], check: ['查看', 'Look'] }, { required: true, default: 'check' }),
  livePoint: text('对应测点', 'Live point', {
    max: 60,
    help: { zh: '实时测点名，如 dischargePressure；填写后与手抄值比对', en: 'Name of the live point the hand reading is compared with' },
  }),
  unit: text('单位', 'Unit', { max: 12 }),
  low: number('下限', 'Low limit'),
  high: number('上限', 'High limit'),
  mandatory: flag('必填', 'Mandatory', { default: true }),
  photo: flag('须拍照', 'Photo needed'),
} as const

export const inspectionPlan = defineRecord({
  name: 'inspectionPlan',
  module: 'supervision',
  label: { zh: '巡检计划', en: 'Inspection plans' },
  help: {
    zh: '按周期自动生成巡检任务；每个计划每天至多一个任务。',
    en: 'Makes an inspection task at every interval: at most one per plan and day.',
  },
  fields: {
    name: text('名称', 'Name', { required: true, max: 80, search: true }),
    station,
    everyDays: number('周期', 'Every', { required: true, integer: true, min: 1, max: 366, unit: 'd', default: 1 }),
    starts: date('开始日期', 'Starts', { required: true }),
    hours: number('完成时限', 'To be done within', { required: true, min: 1, max: 720, unit: 'h', default: 24 }),
    scan: flag('须扫描设备编码', 'Codes are scanned', {
      help: { zh: '每台设备须现场扫码后任务才能提交', en: 'A task is closed only when the code of every device was scanned' },
    }),
    inspectors: reference('巡检员', 'Inspectors', 'user', { many: true }),
    items: rows('检查项（按路线顺序）', 'Items in the order of the route', item, { required: true, max: 200 }),
    nextOn: date('下次任务', 'Next task', computed),
  },
  title: ['name'],
  unique: [['station', 'name']],
  indexes: [['state', 'nextOn']],
  scope: { by: 'station', field: 'station' },
  actions: { create: 'approve', edit: 'approve', remove: 'administer' },
  lifecycle: {
    initial: 'active',
    states: {
      active: { label: { zh: '启用', en: 'Active' }, tone: 'good', editable: true },
      paused: { label: { zh: '停用', en: 'Paused' }, tone: 'neutral', editable: true },
    },
    transitions: {
      pause: { label: { zh: '停用', en: 'Pause' }, from: ['active'], to: 'paused', action: 'approve' },
      resume: { label: { zh: '启用', en: 'Resume' }, from: ['paused'], to: 'active', action: 'approve', effect: 'skipPaused' },
    },
  },
  statistics: { dimensions: ['state', 'station'] },
  views: { columns: ['name', 'station', 'everyDays', 'scan', 'nextOn', 'state'], sort: 'name', filters: ['station', 'state'] },
})

export const inspectionTask = defineRecord({
  name: 'inspectionTask',
  module: 'supervision',
  label: { zh: '巡检任务', en: 'Inspection tasks' },
  help: {
    zh: '由计划生成；多名巡检员可同时填写，缺少必填项或未扫码不能提交，超时未完成为逾期。',
    en: 'Made by plans. Several inspectors fill one at once; it is not closed with something missing, and overdue when not done in time.',
  },
  fields: {
    name: text('名称', 'Name', { required: true, computed: true, search: true }),
    plan: reference('计划', 'Plan', 'inspectionPlan', { required: true, computed: true }),
    station: { ...station, computed: true },
    date: date('日期', 'Date', { required: true, computed: true }),
    dueAt: time('完成时限', 'Due', { required: true, computed: true }),
    scan: flag('须扫码', 'Codes are scanned', computed),
    progress: text('进度', 'Progress', { required: true, computed: true, help: { zh: '已完成设备数/设备数', en: 'Devices done of all' } }),
    planned: number('应检点数', 'Points planned', { required: true, computed: true, integer: true }),
    done: number('已检点数', 'Points done', { required: true, computed: true, integer: true }),
    rate: number('完成率', 'Completion', { required: true, computed: true, unit: '%' }),
    abnormal: number('异常点数', 'Abnormal points', { required: true, computed: true, integer: true }),
    deviating: number('偏差点数', 'Deviating points', { required: true, computed: true, integer: true }),
    inspectors: reference('巡检员', 'Inspectors', 'user', { many: true, computed: true }),
    submittedAt: time('提交时间', 'Submitted', computed),
    submittedBy: reference('提交人', 'Submitted by', 'user', computed),
    late: flag('逾期完成', 'Late', computed),
    note: text('备注', 'Note', { computed: true, multiline: true }),
  },
  title: ['name', 'date'],
  unique: [['plan', 'date']],
  indexes: [
    ['state', 'dueAt'],
    ['station', 'date'],
  ],
  scope: { by: 'station', field: 'station' },
  actions: { create: null, edit: null, remove: null },
  lifecycle: {
    initial: 'open',
    states: {
      open: { label: { zh: '待巡检', en: 'Open' }, tone: 'active', editable: false },
      overdue: { label: { zh: '逾期', en: 'Overdue' }, tone: 'bad' },
      submitted: { label: { zh: '已提交', en: 'Submitted' }, tone: 'good' },
    },
    transitions: {
      submit: {
        label: { zh: '提交', en: 'Submit' },
        from: ['open', 'overdue'],
        to: 'submitted',
        action: 'operate',
        guard: 'complete',
        effect: 'sign',
        input: { note: text('备注', 'Note', { multiline: true }) },
      },
      expire: { label: { zh: '逾期', en: 'Expire' }, from: ['open'], to: 'overdue', action: 'operate', internal: true },
    },
  },
  statistics: {
    dimensions: ['state', 'station', 'plan', 'date', 'late'],
    measures: {
      done: { label: { zh: '已检点数', en: 'Points done' }, field: 'done', fold: 'sum' },
      planned: { label: { zh: '应检点数', en: 'Points planned' }, field: 'planned', fold: 'sum' },
      rate: { label: { zh: '平均完成率 %', en: 'Mean completion %' }, field: 'rate', fold: 'avg' },
      abnormal: { label: { zh: '异常点数', en: 'Abnormal points' }, field: 'abnormal', fold: 'sum' },
    },
  },
  views: {
    columns: ['name', 'station', 'date', 'progress', 'rate', 'abnormal', 'deviating', 'dueAt', 'submittedBy', 'state'],
    sort: '-date',
    filters: ['state', 'station', 'plan', 'date'],
  },
})

export const inspectionPoint = defineRecord({
  name: 'inspectionPoint',
  module: 'supervision',
  label: { zh: '巡检记录', en: 'Inspection points' },
  help: {
    zh: '每个检查项一行：谁、何时、手抄值与当时的实时值、偏差。',
    en: 'One row per item: who, when, the hand reading beside the live value of that minute, and how far they differ.',
  },
  fields: {
    name: { ...item.name, computed: true },
    task: reference('任务', 'Task', 'inspectionTask', { required: true, computed: true }),
    station: { ...station, computed: true },
    device: { ...device, computed: true },
    position: number('顺序', 'Order', { required: true, computed: true, integer: true }),
    kind: choice(
      '方式',
      'Kind',
      { value: ['读数', 'Reading'], check: ['查看', 'Look'], scan: ['扫码', 'Scan'] },
      { required: true, computed: true },
    ),
    livePoint: { ...item.livePoint, computed: true },
    unit: { ...item.unit, computed: true },
    low: { ...item.low, computed: true },
    high: { ...item.high, computed: true },
    mandatory: flag('必填', 'Mandatory', computed),
    photo: flag('须拍照', 'Photo needed', computed),
    value: number('手抄值', 'Hand reading', computed),
    liveValue: number('实时值', 'Live value', computed),
    liveAt: time('实时值时间', 'Live value at', computed),
    deviation: number('偏差', 'Difference', { computed: true, unit: '%' }),
    deviates: flag('偏差超限', 'Differs', computed),
    finding: { ...finding, computed: true },
    code: text('扫描编码', 'Scanned code', { computed: true, max: 60 }),
    note: text('说明', 'Note', { computed: true, multiline: true }),
    photos: image('照片', 'Photos', { many: true, computed: true }),
    author: reference('巡检员', 'Inspector', 'user', computed),
    at: time('检查时间', 'Inspected', computed),
    entry: text('录入编号', 'Entry', { computed: true, max: 60, help: { zh: '重发不重复', en: 'Sent twice it counts once' } }),
  },
  title: ['name'],
  unique: [['task', 'position']],
  indexes: [
    ['device', 'at'],
    ['state', 'at'],
    ['deviates', 'at'],
  ],
  scope: { by: 'station', field: 'station' },
  actions: { create: null, edit: null, remove: null },
  lifecycle: {
    initial: 'open',
    states: {
      open: { label: { zh: '未检', en: 'Open' }, tone: 'active', editable: false },
      filled: { label: { zh: '已检', en: 'Filled' }, tone: 'good' },
    },
    transitions: {
      fill: {
        label: { zh: '填写', en: 'Fill in' },
        from: ['open', 'filled'],
        to: 'filled',
        action: 'operate',
        effect: 'fill',
        input: {
          value: number('手抄值', 'Hand reading'),
          finding,
          code: text('扫描编码', 'Scanned code', { max: 60 }),
          note: text('说明', 'Note', { multiline: true }),
          photos: image('照片', 'Photos', { many: true }),
          at: time('检查时间', 'Inspected'),
          entry: text('录入编号', 'Entry', { max: 60 }),
        },
      },
    },
  },
  statistics: { dimensions: ['finding', 'deviates', 'device', 'station', 'author', 'at', 'state'] },
  views: {
    columns: ['name', 'task', 'device', 'value', 'unit', 'liveValue', 'deviation', 'deviates', 'finding', 'author', 'at', 'state'],
    sort: '-at',
    filters: ['station', 'device', 'finding', 'deviates', 'author', 'state', 'at'],
  },
})
