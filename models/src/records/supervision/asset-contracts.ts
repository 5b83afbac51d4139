import { defineRecord } from '../define.ts'
import { choice, date, flag, image, money, number, reference, rows, text } from '../fields.ts'
import { approve, approved, approver, document, draft, opinion, refuse, refused, submit, submitted } from '../document-words.ts'
import { kindOf, whose } from './asset-words.ts'

const computed = true
const required = true
const metered = ['smartStation', 'centralStation'] as const

export const lease = defineRecord({
  name: 'lease',
  module: 'supervision',
  label: { zh: '设备租赁', en: 'Leases' },
  help: {
    zh: '单机模块按月租金；智慧空压站按计量用气且不低于保底；集中空压站按容量份额，基础租金乘份额加计量用气。每合同每月产生一条租金。',
    en: 'A single module by monthly rent, a packaged station by metered gas with a minimum, a central one by share: base rent times share plus metered gas. One rent line per contract and month.',
  },
  fields: {
    document,
    kind: kindOf,
    asset: { ...whose, only: { kind: '{kind}', state: 'inStock,issued' } },
    customer: text('客户', 'Customer', { required, max: 120, search: true }),
    starts: date('开始', 'Start', { required }),
    ends: date('结束', 'End', { required }),
    rent: money('月租金/基础租金', 'Monthly rent', { when: { field: 'kind', is: ['singleModule', 'unit', 'centralStation'], required } }),
    share: number('容量份额', 'Share of capacity', {
      unit: '%',
      min: 0.01,
      max: 100,
      when: { field: 'kind', is: ['centralStation'], required },
    }),
    site: text('安装地点', 'Installation site', { max: 200, search: true, when: { field: 'kind', is: ['smartStation'], required } }),
    minimumVolume: number('月保底气量', 'Minimum gas per month', {
      unit: 'm3',
      min: 0,
      max: 1e9,
      when: { field: 'kind', is: ['smartStation'], required },
    }),
    gasPrice: number('用气单价', 'Price of gas', { unit: 'CNY/m3', min: 0, max: 100, when: { field: 'kind', is: metered, required } }),
    meter: reference('计量表/用户出口', 'Meter or outlet', 'device', {
      when: { field: 'kind', is: metered },
      help: {
        zh: '集中空压站必填；智慧空压站不填则取所在站点的流量计',
        en: 'Needed for a central station; else the flow meters of the station count',
      },
    }),
    deposit: money('押金', 'Deposit', { required }),
    renewalDue: flag('待续约', 'Renewal due', { computed }),
    approver,
    opinion,
    returnedOn: date('归还日期', 'Returned on', { computed }),
    inspection: text('归还验收', 'Return inspection', { computed, multiline: true }),
  },
  title: ['document'],
  unique: [['document']],
  indexes: [
    ['asset', 'starts'],
    ['state', 'ends'],
  ],
  lifecycle: {
    initial: 'draft',
    states: {
      draft,
      submitted,
      active: { label: { zh: '执行中', en: 'Active' }, tone: 'good', holds: true },
      returned: { label: { zh: '已归还', en: 'Returned' }, tone: 'neutral' },
      refused,
    },
    transitions: {
      submit,
      approve: { ...approve, to: 'active', guard: 'fits', effect: 'begin' },
      refuse,
      renew: {
        label: { zh: '续约', en: 'Renew' },
        from: ['active'],
        to: 'active',
        action: 'approve',
        guard: 'prolongs',
        effect: 'prolong',
        input: { ends: date('新的结束日期', 'New end', { required }) },
      },
      return: {
        label: { zh: '归还', en: 'Return' },
        from: ['active'],
        to: 'returned',
        action: 'operate',
        effect: 'end',
        input: {
          returnedOn: date('归还日期', 'Returned on', { required }),
          inspection: text('归还验收', 'Return inspection', { required, multiline: true }),
          warehouse: reference('入库仓库', 'Into warehouse', 'warehouse', {
            help: { zh: '集中空压站的份额归还不动设备，不填', en: 'Empty for a share of a central station: nothing is moved' },
          }),
        },
      },
    },
  },
  statistics: {
    dimensions: ['kind', 'state', 'customer', 'renewalDue', 'starts'],
    measures: { rent: { label: { zh: '月租金', en: 'Monthly rent' }, field: 'rent', fold: 'sum' } },
  },
  views: {
    columns: ['document', 'kind', 'asset', 'customer', 'starts', 'ends', 'rent', 'share', 'renewalDue', 'state'],
    sort: '-createdAt',
    filters: ['kind', 'state', 'renewalDue', 'asset', 'customer', 'ends'],
    board: 'state',
  },
})

export const rentLine = defineRecord({
  name: 'rentLine',
  module: 'supervision',
  label: { zh: '租金明细', en: 'Rent lines' },
  help: {
    zh: '每份租赁合同每月一条，月结后自动产生；没有计量读数时等待抄表，不会按零计费。',
    en: 'One per lease and month, made after the month ends; where the meter gave no reading it waits for one instead of billing nothing.',
  },
  fields: {
    lease: reference('租赁单', 'Lease', 'lease', { required, computed }),
    month: text('月份', 'Month', { required, computed, max: 7, search: true }),
    starts: date('自', 'From', { required, computed }),
    ends: date('至', 'Through', { required, computed }),
    volume: number('计量用气', 'Metered gas', { unit: 'm3', computed }),
    billed: number('计费气量', 'Gas billed', { unit: 'm3', computed }),
    base: money('租金', 'Rent', { computed }),
    gas: money('气费', 'Gas money', { computed }),
    amount: money('应收', 'Amount due', { computed }),
    reason: text('抄表说明', 'Why this reading', { computed, max: 500 }),
  },
  title: ['month'],
  unique: [['lease', 'month']],
  indexes: [['state', 'month']],
  actions: { create: null, edit: null, remove: null },
  lifecycle: {
    initial: 'waiting',
    states: {
      waiting: { label: { zh: '待抄表', en: 'Waiting for a reading' }, tone: 'warn', editable: false },
      due: { label: { zh: '应收', en: 'Due' }, tone: 'good' },
    },
    transitions: {
      read: {
        label: { zh: '抄表', en: 'Enter the reading' },
        from: ['waiting'],
        to: 'due',
        action: 'approve',
        effect: 'bill',
        input: {
          volume: number('用气量', 'Gas used', { required, unit: 'm3', min: 0, max: 1e9 }),
          reason: text('抄表说明', 'Why this reading', { required, max: 500 }),
        },
      },
      bill: { label: { zh: '计费', en: 'Bill' }, from: ['waiting'], to: 'due', action: 'operate', effect: 'bill', internal: true },
    },
  },
  statistics: {
    dimensions: ['lease', 'month', 'state'],
    measures: {
      amount: { label: { zh: '应收', en: 'Amount due' }, field: 'amount', fold: 'sum' },
      billed: { label: { zh: '计费气量', en: 'Gas billed' }, field: 'billed', fold: 'sum' },
    },
  },
  views: {
    columns: ['month', 'lease', 'volume', 'billed', 'base', 'gas', 'amount', 'state'],
    sort: '-month',
    filters: ['lease', 'month', 'state'],
  },
})

export const sale = defineRecord({
  name: 'sale',
  module: 'supervision',
  label: { zh: '设备卖出', en: 'Sales' },
  help: {
    zh: '登记买方与价格；空压站按设备列出价格，合计等于售价。批准后产权一次转给买方，不再能出租、出库或再次卖出。',
    en: 'Buyer and price; of a station a price per unit, adding up to the whole. Approved, all of it belongs to the buyer and cannot be leased, issued or sold again.',
  },
  fields: {
    document,
    kind: kindOf,
    asset: { ...whose, only: { kind: '{kind}', state: 'inStock,issued' } },
    buyer: text('买方', 'Buyer', { required, max: 120, search: true }),
    price: money('售价', 'Price', { required }),
    lines: rows(
      '价格明细',
      'Price lines',
      {
        asset: reference('设备', 'Unit', 'asset', { required, only: { parent: '{asset}', state: 'inStock,issued' } }),
        price: money('价格', 'Price', { required }),
      },
      {
        when: { field: 'kind', is: metered },
        help: {
          zh: '智慧空压站列出全部部件；集中空压站列出卖出的设备',
          en: 'All components of a packaged station; of a central one the units sold',
        },
      },
    ),
    units: reference('卖出的设备', 'Units sold', 'asset', { many: true, computed }),
    approver,
    opinion,
  },
  title: ['document'],
  unique: [['document']],
  indexes: [['asset'], ['state', 'createdAt']],
  lifecycle: {
    initial: 'draft',
    states: { draft, submitted, approved, refused },
    transitions: { submit, approve: { ...approve, to: 'approved', effect: 'sell' }, refuse },
  },
  statistics: {
    dimensions: ['kind', 'state', 'buyer', 'createdAt'],
    measures: { price: { label: { zh: '金额', en: 'Money' }, field: 'price', fold: 'sum' } },
  },
  views: {
    columns: ['document', 'kind', 'asset', 'units', 'buyer', 'price', 'state', 'createdAt'],
    sort: '-createdAt',
    filters: ['kind', 'state', 'asset', 'createdAt'],
    board: 'state',
  },
})

export const assetScrap = defineRecord({
  name: 'assetScrap',
  module: 'supervision',
  label: { zh: '设备报废', en: 'Scrapping' },
  help: {
    zh: '申请并说明原因；智慧空压站逐部件决定报废或拆用。批准后设备“已报废”并离开库存，驳回则状态不变。',
    en: 'Asked for with a reason; of a packaged station each component is scrapped or salvaged. Approved, it leaves stock for good; refused, nothing changes.',
  },
  fields: {
    document,
    kind: kindOf,
    asset: whose,
    reason: text('原因', 'Reason', { required, multiline: true, search: true }),
    decisions: rows(
      '逐部件决定',
      'Decision per component',
      {
        asset: reference('部件', 'Component', 'asset', { required, only: { parent: '{asset}' } }),
        decision: choice('决定', 'Decision', { scrap: ['报废', 'Scrap'], salvage: ['拆用', 'Salvage'] }),
      },
      {
        when: { field: 'kind', is: metered },
        help: { zh: '保存时列出全部部件，批准前须全部决定', en: 'Saving lists every component; all are decided before approval' },
      },
    ),
    warehouse: reference('拆用件入库仓库', 'Salvage goes to', 'warehouse', { when: { field: 'kind', is: metered } }),
    photos: image('照片', 'Photos', { many: true }),
    units: reference('涉及的设备', 'Units concerned', 'asset', { many: true, computed }),
    approver,
    opinion,
  },
  title: ['document'],
  unique: [['document']],
  indexes: [['asset'], ['state', 'createdAt']],
  lifecycle: {
    initial: 'draft',
    states: { draft, submitted, approved: { ...approved, tone: 'bad' }, refused },
    transitions: { submit, approve: { ...approve, to: 'approved', effect: 'scrap' }, refuse },
  },
  views: {
    columns: ['document', 'kind', 'asset', 'reason', 'approver', 'state', 'createdAt'],
    sort: '-createdAt',
    filters: ['kind', 'state', 'asset'],
    board: 'state',
  },
})
