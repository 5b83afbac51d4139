import { defineRecord } from '../define.ts'
import { image, money, number, reference, text } from '../fields.ts'

const document = text('单号', 'Document', { required: true, computed: true, search: true })
const what = {
  part: reference('配件', 'Part', 'part', { required: true }),
  warehouse: reference('仓库', 'Warehouse', 'warehouse', { required: true }),
  quantity: number('数量', 'Quantity', { required: true, integer: true, min: 1, max: 1_000_000 }),
} as const
const draft = { label: { zh: '草稿', en: 'Draft' }, tone: 'neutral', editable: true } as const

export const partReceipt = defineRecord({
  name: 'partReceipt',
  module: 'supervision',
  label: { zh: '配件入库', en: 'Part receipts' },
  help: { zh: '登记到货并过账；过账后不能修改，只能冲销。', en: 'Enter what arrived and post it; posted, it can only be reversed.' },
  fields: {
    document,
    ...what,
    price: money('单价', 'Unit price', { required: true }),
    supplier: text('供应商', 'Supplier', { required: true, max: 120, search: true }),
    note: text('备注', 'Note', { multiline: true }),
  },
  title: ['document'],
  unique: [['document']],
  indexes: [['state', 'createdAt'], ['part']],
  lifecycle: {
    initial: 'draft',
    states: {
      draft,
      posted: { label: { zh: '已过账', en: 'Posted' }, tone: 'good' },
      reversed: { label: { zh: '已冲销', en: 'Reversed' }, tone: 'bad' },
    },
    transitions: {
      post: { label: { zh: '过账', en: 'Post' }, from: ['draft'], to: 'posted', action: 'operate', effect: 'receive' },
      reverse: {
        label: { zh: '冲销', en: 'Reverse' },
        from: ['posted'],
        to: 'reversed',
        action: 'operate',
        effect: 'takeBack',
        confirm: { zh: '将生成一条反向流水。', en: 'A counter-entry is made.' },
      },
    },
  },
  statistics: {
    dimensions: ['state', 'supplier', 'createdAt'],
    measures: { quantity: { label: { zh: '数量', en: 'Quantity' }, field: 'quantity', fold: 'sum' } },
  },
  views: {
    columns: ['document', 'part', 'warehouse', 'quantity', 'price', 'supplier', 'state', 'createdAt'],
    sort: '-createdAt',
    filters: ['state', 'part', 'warehouse', 'createdAt'],
  },
})

export const partIssue = defineRecord({
  name: 'partIssue',
  module: 'supervision',
  label: { zh: '配件出库', en: 'Part issues' },
  help: { zh: '凭工单或维修单领用；库存不足时拒绝。', en: 'Issued against a work order or repair; refused when there is not enough.' },
  fields: {
    document,
    ...what,
    order: text('工单/维修单号', 'Order number', { required: true, max: 60, search: true }),
    receiver: reference('领用人', 'Receiver', 'user', { required: true }),
    note: text('备注', 'Note', { multiline: true }),
  },
  title: ['document'],
  unique: [['document']],
  indexes: [['state', 'createdAt'], ['part']],
  lifecycle: {
    initial: 'draft',
    states: { draft, issued: { label: { zh: '已出库', en: 'Issued' }, tone: 'good' } },
    transitions: { issue: { label: { zh: '出库', en: 'Issue' }, from: ['draft'], to: 'issued', action: 'operate', effect: 'issue' } },
  },
  statistics: {
    dimensions: ['state', 'receiver', 'createdAt'],
    measures: { quantity: { label: { zh: '数量', en: 'Quantity' }, field: 'quantity', fold: 'sum' } },
  },
  views: {
    columns: ['document', 'part', 'warehouse', 'quantity', 'order', 'receiver', 'state', 'createdAt'],
    sort: '-createdAt',
    filters: ['state', 'part', 'warehouse', 'receiver', 'createdAt'],
  },
})

export const partScrap = defineRecord({
  name: 'partScrap',
  module: 'supervision',
  label: { zh: '配件报废', en: 'Part scrapping' },
  help: { zh: '申请报废，审批后库存才减少。', en: 'Asked for by the keeper; stock falls only when it is approved.' },
  fields: {
    document,
    ...what,
    reason: text('原因', 'Reason', { required: true, multiline: true, search: true }),
    photos: image('照片', 'Photos', { many: true }),
    value: money('金额', 'Value', { computed: true }),
    approver: reference('审批人', 'Approver', 'user', { computed: true }),
    opinion: text('审批意见', 'Opinion', { computed: true, multiline: true }),
  },
  title: ['document'],
  unique: [['document']],
  indexes: [['state', 'createdAt'], ['part']],
  lifecycle: {
    initial: 'requested',
    states: {
      requested: { label: { zh: '待审批', en: 'Requested' }, tone: 'active', editable: true },
      approved: { label: { zh: '已报废', en: 'Scrapped' }, tone: 'bad' },
      refused: { label: { zh: '已驳回', en: 'Refused' }, tone: 'neutral' },
    },
    transitions: {
      approve: {
        label: { zh: '批准', en: 'Approve' },
        from: ['requested'],
        to: 'approved',
        action: 'approve',
        effect: 'scrap',
        input: { opinion: text('审批意见', 'Opinion', { multiline: true }) },
      },
      refuse: {
        label: { zh: '驳回', en: 'Refuse' },
        from: ['requested'],
        to: 'refused',
        action: 'approve',
        effect: 'sign',
        input: { opinion: text('审批意见', 'Opinion', { required: true, multiline: true }) },
      },
    },
  },
  statistics: {
    dimensions: ['state', 'createdAt'],
    measures: { value: { label: { zh: '金额', en: 'Value' }, field: 'value', fold: 'sum' } },
  },
  views: {
    columns: ['document', 'part', 'warehouse', 'quantity', 'value', 'reason', 'approver', 'state', 'createdAt'],
    sort: '-createdAt',
    filters: ['state', 'part', 'warehouse', 'createdAt'],
    board: 'state',
  },
})
