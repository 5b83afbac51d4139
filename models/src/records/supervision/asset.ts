import { defineRecord } from '../define.ts'
import { choice, file, image, money, number, reference, rows, text } from '../fields.ts'
import { assetKinds, ratings, unitType, unitTypes } from './asset-words.ts'

const internal = true
const operate = 'operate'
const computed = true
const single = { field: 'kind', is: ['singleModule', 'unit'] } as const

export const asset = defineRecord({
  name: 'asset',
  module: 'supervision',
  label: { zh: '设备台账', en: 'Assets' },
  help: {
    zh: '每台设备从购入、入库、出库、租赁到卖出、报废的一生；状态只随单据改变。空压站由其站内设备组成。',
    en: 'The life of every machine from purchase through stock, lease and sale to scrapping; only documents change its state. A station is made of its units.',
  },
  fields: {
    serial: text('序列号', 'Serial number', { required: true, fixed: true, computed, max: 60, search: true }),
    kind: choice('类型', 'Kind', assetKinds, { required: true, computed }),
    unitType: choice('设备类别', 'Unit type', unitTypes, { computed, when: single }),
    parent: reference('所属空压站', 'Part of', 'asset', { computed, when: single }),
    model: text('型号', 'Model', { required: true, fixed: true, computed, max: 60, search: true }),
    ratedPower: { ...ratings.ratedPower, computed },
    ratedFlow: { ...ratings.ratedFlow, computed },
    ratedPressure: { ...ratings.ratedPressure, computed },
    supplier: text('供应商', 'Supplier', { computed, max: 120, search: true }),
    price: money('购入价', 'Purchase price', {
      computed,
      help: { zh: '空压站的购入价在其站内设备上', en: 'That of a station lies with its units' },
    }),
    netValue: money('净值', 'Net value', {
      computed,
      help: {
        zh: '按参数设置的年限与残值率直线折旧，每日更新',
        en: 'Straight line by the life and residual of the settings, brought up to date daily',
      },
    }),
    condition: choice('新旧', 'Condition', { new: ['全新', 'New'], used: ['旧件', 'Used'] }, { required: true, computed, default: 'new' }),
    owner: text('产权方', 'Owner', { computed, max: 120, search: true, help: { zh: '空为本企业', en: 'Empty: ourselves' } }),
    purchase: reference('购入单', 'Purchase', 'purchase', { required: true, computed }),
    warehouse: reference('所在仓库', 'Warehouse', 'warehouse', { computed }),
    location: text('库位', 'Location', { computed, max: 60 }),
    missing: text('缺少部件', 'Missing components', {
      computed,
      many: true,
      when: { field: 'kind', is: ['smartStation'] },
      help: { zh: '智慧空压站未到齐或不可用的部件', en: 'Components of a packaged station that are not there or not usable' },
    }),
    composition: rows(
      '站内组成',
      'Composition',
      {
        unitType,
        ordered: number('订购', 'Ordered', { required: true, integer: true }),
        delivered: number('到货', 'Delivered', { required: true, integer: true }),
        received: number('已入库', 'Received', { required: true, integer: true }),
        present: number('现有', 'Present', { required: true, integer: true }),
      },
      { computed, when: { field: 'kind', is: ['smartStation', 'centralStation'] } },
    ),
    installation: reference('安装项目', 'Installation', 'installation', {
      computed,
      help: { zh: '在库时为其预留，出库后装于该项目', en: 'In stock: reserved for it; issued: installed there' },
    }),
    holder: text('客户/使用方', 'Holder', { computed, max: 120, search: true }),
    station: reference('所在站点', 'Serves at station', 'station', { computed }),
    device: reference('在线设备', 'Live device', 'device', { computed }),
    photo: image('照片', 'Photo'),
    documents: file('文件', 'Documents', { many: true }),
    note: text('备注', 'Note', { multiline: true }),
  },
  title: ['model', 'serial'],
  unique: [['serial'], ['device']],
  indexes: [
    ['parent', 'unitType'],
    ['station'],
    ['kind', 'state'],
    ['installation'],
    ['purchase'],
    ['state', 'serial'],
    ['model', 'state'],
    ['warehouse', 'state'],
  ],
  actions: { create: null, edit: 'operate', remove: null },
  lifecycle: {
    initial: 'purchased',
    states: {
      purchased: { label: { zh: '已购入', en: 'Purchased' }, tone: 'active', editable: true },
      inStock: { label: { zh: '在库', en: 'In stock' }, tone: 'good', editable: true },
      issued: { label: { zh: '已出库', en: 'Issued' }, tone: 'active', editable: true },
      leased: { label: { zh: '在租', en: 'Leased' }, tone: 'active', editable: true },
      inRepair: { label: { zh: '维修中', en: 'In repair' }, tone: 'warn', editable: true },
      missing: { label: { zh: '盘亏', en: 'Missing' }, tone: 'warn', editable: true },
      sold: { label: { zh: '已售', en: 'Sold' }, tone: 'neutral' },
      scrapped: { label: { zh: '已报废', en: 'Scrapped' }, tone: 'bad' },
    },
    transitions: {
      deploy: {
        label: { zh: '投用到站点', en: 'Deploy' },
        from: ['issued', 'leased'],
        to: ['issued', 'leased'],
        action: operate,
        effect: 'deploy',
        input: {
          station: reference('所在站点', 'Station', 'station', { required: true }),
          device: reference('在线设备', 'Live device', 'device', {
            help: { zh: '与站点中哪台在线设备对应', en: 'Which of the live devices of the station it is' },
          }),
        },
      },
      withdraw: {
        label: { zh: '撤离站点', en: 'Withdraw' },
        from: ['issued', 'leased'],
        to: ['issued', 'leased'],
        action: operate,
        effect: 'withdraw',
        confirm: { zh: '撤离后不再接收遥测与控制。', en: 'No telemetry or control after it is withdrawn.' },
      },
      repair: {
        label: { zh: '送修', en: 'Send to repair' },
        from: ['inStock', 'issued'],
        to: 'inRepair',
        action: operate,
        effect: 'refresh',
        input: { cause: text('送修原因', 'Cause', { required: true }) },
      },
      repaired: {
        label: { zh: '修复', en: 'Repaired' },
        from: ['inRepair'],
        to: ['inStock', 'issued'],
        action: operate,
        effect: 'restore',
      },
      stockIn: { label: { zh: '入库', en: 'Stock in' }, from: ['purchased', 'issued'], to: 'inStock', action: operate, internal },
      issue: { label: { zh: '出库', en: 'Issue' }, from: ['inStock'], to: 'issued', action: operate, internal },
      lease: { label: { zh: '出租', en: 'Lease' }, from: ['inStock', 'issued'], to: 'leased', action: operate, internal },
      return: { label: { zh: '归还', en: 'Return' }, from: ['leased'], to: 'inStock', action: operate, internal },
      sell: { label: { zh: '卖出', en: 'Sell' }, from: ['inStock', 'issued'], to: 'sold', action: operate, internal },
      scrap: {
        label: { zh: '报废', en: 'Scrap' },
        from: ['purchased', 'inStock', 'issued', 'inRepair', 'missing'],
        to: 'scrapped',
        action: operate,
        internal,
      },
      salvage: {
        label: { zh: '拆用', en: 'Salvage' },
        from: ['purchased', 'inStock', 'issued', 'inRepair'],
        to: 'inStock',
        action: operate,
        internal,
      },
      lose: { label: { zh: '盘亏', en: 'Write off' }, from: ['inStock'], to: 'missing', action: operate, internal },
      find: { label: { zh: '盘盈', en: 'Find' }, from: ['missing'], to: 'inStock', action: operate, internal },
    },
  },
  statistics: {
    dimensions: ['kind', 'unitType', 'state', 'model', 'warehouse', 'supplier', 'condition', 'createdAt'],
    measures: {
      price: { label: { zh: '购入金额', en: 'Money invested' }, field: 'price', fold: 'sum' },
      netValue: { label: { zh: '净值', en: 'Net value' }, field: 'netValue', fold: 'sum' },
    },
  },
  views: {
    columns: ['serial', 'model', 'kind', 'unitType', 'parent', 'warehouse', 'missing', 'holder', 'price', 'state'],
    sort: 'serial',
    filters: ['kind', 'unitType', 'state', 'parent', 'model', 'warehouse', 'station', 'condition', 'supplier'],
    tree: 'parent',
  },
})

export const assetStock = defineRecord({
  name: 'assetStock',
  module: 'supervision',
  label: { zh: '设备库存', en: 'Assets in stock' },
  help: { zh: '按型号与仓库的数量，恒等于流水之和。', en: 'Quantity by model and warehouse: always the sum of the movements.' },
  fields: {
    model: text('型号', 'Model', { required: true, computed, max: 60, search: true }),
    warehouse: reference('仓库', 'Warehouse', 'warehouse', { required: true, computed }),
    quantity: number('数量', 'Quantity', { required: true, integer: true, computed }),
  },
  title: ['model'],
  unique: [['model', 'warehouse']],
  removal: 'hard',
  actions: { create: null, edit: null, remove: null },
  statistics: {
    dimensions: ['model', 'warehouse'],
    measures: { quantity: { label: { zh: '数量', en: 'Quantity' }, field: 'quantity', fold: 'sum' } },
  },
  views: { columns: ['model', 'warehouse', 'quantity', 'updatedAt'], sort: '-quantity', filters: ['warehouse'] },
})

export const unitStock = defineRecord({
  name: 'unitStock',
  module: 'supervision',
  label: { zh: '集中空压站设备库存', en: 'Units in stock' },
  help: {
    zh: '集中空压站设备及拆用旧件按类别的库存：预留只减少可用数量。',
    en: 'Units of central stations and salvaged ones by type: a reservation lowers only what is free.',
  },
  fields: {
    unitType: { ...unitType, computed },
    total: number('在库', 'Total', { required: true, integer: true, computed }),
    reserved: number('已预留', 'Reserved', { required: true, integer: true, computed }),
    free: number('可用', 'Free', { required: true, integer: true, computed, help: { zh: '不含维修中的', en: 'Without those in repair' } }),
  },
  title: ['unitType'],
  unique: [['unitType']],
  removal: 'hard',
  actions: { create: null, edit: null, remove: null },
  views: { columns: ['unitType', 'total', 'reserved', 'free', 'updatedAt'], sort: 'unitType' },
})

export const assetMovement = defineRecord({
  name: 'assetMovement',
  module: 'supervision',
  label: { zh: '设备流水', en: 'Asset movements' },
  help: { zh: '每台设备进出仓库的流水，只增不改。', en: 'Every machine in and out of every warehouse; never changed.' },
  fields: {
    asset: reference('设备', 'Asset', 'asset', { required: true, computed }),
    model: text('型号', 'Model', { required: true, computed, max: 60 }),
    warehouse: reference('仓库', 'Warehouse', 'warehouse', { required: true, computed }),
    quantity: number('数量', 'Quantity', { required: true, integer: true, computed }),
    document: text('单号', 'Document', { required: true, computed, search: true }),
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
