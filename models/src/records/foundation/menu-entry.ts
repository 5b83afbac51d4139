import { defineRecord } from '../define.ts'
import { flag, number, reference, text } from '../fields.ts'

export const menuEntry = defineRecord({
  name: 'menuEntry',
  module: 'foundation',
  label: { zh: '菜单管理', en: 'Menus' },
  help: {
    zh: '导航菜单树：可改名、排序、隐藏、绑定权限。隐藏或无权的条目从导航消失，其页面与接口同时被拒绝。',
    en: 'The navigation tree: rename, order, hide, tie to a permission. What is hidden or not permitted leaves the navigation, and its page and API are refused.',
  },
  fields: {
    code: text('编码', 'Code', { required: true, fixed: true, max: 80, search: true }),
    name: text('名称', 'Name', { required: true, max: 60, search: true }),
    nameEn: text('英文名称', 'English name', { required: true, max: 60, search: true }),
    parent: reference('上级', 'Parent', 'menuEntry'),
    position: number('顺序', 'Order', { required: true, integer: true, min: 0, max: 100_000, default: 1000 }),
    path: text('页面地址', 'Page address', {
      max: 200,
      pattern: { expression: '^/[^ ]*$', say: { zh: '以 / 开头', en: 'Starts with /' } },
      help: { zh: '分组没有地址', en: 'A group has none' },
    }),
    api: text('接口前缀', 'API prefix', {
      max: 200,
      pattern: { expression: '^/api/[^ ]+$', say: { zh: '以 /api/ 开头', en: 'Starts with /api/' } },
      help: { zh: '条目隐藏或无权时，此前缀下的接口一并拒绝', en: 'Refused together with the entry' },
    }),
    permission: text('所需权限', 'Permission', { max: 100 }),
    concealed: flag('隐藏', 'Hidden'),
    builtIn: flag('内置', 'Built in', { computed: true }),
  },
  title: ['name'],
  unique: [['code']],
  indexes: [['parent', 'position']],
  audience: 'administration',
  actions: { create: 'administer', edit: 'administer' },
  removal: 'hard',
  views: {
    columns: ['name', 'nameEn', 'parent', 'position', 'path', 'permission', 'concealed'],
    sort: 'position',
    filters: ['parent', 'concealed'],
    tree: 'parent',
  },
})
