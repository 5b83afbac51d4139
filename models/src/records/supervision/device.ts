import { deviceKinds } from '../../kinds/index.ts'
import { defineRecord } from '../define.ts'
import { choice, date, number, reference, rows, text } from '../fields.ts'

const administer = 'administer'
// Every station has one of its own kind, which is nobody's to make.
const kinds = deviceKinds.filter(({ kind }) => kind !== 'station')
const words = (zh: string, en: string): readonly [string, string] => [zh, en]
const variantWords: Readonly<Record<string, readonly [string, string]>> = {
  fixed: ['工频', 'Fixed speed'],
  vsd: ['变频', 'Variable speed'],
  airCooled: ['风冷', 'Air cooled'],
  twoStage: ['两级压缩', 'Two stage'],
  waterCooled: ['水冷', 'Water cooled'],
  refrigerated: ['冷冻式', 'Refrigerated'],
  desiccant: ['吸附式', 'Desiccant'],
  heatless: ['无热再生', 'Heatless'],
  outlet: ['出口阀', 'Outlet valve'],
  isolation: ['隔离阀', 'Isolation valve'],
}
const variants = [...new Set(kinds.flatMap((kind) => kind.variants))]

/** A machine or instrument of a station: what people keep about it. What only its twin needs stays in `config` and `ord`. */
export const device = defineRecord({
  name: 'device',
  module: 'supervision',
  label: { zh: '设备管理', en: 'Devices' },
  help: {
    zh: '各站点的空压机与设备：铭牌、网关绑定、点表与启停用；保存后实时孪生立即变化，无需重启。有历史数据的设备只能停用，不能删除。',
    en: 'Machines of the stations: nameplate, gateway, point table, in or out of service; the live twin follows at once. A device with history can be deactivated, not deleted.',
  },
  fields: {
    station: reference('站点', 'Station', 'station', { required: true, fixed: true }),
    kind: choice('类型', 'Kind', Object.fromEntries(kinds.map(({ kind, label }) => [kind, words(label.zh, label.en)])), {
      required: true,
      fixed: true,
    }),
    variants: choice('型式', 'Variants', Object.fromEntries(variants.map((name) => [name, variantWords[name] ?? words(name, name)])), {
      many: true,
    }),
    code: text('编码', 'Code', {
      required: true,
      max: 40,
      search: true,
      help: { zh: '铭牌上的编号，下发命令时须重新输入', en: 'As on the plate; typed again to confirm a command' },
    }),
    name: text('名称', 'Name', { required: true, max: 80, search: true }),
    manufacturer: text('制造商', 'Manufacturer', { max: 80, search: true }),
    model: text('型号', 'Model', { max: 60, search: true }),
    serial: text('序列号', 'Serial number', { max: 60, search: true }),
    madeOn: date('出厂日期', 'Made on'),
    ratedPower: number('额定功率', 'Rated power', { unit: 'kW', min: 0, max: 10_000 }),
    ratedFlow: number('额定流量', 'Rated flow', { unit: 'm3/min', min: 0, max: 10_000 }),
    ratedPressure: number('额定压力', 'Rated pressure', { unit: 'bar', min: 0, max: 400 }),
    volume: number('容积', 'Volume', { unit: 'm3', min: 0, max: 10_000 }),
    gateway: reference('网关', 'Gateway', 'device', {
      only: { kind: 'gateway', state: 'active', station: '{station}' },
      help: {
        zh: '空压机由哪个网关上报；绑定后只收该网关或设备自身的数据',
        en: 'Which gateway reports for a compressor; once bound, only it or the machine itself is heard',
      },
    }),
    unitGroup: text('机组编组', 'Unit group', {
      max: 20,
      when: { field: 'kind', is: ['compressor'] },
      help: {
        zh: '集中空压站的空压机编组；只有编组内的机组参与联控',
        en: 'Of compressors in a central station; only grouped units take part in joint control',
      },
    }),
    customer: text('用户', 'Customer', {
      max: 80,
      search: true,
      when: { field: 'kind', is: ['outlet'] },
      help: { zh: '供气出口的用户', en: 'Whom an outlet supplies' },
    }),
    points: rows(
      '点表',
      'Point table',
      {
        point: text('点名', 'Point', { required: true, max: 60 }),
        register: text('寄存器', 'Register', { max: 60, help: { zh: '控制器中的地址', en: 'Its address in the controller' } }),
        factor: number('系数', 'Factor', { help: { zh: '寄存器值 × 系数 = 上报值', en: 'Register value × factor = value reported' } }),
      },
      { help: { zh: '为空时取该类型的全部核心点', en: 'Empty: all core points of the kind' } },
    ),
    note: text('备注', 'Note', { multiline: true }),
  },
  beside: ['config', 'ord', 'device_station'],
  title: ['code', 'name'],
  unique: [['station', 'code'], ['serial']],
  indexes: [['station', 'kind'], ['gateway']],
  scope: { by: 'station', field: 'station' },
  actions: { create: administer, edit: administer, remove: administer },
  lifecycle: {
    initial: 'active',
    states: {
      active: { label: { zh: '在用', en: 'In service' }, tone: 'good', editable: true },
      inactive: { label: { zh: '停用', en: 'Out of service' }, tone: 'neutral', editable: true },
    },
    transitions: {
      deactivate: {
        label: { zh: '停用', en: 'Deactivate' },
        from: ['active'],
        to: 'inactive',
        action: administer,
        input: { reason: text('原因', 'Reason', { required: true, max: 300 }) },
        effect: 'leave',
      },
      activate: { label: { zh: '启用', en: 'Activate' }, from: ['inactive'], to: 'active', action: administer, effect: 'join' },
      move: {
        label: { zh: '移至其他站点', en: 'Move to another station' },
        from: ['active', 'inactive'],
        to: ['active', 'inactive'],
        action: administer,
        input: { station: reference('目标站点', 'To station', 'station', { required: true }) },
        effect: 'move',
      },
    },
  },
  statistics: {
    dimensions: ['kind', 'state', 'station'],
    measures: { ratedPower: { label: { zh: '额定功率', en: 'Rated power' }, field: 'ratedPower', fold: 'sum' } },
  },
  views: {
    columns: ['code', 'name', 'kind', 'station', 'model', 'ratedPower', 'ratedFlow', 'state'],
    sort: 'code',
    filters: ['station', 'kind', 'state'],
  },
})
