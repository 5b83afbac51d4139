import { defineRecord } from '../define.ts'
import { choice, reference, text, time } from '../fields.ts'

const opinion = { result: text('处理结果', 'Result', { required: true, multiline: true }) } as const

/** Work to be done at a station: made by hand, or once from an alarm. */
export const workOrder = defineRecord({
  name: 'workOrder',
  module: 'service',
  label: { zh: '工单', en: 'Work orders' },
  help: {
    zh: '站点上要做的工作：手工登记，或由报警转来；一个报警只能转一次。派工、完工、验收，逐步留痕。',
    en: 'Work to be done at a station: entered by hand or made from an alarm, from each alarm once. Assigned, done and accepted, each step on record.',
  },
  fields: {
    number: text('工单号', 'Number', { required: true, computed: true, max: 40, search: true }),
    title: text('标题', 'Title', { required: true, max: 120, search: true }),
    station: reference('站点', 'Station', 'station', { required: true, fixed: true }),
    device: reference('设备', 'Device', 'device', { fixed: true }),
    priority: choice('紧急程度', 'Priority', { P1: ['紧急', 'Urgent'], P2: ['重要', 'High'], P3: ['一般', 'Normal'] }, { default: 'P3' }),
    alarm: text('来源报警', 'From alarm', {
      fixed: true,
      max: 64,
      help: { zh: '由报警转来时为该报警的记录号', en: 'The occurrence it was made from' },
    }),
    description: text('说明', 'Description', { multiline: true, search: true }),
    assignee: reference('负责人', 'Assignee', 'user', { computed: true }),
    result: text('处理结果', 'Result', { computed: true, multiline: true }),
    doneAt: time('完工时间', 'Done at', { computed: true }),
    closedAt: time('关闭时间', 'Closed at', { computed: true }),
  },
  title: ['number'],
  unique: [['number'], ['alarm']],
  indexes: [['state', 'createdAt'], ['station'], ['assignee', 'state']],
  scope: { by: 'station', field: 'station' },
  // An order that was made stays on record: its number and its alarm are never free again.
  actions: { create: 'operate', edit: 'operate', remove: null },
  lifecycle: {
    initial: 'open',
    states: {
      open: { label: { zh: '待派工', en: 'Open' }, tone: 'active', editable: true },
      assigned: { label: { zh: '处理中', en: 'Assigned' }, tone: 'warn' },
      done: { label: { zh: '待验收', en: 'Done' }, tone: 'good' },
      closed: { label: { zh: '已关闭', en: 'Closed' }, tone: 'neutral' },
    },
    transitions: {
      assign: {
        label: { zh: '派工', en: 'Assign' },
        from: ['open', 'assigned'],
        to: 'assigned',
        action: 'operate',
        ownRight: true,
        effect: 'tell',
        input: { assignee: reference('负责人', 'Assignee', 'user', { required: true }) },
      },
      finish: {
        label: { zh: '完工', en: 'Finish' },
        from: ['assigned'],
        to: 'done',
        action: 'operate',
        effect: 'noteDone',
        input: opinion,
      },
      sendBack: {
        label: { zh: '退回', en: 'Send back' },
        from: ['done'],
        to: 'assigned',
        action: 'approve',
        effect: 'noteBack',
        input: opinion,
      },
      close: { label: { zh: '验收关闭', en: 'Accept and close' }, from: ['done'], to: 'closed', action: 'approve', effect: 'noteClosed' },
    },
  },
  statistics: { dimensions: ['state', 'priority', 'station', 'assignee', 'createdAt'] },
  views: {
    columns: ['number', 'title', 'station', 'device', 'priority', 'state', 'assignee', 'createdAt'],
    sort: '-createdAt',
    filters: ['state', 'priority', 'station', 'assignee', 'alarm', 'createdAt'],
    board: 'state',
  },
})
