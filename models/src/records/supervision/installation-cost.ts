import { defineRecord } from '../define.ts'
import { date, money, reference, text, time } from '../fields.ts'

/** What putting a machine up has cost: freight, foundation, pipes, wages. Purchases and repairs carry their own money. */
export const installationCost = defineRecord({
  name: 'installationCost',
  module: 'supervision',
  label: { zh: '安装费用', en: 'Installation costs' },
  help: {
    zh: '设备安装的费用（运输、基础、管道、人工等）；入账后进入投入分析，不能再改，只能冲销。',
    en: 'What an installation cost (freight, foundation, pipes, wages). Booked, it counts as investment and is no longer changed, only reversed.',
  },
  fields: {
    document: text('单号', 'Document', { required: true, computed: true, search: true }),
    asset: reference('设备', 'Asset', 'asset', { required: true }),
    installation: reference('安装项目', 'Installation', 'installation'),
    what: text('费用内容', 'What for', { required: true, max: 120, search: true }),
    amount: money('金额', 'Amount', { required: true, min: 1 }),
    incurredOn: date('发生日期', 'Incurred on', { required: true }),
    bookedAt: time('入账时间', 'Booked', { computed: true }),
    note: text('备注', 'Note', { multiline: true }),
  },
  title: ['document'],
  unique: [['document']],
  indexes: [['state', 'bookedAt'], ['asset']],
  lifecycle: {
    initial: 'draft',
    states: {
      draft: { label: { zh: '草稿', en: 'Draft' }, tone: 'neutral', editable: true },
      booked: { label: { zh: '已入账', en: 'Booked' }, tone: 'good' },
      reversed: { label: { zh: '已冲销', en: 'Reversed' }, tone: 'bad' },
    },
    transitions: {
      book: { label: { zh: '入账', en: 'Book' }, from: ['draft'], to: 'booked', action: 'approve', effect: 'book' },
      reverse: {
        label: { zh: '冲销', en: 'Reverse' },
        from: ['booked'],
        to: 'reversed',
        action: 'approve',
        input: { note: text('原因', 'Reason', { required: true, multiline: true }) },
        confirm: { zh: '冲销后不再计入投入。', en: 'It no longer counts as investment.' },
      },
    },
  },
  statistics: {
    dimensions: ['state', 'bookedAt'],
    measures: { amount: { label: { zh: '金额', en: 'Money' }, field: 'amount', fold: 'sum' } },
  },
  views: {
    columns: ['document', 'asset', 'what', 'amount', 'incurredOn', 'state', 'bookedAt'],
    sort: '-createdAt',
    filters: ['state', 'asset', 'bookedAt'],
  },
})
