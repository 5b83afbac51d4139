import { defineRecord } from '../define.ts'
import { choice, date, money, number, reference, rows, text, time } from '../fields.ts'
import { approve, approved, approver, document, draft, opinion, posted, refuse, refused, submit, submitted } from '../document-words.ts'
import { goodsKinds, kindOf, ratings, unitType, whose } from './asset-words.ts'

const computed = true
const integer = true
const required = true
const inLots = { field: 'kind', is: ['centralStation'] } as const
const serial = text('序列号', 'Serial number', { required, max: 60 })
const model = text('型号', 'Model', { required, max: 60 })

export const purchase = defineRecord({
  name: 'purchase',
  module: 'supervision',
  label: { zh: '设备购入', en: 'Purchases' },
  help: {
    zh: '单机模块、智慧空压站（附部件清单）或集中空压站（分批次、分供应商）的购入；批准后产生“已购入”设备，集中空压站的设备随到货产生。',
    en: 'Purchase of a single module, of a packaged station with its components, or of a central station in lots; approved, it makes assets, those of a central station as they are delivered.',
  },
  fields: {
    document,
    kind: choice('类型', 'Kind', goodsKinds, { required, fixed: true, default: 'singleModule' }),
    model: text('型号', 'Model', { required, max: 60, search: true }),
    serial: text('序列号/站编号', 'Serial number', { required, max: 60, search: true }),
    ratedPower: number('额定功率', 'Rated power', { required, unit: 'kW', min: 0.1, max: 100_000 }),
    ratedFlow: number('额定流量', 'Rated flow', { required, unit: 'm3/min', min: 0.01, max: 100_000 }),
    ratedPressure: number('额定压力', 'Rated pressure', { required, unit: 'bar', min: 0.1, max: 400 }),
    supplier: text('供应商', 'Supplier', { required, max: 120, search: true }),
    price: money('购入价/合同总价', 'Purchase price', { required }),
    components: rows(
      '部件清单',
      'Components',
      { unitType, model, serial, ...ratings, price: money('价格', 'Price') },
      {
        when: { field: 'kind', is: ['smartStation'] },
        help: {
          zh: '空压机、干燥机、储气罐、供配电、冷却、监控缺一不可；若填价格，合计须等于购入价',
          en: 'Compressor, dryer, receiver, power, cooling and monitoring are needed; prices, if given, add up to the purchase price',
        },
      },
    ),
    lots: rows(
      '批次',
      'Lots',
      {
        lot: text('批次', 'Lot', { required, max: 30 }),
        supplier: text('供应商', 'Supplier', { required, max: 120 }),
        unitType,
        model,
        ...ratings,
        quantity: number('数量', 'Ordered', { required, integer, min: 1, max: 500 }),
        price: money('批次价', 'Price of the lot', { required }),
        delivered: number('已到货', 'Delivered', { integer, computed }),
      },
      {
        when: inLots,
        help: { zh: '各行价格合计须等于合同总价', en: 'The prices add up to the contract total' },
      },
    ),
    ordered: number('订购台数', 'Units ordered', { integer, computed, when: inLots }),
    delivered: number('到货台数', 'Units delivered', { integer, computed, when: inLots }),
    approver,
    opinion,
  },
  title: ['document'],
  unique: [['document']],
  indexes: [['state', 'createdAt']],
  lifecycle: {
    initial: 'draft',
    states: {
      draft,
      submitted,
      partial: { label: { zh: '部分到货', en: 'Partly delivered' }, tone: 'active' },
      approved,
      delivered: { label: { zh: '全部到货', en: 'Delivered' }, tone: 'good' },
      refused,
    },
    transitions: {
      submit,
      approve: { ...approve, to: ['approved', 'partial'], effect: 'acquire' },
      refuse,
      deliver: {
        label: { zh: '到货确认', en: 'Confirm delivery' },
        from: ['partial'],
        to: ['partial', 'delivered'],
        action: 'operate',
        effect: 'deliver',
        input: {
          lot: text('批次', 'Lot', { required, max: 30 }),
          units: rows('到货设备', 'Units delivered', { unitType, serial }, { required }),
        },
      },
    },
  },
  statistics: {
    dimensions: ['kind', 'state', 'supplier', 'createdAt'],
    measures: { price: { label: { zh: '金额', en: 'Money' }, field: 'price', fold: 'sum' } },
  },
  views: {
    columns: ['document', 'kind', 'serial', 'model', 'supplier', 'price', 'delivered', 'ordered', 'state', 'createdAt'],
    sort: '-createdAt',
    filters: ['kind', 'state', 'supplier', 'createdAt'],
    board: 'state',
  },
})

const ofStation = { field: 'kind', is: ['smartStation', 'centralStation'] } as const

export const stockIn = defineRecord({
  name: 'stockIn',
  module: 'supervision',
  label: { zh: '设备入库', en: 'Stock receipts' },
  help: {
    zh: '按序列号收入仓库；空压站逐一勾选到库的设备，可分多次。同一设备不能重复入库。',
    en: 'Received by serial number; of a station its units are ticked, in as many receipts as it takes. What is in stock cannot come in again.',
  },
  fields: {
    document,
    kind: kindOf,
    asset: whose,
    units: reference('到库设备', 'Units received', 'asset', {
      many: true,
      when: ofStation,
      only: { parent: '{asset}', state: 'purchased,issued' },
      help: { zh: '对照购入清单勾选', en: 'Ticked against the purchase list' },
    }),
    warehouse: reference('仓库', 'Warehouse', 'warehouse', { required }),
    location: text('库位', 'Location', { required, max: 60 }),
    keeper: reference('库管员', 'Keeper', 'user', { computed }),
    postedAt: time('入库时间', 'Received at', { computed }),
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
    columns: ['document', 'kind', 'asset', 'units', 'warehouse', 'location', 'keeper', 'postedAt', 'state'],
    sort: '-createdAt',
    filters: ['kind', 'state', 'warehouse', 'asset'],
  },
})

export const stockOut = defineRecord({
  name: 'stockOut',
  module: 'supervision',
  label: { zh: '设备出库', en: 'Stock issues' },
  help: {
    zh: '凭已批准的租赁单或安装项目出库；卖出批准时自动产生出库单。智慧空压站整站出库，集中空压站按项目分批出库。',
    en: 'Issued against an approved lease or installation; a sale makes its own issue. A packaged station leaves as a whole, a central one in batches.',
  },
  fields: {
    document,
    kind: kindOf,
    asset: { ...whose, only: { kind: '{kind}', state: 'inStock,leased,issued', 'missing.empty': 'true' } },
    units: reference('出库设备', 'Units issued', 'asset', {
      many: true,
      when: { field: 'kind', is: ['centralStation', 'smartStation'] },
      only: { parent: '{asset}', state: 'inStock' },
      help: {
        zh: '集中空压站选择本批设备；智慧空压站总是整站出库',
        en: 'The batch of a central station; a packaged station always leaves whole',
      },
    }),
    lease: reference('租赁单', 'Lease', 'lease', { only: { asset: '{asset}', state: 'active' } }),
    installation: reference('安装项目', 'Installation', 'installation', { only: { state: 'active' } }),
    sale: reference('卖出单', 'Sale', 'sale', { computed }),
    recipient: text('接收人', 'Recipient', { required, max: 120 }),
    postedAt: time('出库时间', 'Issued at', { computed }),
  },
  title: ['document'],
  unique: [['document']],
  indexes: [['asset'], ['installation'], ['state', 'createdAt']],
  lifecycle: {
    initial: 'draft',
    states: { draft, posted },
    transitions: { post: { label: { zh: '出库', en: 'Issue' }, from: ['draft'], to: 'posted', action: 'operate', effect: 'issue' } },
  },
  views: {
    columns: ['document', 'kind', 'asset', 'units', 'recipient', 'lease', 'installation', 'sale', 'postedAt', 'state'],
    sort: '-createdAt',
    filters: ['kind', 'state', 'asset', 'installation'],
  },
})

export const installation = defineRecord({
  name: 'installation',
  module: 'supervision',
  label: { zh: '安装项目', en: 'Installations' },
  help: {
    zh: '在客户现场的安装：计划各类设备的数量，预留、分批出库与退回都记在项目上。未列计划的项目可作单机模块、智慧空压站的出库凭据。',
    en: 'An installation at a customer: how many units of each type are planned, reserved, issued and returned. One without a plan covers single modules and packaged stations.',
  },
  fields: {
    document,
    customer: text('客户', 'Customer', { required, max: 120, search: true }),
    site: text('安装地点', 'Site', { required, max: 200, search: true }),
    asset: reference('集中空压站', 'Central station', 'asset', { only: { kind: 'centralStation' } }),
    starts: date('开工日期', 'Start'),
    plan: rows('计划', 'Plan', {
      unitType,
      planned: number('计划', 'Planned', { required, integer, min: 1, max: 500 }),
      reserved: number('已预留', 'Reserved', { integer, computed }),
      issued: number('已出库', 'Issued', { integer, computed }),
      returned: number('已退回', 'Returned', { integer, computed }),
      remaining: number('剩余', 'Remaining', { integer, computed }),
    }),
    approver,
    opinion,
  },
  title: ['document', 'customer'],
  unique: [['document']],
  indexes: [['asset'], ['state', 'createdAt']],
  lifecycle: {
    initial: 'draft',
    states: {
      draft,
      submitted,
      active: { label: { zh: '进行中', en: 'Active' }, tone: 'active' },
      closed: { label: { zh: '已完工', en: 'Closed' }, tone: 'good' },
      cancelled: { label: { zh: '已取消', en: 'Cancelled' }, tone: 'neutral' },
      refused,
    },
    transitions: {
      submit,
      approve: { ...approve, to: 'active', effect: 'sign' },
      refuse,
      reserve: {
        label: { zh: '预留', en: 'Reserve' },
        from: ['active'],
        to: 'active',
        action: 'operate',
        effect: 'reserve',
        input: {
          unitType,
          quantity: number('数量', 'Quantity', { required, integer, min: 1, max: 500, default: 1 }),
          units: reference('指定设备', 'These units', 'asset', {
            many: true,
            only: { state: 'inStock', 'installation.empty': 'true' },
            help: { zh: '不指定则按序列号自动选取', en: 'Chosen by serial number if none are named' },
          }),
        },
      },
      close: {
        label: { zh: '完工', en: 'Close' },
        from: ['active'],
        to: 'closed',
        action: 'operate',
        effect: 'release',
        confirm: { zh: '未出库的预留将被释放。', en: 'What is reserved and not issued becomes free.' },
      },
      cancel: {
        label: { zh: '取消', en: 'Cancel' },
        from: ['draft', 'submitted', 'active'],
        to: 'cancelled',
        action: 'operate',
        guard: 'nothingIsOut',
        effect: 'release',
        confirm: { zh: '预留的设备将回到可用库存。', en: 'What is reserved becomes free again.' },
      },
    },
  },
  views: {
    columns: ['document', 'customer', 'site', 'asset', 'state', 'createdAt'],
    sort: '-createdAt',
    filters: ['state', 'customer', 'asset'],
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
    asset: reference('设备', 'Asset', 'asset', { required, only: { state: 'inStock,missing' } }),
    finding: choice('结果', 'Finding', { missing: ['盘亏', 'Missing'], found: ['盘盈', 'Found'] }, { required }),
    warehouse: reference('仓库', 'Warehouse', 'warehouse', { required }),
    reason: text('原因', 'Reason', { required, multiline: true }),
    approver,
    opinion,
  },
  title: ['document'],
  unique: [['document']],
  indexes: [['asset'], ['state', 'createdAt']],
  lifecycle: {
    initial: 'draft',
    states: { draft, submitted, approved, refused },
    transitions: { submit, approve: { ...approve, to: 'approved', effect: 'adjust' }, refuse },
  },
  views: {
    columns: ['document', 'asset', 'finding', 'warehouse', 'reason', 'state', 'createdAt'],
    sort: '-createdAt',
    filters: ['state', 'finding', 'warehouse'],
  },
})
