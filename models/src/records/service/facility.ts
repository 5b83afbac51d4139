import { defineRecord } from '../define.ts'
import { choice, date, geo, image, money, number, reference, text } from '../fields.ts'

const required = true
const computed = true
const on = date('日期', 'Date', { required })
const cost = money('费用', 'Cost', { required })
const detail = (zh: string, en: string) => text(zh, en, { required, multiline: true })
const racked = { field: 'mounting', is: ['rack'] } as const

export const facilitySteps = {
  install: ['安装', 'Installed'],
  commission: ['投用', 'Taken into service'],
  maintain: ['维护', 'Maintenance'],
  fail: ['故障', 'Fault'],
  exchange: ['更换配件', 'Part exchanged'],
  restore: ['恢复', 'Back in service'],
  scrap: ['报废', 'Scrapped'],
} as const

/** Servers, network devices, cameras, terminals: what the platform itself stands on. */
export const facility = defineRecord({
  name: 'facility',
  module: 'service',
  label: { zh: '基础设施资产', en: 'Infrastructure' },
  help: {
    zh: '平台基础设施从安装、投用、维护、故障、更换配件到报废的一生；每一步留下日期、说明与费用。',
    en: 'Servers, network and terminals from installation through service, maintenance, faults and exchanged parts to scrapping; each step with date, words and cost.',
  },
  fields: {
    code: text('资产编号', 'Asset number', { required, max: 40, search: true }),
    name: text('名称', 'Name', { required, max: 80, search: true }),
    kind: choice(
      '类别',
      'Kind',
      {
        server: ['服务器', 'Server'],
        network: ['网络设备', 'Network device'],
        camera: ['摄像机', 'Camera'],
        terminal: ['采集终端', 'Data terminal'],
        power: ['电源设备', 'Power supply'],
        other: ['其他', 'Other'],
      },
      { required, default: 'server' },
    ),
    model: text('型号', 'Model', { max: 60, search: true }),
    serial: text('序列号', 'Serial number', { max: 60, search: true }),
    supplier: text('供应商', 'Supplier', { max: 120, search: true }),
    price: money('购置安装费', 'Purchase and installation', { required, fixed: true }),
    installedOn: date('安装日期', 'Installed on', { required, fixed: true }),
    warrantyTo: date('质保至', 'Warranty until'),
    mounting: choice('位置', 'Place', { rack: ['机柜', 'Rack'], field: ['现场', 'In the field'] }, { required, default: 'rack' }),
    rack: text('机柜', 'Rack', { max: 40, search: true, when: { ...racked, required } }),
    slot: number('起始 U 位', 'Lowest unit', { integer: true, min: 1, max: 48, when: { ...racked, required } }),
    height: number('占用 U 数', 'Units high', { integer: true, min: 1, max: 48, when: { ...racked, required } }),
    spot: text('安装地点', 'Where it stands', { max: 120, search: true, when: { field: 'mounting', is: ['field'], required } }),
    site: geo('坐标', 'Coordinates', { when: { field: 'mounting', is: ['field'] } }),
    cost: money('累计费用', 'Cost so far', { computed }),
    stateSince: date('状态起始', 'In this state since', { computed }),
    photo: image('照片', 'Photo'),
    note: text('备注', 'Note', { multiline: true }),
  },
  title: ['code', 'name'],
  unique: [['code'], ['serial']],
  indexes: [
    ['rack', 'slot'],
    ['kind', 'state'],
  ],
  actions: { remove: null },
  lifecycle: {
    initial: 'installed',
    states: {
      installed: { label: { zh: '已安装', en: 'Installed' }, tone: 'active', editable: true },
      inService: { label: { zh: '在用', en: 'In service' }, tone: 'good', editable: true },
      maintenance: { label: { zh: '维护中', en: 'In maintenance' }, tone: 'warn', editable: true },
      fault: { label: { zh: '故障', en: 'Faulty' }, tone: 'bad', editable: true },
      scrapped: { label: { zh: '已报废', en: 'Scrapped' }, tone: 'neutral' },
    },
    transitions: {
      commission: {
        label: { zh: '投用', en: 'Take into service' },
        from: ['installed'],
        to: 'inService',
        action: 'operate',
        effect: 'step',
        input: { on },
      },
      maintain: {
        label: { zh: '开始维护', en: 'Start maintenance' },
        from: ['inService'],
        to: 'maintenance',
        action: 'operate',
        effect: 'step',
        input: { on, detail: detail('维护内容', 'What is done') },
      },
      fail: {
        label: { zh: '报故障', en: 'Report a fault' },
        from: ['inService', 'maintenance'],
        to: 'fault',
        action: 'operate',
        effect: 'step',
        input: { on, detail: detail('故障现象', 'What is wrong') },
      },
      exchange: {
        label: { zh: '更换配件', en: 'Exchange a part' },
        from: ['maintenance', 'fault'],
        to: ['maintenance', 'fault'],
        action: 'operate',
        effect: 'step',
        input: { on, part: text('配件', 'Part', { required, max: 120 }), detail: detail('更换原因', 'Why'), cost },
      },
      restore: {
        label: { zh: '恢复使用', en: 'Back into service' },
        from: ['maintenance', 'fault'],
        to: 'inService',
        action: 'operate',
        effect: 'step',
        input: { on, detail: detail('处理结果', 'Result'), cost },
      },
      scrap: {
        label: { zh: '报废', en: 'Scrap' },
        from: ['inService', 'maintenance', 'fault'],
        to: 'scrapped',
        action: 'approve',
        effect: 'step',
        input: { on, detail: detail('报废原因', 'Why'), cost },
        confirm: { zh: '报废后不能恢复，机柜位置随之空出。', en: 'This is final; its place in the rack is free again.' },
      },
    },
  },
  statistics: {
    dimensions: ['kind', 'state', 'rack', 'supplier', 'installedOn'],
    measures: { cost: { label: { zh: '累计费用', en: 'Cost so far' }, field: 'cost', fold: 'sum' } },
  },
  views: {
    columns: ['code', 'name', 'kind', 'rack', 'slot', 'spot', 'stateSince', 'cost', 'state'],
    sort: 'code',
    filters: ['kind', 'state', 'rack', 'mounting'],
    board: 'state',
  },
})

/** One step in the life of an infrastructure asset; never changed. */
export const facilityEvent = defineRecord({
  name: 'facilityEvent',
  module: 'service',
  label: { zh: '生命周期', en: 'Life' },
  help: { zh: '资产一生的每一步及费用，只增不改。', en: 'Every step in the life of an asset with its cost; never changed.' },
  fields: {
    facility: reference('资产', 'Asset', 'facility', { required, computed, belongs: true }),
    ordinal: number('序号', 'No.', { required, computed, integer: true }),
    step: choice('步骤', 'Step', facilitySteps, { required, computed }),
    on: date('日期', 'Date', { required, computed }),
    detail: text('说明', 'Detail', { computed, multiline: true, search: true }),
    part: text('配件', 'Part', { computed, max: 120, search: true }),
    cost: money('费用', 'Cost', { required, computed }),
  },
  title: ['step'],
  unique: [['facility', 'ordinal']],
  actions: { create: null, edit: null, remove: null },
  hidden: true,
  statistics: {
    dimensions: ['facility', 'step', 'on'],
    measures: { cost: { label: { zh: '费用', en: 'Cost' }, field: 'cost', fold: 'sum' } },
  },
  views: {
    columns: ['ordinal', 'on', 'facility', 'step', 'part', 'detail', 'cost', 'createdBy'],
    sort: '-ordinal',
    filters: ['facility', 'step', 'on'],
  },
})
