import { defineRecord } from '../define.ts'
import { geo, reference, text } from '../fields.ts'

export const warehouse = defineRecord({
  name: 'warehouse',
  module: 'supervision',
  label: { zh: '仓库', en: 'Warehouses' },
  help: { zh: '设备与配件存放的地点。', en: 'Where machines and parts are kept.' },
  fields: {
    code: text('编码', 'Code', { required: true, max: 30, search: true }),
    name: text('名称', 'Name', { required: true, max: 80, search: true }),
    region: reference('区域', 'Region', 'region'),
    address: text('地址', 'Address', { max: 200, search: true }),
    position: geo('坐标', 'Position'),
    keeper: reference('库管员', 'Keeper', 'user'),
  },
  title: ['name'],
  unique: [['code']],
  removal: 'hard',
  statistics: { dimensions: ['region'] },
  views: { columns: ['code', 'name', 'region', 'address', 'keeper'], sort: 'code', filters: ['region', 'keeper'] },
})
