import { defineRecord } from '../define.ts'
import { choice, flag, reference, text } from '../fields.ts'

export const region = defineRecord({
  name: 'region',
  module: 'foundation',
  label: { zh: '区域管理', en: 'Regions' },
  help: {
    zh: '全国省、市、区县（行政区划代码预置）以及其下自建的组织区域。仍有站点的区域不能停用。',
    en: 'Provinces, cities and districts of China (codes preloaded) and your own organisation regions below them. A region that still holds stations cannot be disabled.',
  },
  fields: {
    code: text('区划代码', 'Code', {
      required: true,
      fixed: true,
      max: 20,
      search: true,
      pattern: {
        expression: String.raw`^\d{6}(-[0-9A-Za-z]{1,12})?$`,
        say: { zh: '六位行政区划代码；自建区域为 代码-后缀', en: 'Six digits; own regions are code-suffix' },
      },
    }),
    name: text('名称', 'Name', { required: true, search: true, max: 60 }),
    nameEn: text('英文名称', 'English name', { search: true, max: 80 }),
    level: choice(
      '级别',
      'Level',
      {
        province: ['省级', 'Province'],
        city: ['地级', 'City'],
        district: ['县级', 'District'],
        organisation: ['组织区域', 'Organisation'],
      },
      { required: true, fixed: true, default: 'organisation' },
    ),
    parent: reference('上级', 'Parent', 'region', { fixed: true }),
    serviceDepartment: text('服务部门', 'Service department', {
      max: 60,
      help: {
        zh: '负责本区域客户请求的部门；空则由最近的上级区域决定',
        en: 'The department that serves customers of this region; empty: that of the nearest region above it',
      },
    }),
    successor: reference('并入', 'Merged into', 'region', {
      computed: true,
      help: { zh: '已并入该区域；历史记录不变，统计计入并入的区域', en: 'It went into this region: records stay, figures count there' },
    }),
    note: text('备注', 'Note', { multiline: true }),
    official: flag('行政区划', 'Official', {
      computed: true,
      help: { zh: '由行政区划代码预置', en: 'Preloaded from the administrative codes' },
    }),
  },
  title: ['name'],
  unique: [['code']],
  indexes: [
    ['parent', 'code'],
    ['level', 'code'],
  ],
  audience: 'everyday',
  actions: { create: 'administer', edit: 'administer' },
  lifecycle: {
    initial: 'enabled',
    states: {
      enabled: { label: { zh: '启用', en: 'Enabled' }, tone: 'good', editable: true },
      disabled: { label: { zh: '停用', en: 'Disabled' }, tone: 'neutral' },
    },
    transitions: {
      disable: { label: { zh: '停用', en: 'Disable' }, from: ['enabled'], to: 'disabled', action: 'administer', guard: 'holdsNoStations' },
      enable: { label: { zh: '启用', en: 'Enable' }, from: ['disabled'], to: 'enabled', action: 'administer', guard: 'notMerged' },
      merge: {
        label: { zh: '并入其他区域', en: 'Merge into another' },
        from: ['enabled'],
        to: 'disabled',
        action: 'administer',
        effect: 'merge',
        confirm: {
          zh: '其站点、仓库与下级区域移入所选区域；本区域停用，历史记录不变。此操作不能撤回。',
          en: 'Its stations, warehouses and the regions below it move there; this one is disabled, records stay. It cannot be undone.',
        },
        input: {
          into: reference('并入', 'Into', 'region', { required: true, only: { state: 'enabled', level: '{level}', parent: '{parent}' } }),
        },
      },
    },
  },
  statistics: { dimensions: ['level', 'state'] },
  views: {
    columns: ['code', 'name', 'level', 'parent', 'serviceDepartment', 'state'],
    sort: 'code',
    filters: ['level', 'parent', 'state'],
    tree: 'parent',
  },
})
