import { defineRecord } from '../define.ts'
import { choice, date, money, number, reference, text } from '../fields.ts'
import { approver, document, opinion } from '../document-words.ts'

const required = true
const computed = true
const reason = text('原因', 'Reason', { required, max: 300 })

export const stationOffer = defineRecord({
  name: 'stationOffer',
  module: 'investment',
  label: { zh: '服务业务', en: 'Services offered' },
  help: {
    zh: '站点提供的供气、租赁与维保服务：价格、单位与有效期。只有启用且在有效期内的可用于新的购气订单；调价不影响已有订单。',
    en: 'Gas, leases and maintenance that a station offers, with price, unit and validity. Only what is enabled and valid can be ordered; a new price leaves existing orders alone.',
  },
  fields: {
    station: reference('站点', 'Station', 'station', { required, fixed: true }),
    kind: choice(
      '类别',
      'Kind',
      { gasSale: ['供气', 'Gas sale'], lease: ['租赁', 'Lease'], maintenance: ['维保', 'Maintenance'] },
      { required, fixed: true, default: 'gasSale' },
    ),
    name: text('名称', 'Name', { required, max: 80, search: true }),
    price: number('单价', 'Price', { required, unit: 'CNY', min: 0, max: 1e8 }),
    unit: choice(
      '计价单位',
      'Per',
      { m3: ['立方米', 'm³'], month: ['月', 'Month'], visit: ['次', 'Visit'], hour: ['小时', 'Hour'] },
      { required, default: 'm3' },
    ),
    validFrom: date('有效自', 'Valid from', { required }),
    validTo: date('有效至', 'Valid until'),
    note: text('说明', 'Note', { multiline: true }),
  },
  title: ['name'],
  unique: [['station', 'name']],
  indexes: [['station', 'kind', 'state']],
  scope: { by: 'station', field: 'station' },
  lifecycle: {
    initial: 'enabled',
    states: {
      enabled: { label: { zh: '启用', en: 'Enabled' }, tone: 'good', editable: true },
      disabled: { label: { zh: '停用', en: 'Disabled' }, tone: 'neutral', editable: true },
    },
    transitions: {
      disable: { label: { zh: '停用', en: 'Disable' }, from: ['enabled'], to: 'disabled', action: 'operate' },
      enable: { label: { zh: '启用', en: 'Enable' }, from: ['disabled'], to: 'enabled', action: 'operate' },
    },
  },
  statistics: { dimensions: ['station', 'kind', 'state'] },
  views: {
    columns: ['name', 'station', 'kind', 'price', 'unit', 'validFrom', 'validTo', 'state'],
    sort: 'name',
    filters: ['station', 'kind', 'state'],
  },
})

export const gasOrder = defineRecord({
  name: 'gasOrder',
  module: 'investment',
  label: { zh: '购气订单', en: 'Gas orders' },
  help: {
    zh: '客户向站点购气：选用站点启用的供气服务，或客户生效的供气合同；下单时的价格固定不变。',
    en: 'A customer orders gas of a station by a service it offers or by a contract in force; the price of that moment stays.',
  },
  fields: {
    document,
    station: reference('站点', 'Station', 'station', { required, fixed: true }),
    customer: text('客户', 'Customer', { required, fixed: true, max: 120, search: true }),
    offer: reference('服务', 'Service', 'stationOffer', {
      required,
      fixed: true,
      only: { station: '{station}', kind: 'gasSale', state: 'enabled' },
    }),
    contract: reference('供气合同', 'Gas contract', 'gasContract', { fixed: true, only: { station: '{station}', state: 'active' } }),
    volume: number('气量', 'Volume', { required, unit: 'm3', min: 0.001, max: 1e9 }),
    from: date('供气自', 'Supply from', { required }),
    price: number('单价', 'Price', { unit: 'CNY/m3', computed }),
    amount: money('金额', 'Amount', { computed }),
    approver,
    opinion,
    reason: text('原因', 'Reason', { computed, max: 300 }),
    note: text('备注', 'Note', { multiline: true }),
  },
  title: ['document'],
  unique: [['document']],
  indexes: [['station', 'state'], ['state', 'createdAt'], ['offer'], ['contract']],
  scope: { by: 'station', field: 'station' },
  actions: { remove: null },
  lifecycle: {
    initial: 'requested',
    states: {
      requested: { label: { zh: '已申请', en: 'Requested' }, tone: 'active', editable: true },
      approved: { label: { zh: '已同意', en: 'Approved' }, tone: 'good' },
      refused: { label: { zh: '已拒绝', en: 'Refused' }, tone: 'bad' },
      cancelled: { label: { zh: '已取消', en: 'Cancelled' }, tone: 'neutral' },
    },
    transitions: {
      approve: {
        label: { zh: '同意', en: 'Approve' },
        from: ['requested'],
        to: 'approved',
        action: 'approve',
        effect: 'sign',
        input: { opinion: text('意见', 'Opinion', { multiline: true }) },
      },
      refuse: {
        label: { zh: '拒绝', en: 'Refuse' },
        from: ['requested'],
        to: 'refused',
        action: 'approve',
        effect: 'sign',
        input: { opinion: text('意见', 'Opinion', { required, multiline: true }) },
      },
      cancel: {
        label: { zh: '取消', en: 'Cancel' },
        from: ['requested', 'approved'],
        to: 'cancelled',
        action: 'operate',
        input: { reason },
      },
    },
  },
  statistics: {
    dimensions: ['station', 'state', 'customer', 'createdAt'],
    measures: {
      volume: { label: { zh: '气量', en: 'Volume' }, field: 'volume', fold: 'sum' },
      amount: { label: { zh: '金额', en: 'Amount' }, field: 'amount', fold: 'sum' },
    },
  },
  views: {
    columns: ['document', 'station', 'customer', 'offer', 'volume', 'price', 'amount', 'from', 'state'],
    sort: '-createdAt',
    filters: ['station', 'state', 'customer', 'createdAt'],
    board: 'state',
  },
})
