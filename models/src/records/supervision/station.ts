import { defineRecord } from '../define.ts'
import { choice, date, geo, money, number, reference, text } from '../fields.ts'

const administer = 'administer'
const since = { on: date('生效日期', 'As of', { required: true }), reason: text('说明', 'Reason', { max: 300 }) }

/** Master data of a station; what its twin needs beyond it stays in `config` (see twin-server/src/store/stations.ts). */
export const station = defineRecord({
  name: 'station',
  module: 'supervision',
  label: { zh: '站点管理', en: 'Stations' },
  help: {
    zh: '站点的名称、区域、地址、坐标、负责人与状态；保存后实时孪生立即按新的数据运行。仍有设备的站点不能删除。',
    en: 'Name, region, address, coordinates, manager and state of each station; its live twin follows at once. A station that still has devices cannot be deleted.',
  },
  fields: {
    code: text('编码', 'Code', { required: true, max: 40, search: true }),
    name: text('名称', 'Name', { required: true, max: 80, search: true }),
    nameEn: text('英文名称', 'English name', { max: 80, search: true }),
    kind: choice(
      '类型',
      'Kind',
      {
        singleModule: ['单机模块', 'Single module'],
        smartStation: ['智慧空压站', 'Smart station'],
        centralStation: ['集中空压站', 'Central station'],
      },
      { required: true, fixed: true },
    ),
    region: reference('区域', 'Region', 'region', {
      required: true,
      only: { level: 'district', state: 'enabled' },
      help: {
        zh: '所在区县；按省或市筛选会找到其下全部站点',
        en: 'Its district; filtering by a province or city finds all stations in it',
      },
    }),
    address: text('地址', 'Address', { max: 200, search: true }),
    site: geo('坐标', 'Coordinates', { help: { zh: 'WGS-84；空为未定位', en: 'WGS-84; empty: not located' } }),
    manager: text('负责人', 'Manager', { max: 60, search: true }),
    capacity: number('设计产能', 'Design capacity', { unit: 'm3/min', min: 0, max: 100_000 }),
    openedOn: date('投运日期', 'Opened on'),
    shareValue: money('总股本', 'Total share value'),
    stateSince: date('状态起始', 'In this state since', { computed: true }),
    note: text('备注', 'Note', { multiline: true }),
  },
  beside: ['config', 'timeZone', 'station_updated'],
  title: ['name'],
  unique: [['code']],
  indexes: [['region', 'kind']],
  scope: { by: 'station', field: 'id' },
  actions: { create: administer, edit: administer, remove: administer },
  lifecycle: {
    initial: 'planned',
    states: {
      planned: { label: { zh: '筹建', en: 'Planned' }, tone: 'neutral', editable: true },
      building: { label: { zh: '在建', en: 'Building' }, tone: 'active', editable: true },
      operating: { label: { zh: '运营', en: 'Operating' }, tone: 'good', editable: true },
      suspended: { label: { zh: '停运', en: 'Suspended' }, tone: 'warn', editable: true },
      closed: { label: { zh: '关停', en: 'Closed' }, tone: 'bad', editable: true },
    },
    transitions: {
      build: {
        label: { zh: '开工', en: 'Start building' },
        from: ['planned'],
        to: 'building',
        action: administer,
        input: since,
        effect: 'enter',
      },
      open: {
        label: { zh: '投运', en: 'Open' },
        from: ['planned', 'building', 'suspended'],
        to: 'operating',
        action: administer,
        input: since,
        effect: 'enter',
      },
      suspend: {
        label: { zh: '停运', en: 'Suspend' },
        from: ['operating'],
        to: 'suspended',
        action: administer,
        input: since,
        effect: 'enter',
      },
      close: {
        label: { zh: '关停', en: 'Close' },
        from: ['operating', 'suspended'],
        to: 'closed',
        action: administer,
        input: since,
        effect: 'enter',
      },
    },
  },
  statistics: { dimensions: ['kind', 'state', 'region'] },
  views: {
    columns: ['code', 'name', 'kind', 'region', 'address', 'manager', 'state'],
    sort: 'code',
    filters: ['kind', 'region', 'state'],
  },
})
