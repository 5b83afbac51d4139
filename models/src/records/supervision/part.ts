import { defineRecord } from '../define.ts'
import { choice, flag, money, number, reference, text } from '../fields.ts'

export const part = defineRecord({
  name: 'part',
  module: 'supervision',
  label: { zh: '配件信息', en: 'Spare parts' },
  help: {
    zh: '配件目录。库存数量与金额由入库、出库、报废流水得出；低于最低库存的进入缺货清单。',
    en: 'The catalogue. Quantity and value on hand follow from the movements; what falls below its minimum is on the shortage list.',
  },
  fields: {
    code: text('配件编号', 'Part number', { required: true, fixed: true, max: 40, search: true }),
    name: text('名称', 'Name', { required: true, max: 80, search: true }),
    specification: text('规格', 'Specification', { max: 200, search: true }),
    unit: text('单位', 'Unit', { required: true, max: 10 }),
    supplier: text('供应商', 'Supplier', { max: 120, search: true }),
    minimum: number('最低库存', 'Minimum stock', { required: true, integer: true, min: 0, default: 0 }),
    models: text('适用机型', 'Fits models', { many: true, search: true, help: { zh: '输入后回车', en: 'Type and press Enter' } }),
    onHand: number('库存', 'On hand', { required: true, integer: true, computed: true }),
    value: money('库存金额', 'Value', { required: true, computed: true }),
    averagePrice: money('平均单价', 'Average price', { computed: true }),
    short: flag('缺货', 'Short', { computed: true }),
  },
  title: ['code', 'name'],
  unique: [['code']],
  indexes: [['short', 'code'], ['name']],
  removal: 'hard',
  lifecycle: {
    initial: 'enabled',
    states: {
      enabled: { label: { zh: '启用', en: 'Enabled' }, tone: 'good' },
      disabled: { label: { zh: '停用', en: 'Disabled' }, tone: 'neutral' },
    },
    transitions: {
      disable: { label: { zh: '停用', en: 'Disable' }, from: ['enabled'], to: 'disabled', action: 'operate' },
      enable: { label: { zh: '启用', en: 'Enable' }, from: ['disabled'], to: 'enabled', action: 'operate' },
    },
  },
  statistics: {
    dimensions: ['supplier', 'short', 'state'],
    measures: {
      value: { label: { zh: '库存金额', en: 'Value' }, field: 'value', fold: 'sum' },
      onHand: { label: { zh: '数量', en: 'Quantity' }, field: 'onHand', fold: 'sum' },
    },
  },
  views: {
    columns: ['code', 'name', 'specification', 'onHand', 'unit', 'minimum', 'averagePrice', 'value', 'short', 'state'],
    sort: 'code',
    filters: ['models', 'supplier', 'short', 'state'],
  },
})

export const partStock = defineRecord({
  name: 'partStock',
  module: 'supervision',
  label: { zh: '配件库存', en: 'Parts in stock' },
  help: {
    zh: '每个配件在每个仓库的数量，恒等于其流水之和。',
    en: 'Quantity of each part in each warehouse: always the sum of its movements.',
  },
  fields: {
    part: reference('配件', 'Part', 'part', { required: true, computed: true }),
    warehouse: reference('仓库', 'Warehouse', 'warehouse', { required: true, computed: true }),
    quantity: number('数量', 'Quantity', { required: true, integer: true, computed: true }),
  },
  title: ['quantity'],
  unique: [['part', 'warehouse']],
  indexes: [['warehouse']],
  removal: 'hard',
  actions: { create: null, edit: null, remove: null },
  statistics: {
    dimensions: ['warehouse'],
    measures: { quantity: { label: { zh: '数量', en: 'Quantity' }, field: 'quantity', fold: 'sum' } },
  },
  views: { columns: ['part', 'warehouse', 'quantity', 'updatedAt'], sort: 'part', filters: ['part', 'warehouse'] },
})

export const partMovement = defineRecord({
  name: 'partMovement',
  module: 'supervision',
  label: { zh: '配件流水', en: 'Part movements' },
  help: { zh: '只增不改的库存流水；更正以反向流水记录。', en: 'The ledger, never changed: corrections are counter-entries.' },
  fields: {
    part: reference('配件', 'Part', 'part', { required: true, computed: true }),
    warehouse: reference('仓库', 'Warehouse', 'warehouse', { required: true, computed: true }),
    kind: choice(
      '类型',
      'Kind',
      { receipt: ['入库', 'Receipt'], reversal: ['入库冲销', 'Reversal'], issue: ['出库', 'Issue'], scrap: ['报废', 'Scrap'] },
      { required: true, computed: true },
    ),
    quantity: number('数量', 'Quantity', { required: true, integer: true, computed: true }),
    amount: money('金额', 'Amount', { required: true, computed: true, min: -9_007_199_254_740_991 }),
    document: text('单号', 'Document', { required: true, computed: true, search: true }),
  },
  title: ['document'],
  indexes: [['part', 'createdAt'], ['createdAt'], ['warehouse']],
  removal: 'hard',
  actions: { create: null, edit: null, remove: null },
  statistics: {
    dimensions: ['kind', 'part', 'warehouse', 'createdAt'],
    measures: {
      quantity: { label: { zh: '数量', en: 'Quantity' }, field: 'quantity', fold: 'sum' },
      amount: { label: { zh: '金额', en: 'Amount' }, field: 'amount', fold: 'sum' },
    },
  },
  views: {
    columns: ['document', 'part', 'warehouse', 'kind', 'quantity', 'amount', 'createdAt', 'createdBy'],
    sort: '-createdAt',
    filters: ['part', 'warehouse', 'kind', 'createdAt'],
  },
})
