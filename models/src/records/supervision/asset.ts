import { defineRecord } from '../define.ts'
import { choice, date, file, image, money, number, reference, text } from '../fields.ts'

const internal = true
const operate = 'operate'
/** What stands on the nameplate; the same at the purchase and at the asset. */
export const nameplate = {
  kind: choice('类型', 'Kind', { singleModule: ['单机模块', 'Single module'] }, { required: true, default: 'singleModule' }),
  model: text('型号', 'Model', { required: true, max: 60, search: true }),
  serial: text('序列号', 'Serial number', { required: true, max: 60, search: true }),
  ratedPower: number('额定功率', 'Rated power', { required: true, unit: 'kW', min: 0.1, max: 10_000 }),
  ratedFlow: number('额定流量', 'Rated flow', { required: true, unit: 'm3/min', min: 0.01, max: 10_000 }),
  ratedPressure: number('额定压力', 'Rated pressure', { required: true, unit: 'bar', min: 0.1, max: 400 }),
  supplier: text('供应商', 'Supplier', { required: true, max: 120, search: true }),
  price: money('购入价', 'Purchase price', { required: true }),
} as const
const held = { fixed: true, computed: true } as const
/** Parts that a station is made of; the first six are the ones a packaged station cannot do without. */
export const unitTypes = {
  compressor: ['空压机', 'Compressor'],
  dryer: ['干燥机', 'Dryer'],
  receiver: ['储气罐', 'Receiver'],
  power: ['供配电', 'Power'],
  cooling: ['冷却', 'Cooling'],
  monitoring: ['监控', 'Monitoring'],
  filter: ['过滤器', 'Filter'],
  pump: ['水泵', 'Water pump'],
  valve: ['阀门', 'Valve'],
  meter: ['计量表', 'Meter'],
} as const
export const stationKinds = {
  smartStation: ['智慧空压站', 'Smart station'],
  centralStation: ['集中空压站', 'Central station'],
} as const

export const asset = defineRecord({
  name: 'asset',
  module: 'supervision',
  label: { zh: '设备台账', en: 'Assets' },
  help: {
    zh: '每台设备从购入、入库、出库、租赁到卖出、报废的一生；状态只随单据改变。',
    en: 'The life of every machine from purchase through stock, lease and sale to scrapping; only documents change its state.',
  },
  fields: {
    serial: { ...nameplate.serial, ...held },
    kind: choice(
      '类型',
      'Kind',
      { singleModule: ['单机模块', 'Single module'], ...stationKinds, unit: ['站内设备', 'Unit'] },
      { required: true, computed: true },
    ),
    unitType: choice('设备类别', 'Unit type', unitTypes, { computed: true }),
    parent: reference('所属空压站', 'Part of', 'asset', { computed: true }),
    model: { ...nameplate.model, ...held },
    ratedPower: number('额定功率', 'Rated power', { computed: true, unit: 'kW' }),
    ratedFlow: number('额定流量', 'Rated flow', { computed: true, unit: 'm3/min' }),
    ratedPressure: number('额定压力', 'Rated pressure', { computed: true, unit: 'bar' }),
    supplier: text('供应商', 'Supplier', { computed: true, max: 120, search: true }),
    price: money('购入价', 'Purchase price', { computed: true }),
    condition: choice(
      '新旧',
      'Condition',
      { new: ['全新', 'New'], used: ['旧件', 'Used'] },
      { required: true, computed: true, default: 'new' },
    ),
    owner: text('产权方', 'Owner', { computed: true, max: 120, search: true, help: { zh: '空为本企业', en: 'Empty: ourselves' } }),
    station: reference('所在站点', 'Serves at station', 'station', { computed: true }),
    device: reference('在线设备', 'Live device', 'device', { computed: true }),
    purchase: reference('购入单', 'Purchase', 'purchase', { required: true, computed: true }),
    warehouse: reference('所在仓库', 'Warehouse', 'warehouse', { computed: true }),
    location: text('库位', 'Location', { computed: true, max: 60 }),
    holder: text('客户/使用方', 'Holder', { computed: true, max: 120, search: true }),
    photo: image('照片', 'Photo'),
    documents: file('文件', 'Documents', { many: true }),
    note: text('备注', 'Note', { multiline: true }),
  },
  title: ['model', 'serial'],
  unique: [['serial'], ['device']],
  indexes: [['parent', 'unitType'], ['station'], ['kind', 'state'], ['state', 'serial'], ['model', 'state'], ['warehouse', 'state']],
  actions: { create: null, edit: 'operate', remove: null },
  lifecycle: {
    initial: 'purchased',
    states: {
      purchased: { label: { zh: '已购入', en: 'Purchased' }, tone: 'active', editable: true },
      inStock: { label: { zh: '在库', en: 'In stock' }, tone: 'good', editable: true },
      issued: { label: { zh: '已出库', en: 'Issued' }, tone: 'active', editable: true },
      leased: { label: { zh: '在租', en: 'Leased' }, tone: 'active', editable: true },
      missing: { label: { zh: '盘亏', en: 'Missing' }, tone: 'warn', editable: true },
      sold: { label: { zh: '已售', en: 'Sold' }, tone: 'neutral' },
      scrapped: { label: { zh: '已报废', en: 'Scrapped' }, tone: 'bad' },
    },
    transitions: {
      stockIn: { label: { zh: '入库', en: 'Stock in' }, from: ['purchased', 'issued'], to: 'inStock', action: operate, internal },
      issue: { label: { zh: '出库', en: 'Issue' }, from: ['inStock'], to: 'issued', action: operate, internal },
      lease: { label: { zh: '出租', en: 'Lease' }, from: ['inStock', 'issued'], to: 'leased', action: operate, internal },
      return: { label: { zh: '归还', en: 'Return' }, from: ['leased'], to: 'inStock', action: operate, internal },
      sell: { label: { zh: '卖出', en: 'Sell' }, from: ['inStock', 'issued'], to: 'sold', action: operate, internal },
      scrap: { label: { zh: '报废', en: 'Scrap' }, from: ['purchased', 'inStock', 'issued'], to: 'scrapped', action: operate, internal },
      lose: { label: { zh: '盘亏', en: 'Write off' }, from: ['inStock'], to: 'missing', action: operate, internal },
      find: { label: { zh: '盘盈', en: 'Find' }, from: ['missing'], to: 'inStock', action: operate, internal },
    },
  },
  statistics: {
    dimensions: ['state', 'model', 'warehouse', 'supplier', 'createdAt'],
    measures: { price: { label: { zh: '购入金额', en: 'Money invested' }, field: 'price', fold: 'sum' } },
  },
  views: {
    columns: ['serial', 'model', 'ratedPower', 'warehouse', 'holder', 'price', 'state'],
    sort: 'serial',
    filters: ['state', 'model', 'warehouse', 'supplier'],
  },
})

const whose = reference('设备', 'Asset', 'asset', { required: true })
const document = text('单号', 'Document', { required: true, computed: true, search: true })
const opinion = text('审批意见', 'Opinion', { multiline: true })
const approver = reference('审批人', 'Approver', 'user', { computed: true })
const said = text('审批意见', 'Opinion', { computed: true, multiline: true })

const draft = { label: { zh: '草稿', en: 'Draft' }, tone: 'neutral', editable: true } as const
const submitted = { label: { zh: '待审批', en: 'Submitted' }, tone: 'active', editable: false } as const
const refused = { label: { zh: '已驳回', en: 'Refused' }, tone: 'bad' } as const
const submit = { label: { zh: '提交', en: 'Submit' }, from: ['draft'], to: 'submitted', action: 'operate' } as const
const approve = { label: { zh: '批准', en: 'Approve' }, from: ['submitted'], action: 'approve', input: { opinion } } as const
const refuse = {
  label: { zh: '驳回', en: 'Refuse' },
  from: ['submitted'],
  to: 'refused',
  action: 'approve',
  effect: 'sign',
  input: { opinion: text('审批意见', 'Opinion', { required: true, multiline: true }) },
} as const

export const purchase = defineRecord({
  name: 'purchase',
  module: 'supervision',
  label: { zh: '设备购入', en: 'Purchases' },
  help: { zh: '单机模块的购入；批准后产生一台“已购入”设备。', en: 'Purchase of a single module; approved, it makes one asset.' },
  fields: { document, ...nameplate, approver, opinion: said },
  title: ['document'],
  unique: [['document']],
  indexes: [['state', 'createdAt']],
  lifecycle: {
    initial: 'draft',
    states: { draft, submitted, approved: { label: { zh: '已批准', en: 'Approved' }, tone: 'good' }, refused },
    transitions: { submit, approve: { ...approve, to: 'approved', effect: 'acquire' }, refuse },
  },
  statistics: {
    dimensions: ['state', 'supplier', 'createdAt'],
    measures: { price: { label: { zh: '金额', en: 'Money' }, field: 'price', fold: 'sum' } },
  },
  views: {
    columns: ['document', 'serial', 'model', 'supplier', 'price', 'state', 'createdAt'],
    sort: '-createdAt',
    filters: ['state', 'supplier', 'createdAt'],
    board: 'state',
  },
})

const posted = { label: { zh: '已过账', en: 'Posted' }, tone: 'good' } as const
export const stockIn = defineRecord({
  name: 'stockIn',
  module: 'supervision',
  label: { zh: '设备入库', en: 'Stock receipts' },
  help: {
    zh: '按序列号收入仓库；同一设备不能重复入库。',
    en: 'Received by serial number; a machine that is in stock cannot come in again.',
  },
  fields: {
    document,
    asset: { ...whose, only: { state: 'purchased,issued' } },
    warehouse: reference('仓库', 'Warehouse', 'warehouse', { required: true }),
    location: text('库位', 'Location', { required: true, max: 60 }),
    keeper: reference('库管员', 'Keeper', 'user', { computed: true }),
    postedAt: { type: 'time', label: { zh: '入库时间', en: 'Received at' }, computed: true },
  },
  title: ['document'],
  unique: [['document']],
  indexes: [['asset'], ['state', 'createdAt']],
  lifecycle: {
    initial: 'draft',
    states: { draft, posted },
    transitions: { post: { label: { zh: '入库', en: 'Receive' }, from: ['draft'], to: 'posted', action: 'operate', effect: 'receive' } },
  },
  views: {
    columns: ['document', 'asset', 'warehouse', 'location', 'keeper', 'postedAt', 'state'],
    sort: '-createdAt',
    filters: ['state', 'warehouse', 'asset'],
  },
})

export const stockOut = defineRecord({
  name: 'stockOut',
  module: 'supervision',
  label: { zh: '设备出库', en: 'Stock issues' },
  help: {
    zh: '凭已批准的租赁单或安装单出库；卖出在批准时即离库。',
    en: 'Issued against an approved lease or an installation document; a sale takes it out by itself.',
  },
  fields: {
    document,
    asset: whose,
    lease: reference('租赁单', 'Lease', 'lease', { only: { state: 'active' } }),
    installation: text('安装单号', 'Installation document', { max: 60, search: true }),
    recipient: text('接收人', 'Recipient', { required: true, max: 120 }),
    postedAt: { type: 'time', label: { zh: '出库时间', en: 'Issued at' }, computed: true },
  },
  title: ['document'],
  unique: [['document']],
  indexes: [['asset'], ['state', 'createdAt']],
  lifecycle: {
    initial: 'draft',
    states: { draft, posted },
    transitions: { post: { label: { zh: '出库', en: 'Issue' }, from: ['draft'], to: 'posted', action: 'operate', effect: 'issue' } },
  },
  views: {
    columns: ['document', 'asset', 'recipient', 'lease', 'installation', 'postedAt', 'state'],
    sort: '-createdAt',
    filters: ['state', 'asset'],
  },
})

export const lease = defineRecord({
  name: 'lease',
  module: 'supervision',
  label: { zh: '设备租赁', en: 'Leases' },
  help: {
    zh: '单机模块的租赁：批准后设备“在租”，期间不能再次出租、卖出或报废；归还时登记验收。',
    en: 'Lease of a single module: approved, it is leased and cannot be leased again, sold or scrapped; the return records an inspection.',
  },
  fields: {
    document,
    asset: { ...whose, only: { state: 'inStock,issued' } },
    customer: text('客户', 'Customer', { required: true, max: 120, search: true }),
    starts: date('开始', 'Start', { required: true }),
    ends: date('结束', 'End', { required: true }),
    rent: money('月租金', 'Monthly rent', { required: true }),
    deposit: money('押金', 'Deposit', { required: true }),
    approver,
    opinion: said,
    returnedOn: date('归还日期', 'Returned on', { computed: true }),
    inspection: text('归还验收', 'Return inspection', { computed: true, multiline: true }),
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
      active: { label: { zh: '执行中', en: 'Active' }, tone: 'good' },
      returned: { label: { zh: '已归还', en: 'Returned' }, tone: 'neutral' },
      refused,
    },
    transitions: {
      submit,
      approve: { ...approve, to: 'active', guard: 'doesNotOverlap', effect: 'begin' },
      refuse,
      return: {
        label: { zh: '归还', en: 'Return' },
        from: ['active'],
        to: 'returned',
        action: 'operate',
        effect: 'end',
        input: {
          returnedOn: date('归还日期', 'Returned on', { required: true }),
          inspection: text('归还验收', 'Return inspection', { required: true, multiline: true }),
          warehouse: reference('入库仓库', 'Into warehouse', 'warehouse', { required: true }),
        },
      },
    },
  },
  statistics: {
    dimensions: ['state', 'customer', 'starts'],
    measures: { rent: { label: { zh: '月租金', en: 'Monthly rent' }, field: 'rent', fold: 'sum' } },
  },
  views: {
    columns: ['document', 'asset', 'customer', 'starts', 'ends', 'rent', 'state'],
    sort: '-createdAt',
    filters: ['state', 'asset', 'customer', 'ends'],
    board: 'state',
  },
})

export const sale = defineRecord({
  name: 'sale',
  module: 'supervision',
  label: { zh: '设备卖出', en: 'Sales' },
  help: {
    zh: '登记买方与价格；批准后设备“已售”，不再能出租、出库或再次卖出。',
    en: 'Buyer and price; approved, the machine is sold and cannot be leased, issued without it or sold again.',
  },
  fields: {
    document,
    asset: { ...whose, only: { state: 'inStock,issued' } },
    buyer: text('买方', 'Buyer', { required: true, max: 120, search: true }),
    price: money('售价', 'Price', { required: true }),
    approver,
    opinion: said,
  },
  title: ['document'],
  unique: [['document']],
  indexes: [['asset'], ['state', 'createdAt']],
  lifecycle: {
    initial: 'draft',
    states: { draft, submitted, approved: { label: { zh: '已批准', en: 'Approved' }, tone: 'good' }, refused },
    transitions: { submit, approve: { ...approve, to: 'approved', effect: 'sell' }, refuse },
  },
  statistics: {
    dimensions: ['state', 'buyer', 'createdAt'],
    measures: { price: { label: { zh: '金额', en: 'Money' }, field: 'price', fold: 'sum' } },
  },
  views: {
    columns: ['document', 'asset', 'buyer', 'price', 'state', 'createdAt'],
    sort: '-createdAt',
    filters: ['state', 'asset', 'createdAt'],
    board: 'state',
  },
})

export const stocktake = defineRecord({
  name: 'stocktake',
  module: 'supervision',
  label: { zh: '盘点调整', en: 'Stock-taking' },
  help: { zh: '盘点差异经批准后才改变库存。', en: 'A difference changes the stock only when it is approved.' },
  fields: {
    document,
    asset: whose,
    finding: choice('结果', 'Finding', { missing: ['盘亏', 'Missing'], found: ['盘盈', 'Found'] }, { required: true }),
    warehouse: reference('仓库', 'Warehouse', 'warehouse', { required: true }),
    reason: text('原因', 'Reason', { required: true, multiline: true }),
    approver,
    opinion: said,
  },
  title: ['document'],
  unique: [['document']],
  indexes: [['asset'], ['state', 'createdAt']],
  lifecycle: {
    initial: 'draft',
    states: { draft, submitted, approved: { label: { zh: '已批准', en: 'Approved' }, tone: 'good' }, refused },
    transitions: { submit, approve: { ...approve, to: 'approved', effect: 'adjust' }, refuse },
  },
  views: {
    columns: ['document', 'asset', 'finding', 'warehouse', 'reason', 'state', 'createdAt'],
    sort: '-createdAt',
    filters: ['state', 'finding', 'warehouse'],
  },
})

export const assetScrap = defineRecord({
  name: 'assetScrap',
  module: 'supervision',
  label: { zh: '设备报废', en: 'Scrapping' },
  help: {
    zh: '申请并说明原因；批准后设备“已报废”并离开库存，驳回则状态不变。',
    en: 'Asked for with a reason; approved, the machine is scrapped and leaves stock; refused, nothing changes.',
  },
  fields: {
    document,
    asset: whose,
    reason: text('原因', 'Reason', { required: true, multiline: true, search: true }),
    photos: image('照片', 'Photos', { many: true }),
    approver,
    opinion: said,
  },
  title: ['document'],
  unique: [['document']],
  indexes: [['asset'], ['state', 'createdAt']],
  lifecycle: {
    initial: 'draft',
    states: { draft, submitted, approved: { label: { zh: '已批准', en: 'Approved' }, tone: 'bad' }, refused },
    transitions: { submit, approve: { ...approve, to: 'approved', effect: 'scrap' }, refuse },
  },
  views: {
    columns: ['document', 'asset', 'reason', 'approver', 'state', 'createdAt'],
    sort: '-createdAt',
    filters: ['state', 'asset'],
    board: 'state',
  },
})

export const assetStock = defineRecord({
  name: 'assetStock',
  module: 'supervision',
  label: { zh: '设备库存', en: 'Assets in stock' },
  help: { zh: '按型号与仓库的数量，恒等于流水之和。', en: 'Quantity by model and warehouse: always the sum of the movements.' },
  fields: {
    model: text('型号', 'Model', { required: true, computed: true, max: 60, search: true }),
    warehouse: reference('仓库', 'Warehouse', 'warehouse', { required: true, computed: true }),
    quantity: number('数量', 'Quantity', { required: true, integer: true, computed: true }),
  },
  title: ['model'],
  unique: [['model', 'warehouse']],
  removal: 'hard',
  actions: { create: null, edit: null, remove: null },
  statistics: {
    dimensions: ['model', 'warehouse'],
    measures: { quantity: { label: { zh: '数量', en: 'Quantity' }, field: 'quantity', fold: 'sum' } },
  },
  views: { columns: ['model', 'warehouse', 'quantity', 'updatedAt'], sort: 'model', filters: ['warehouse'] },
})

export const assetMovement = defineRecord({
  name: 'assetMovement',
  module: 'supervision',
  label: { zh: '设备流水', en: 'Asset movements' },
  help: { zh: '每台设备进出仓库的流水，只增不改。', en: 'Every machine in and out of every warehouse; never changed.' },
  fields: {
    asset: reference('设备', 'Asset', 'asset', { required: true, computed: true }),
    model: text('型号', 'Model', { required: true, computed: true, max: 60 }),
    warehouse: reference('仓库', 'Warehouse', 'warehouse', { required: true, computed: true }),
    quantity: number('数量', 'Quantity', { required: true, integer: true, computed: true }),
    document: text('单号', 'Document', { required: true, computed: true, search: true }),
  },
  title: ['document'],
  indexes: [['asset', 'createdAt'], ['model', 'warehouse'], ['createdAt']],
  removal: 'hard',
  actions: { create: null, edit: null, remove: null },
  statistics: {
    dimensions: ['model', 'warehouse', 'createdAt'],
    measures: { quantity: { label: { zh: '净数量', en: 'Net quantity' }, field: 'quantity', fold: 'sum' } },
  },
  views: {
    columns: ['document', 'asset', 'model', 'warehouse', 'quantity', 'createdAt', 'createdBy'],
    sort: '-createdAt',
    filters: ['model', 'warehouse', 'asset', 'createdAt'],
  },
})
