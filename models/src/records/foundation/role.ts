import { defineRecord } from '../define.ts'
import { choice, flag, reference, text } from '../fields.ts'

export const role = defineRecord({
  name: 'role',
  table: 'access_role',
  module: 'foundation',
  label: { zh: '角色管理', en: 'Roles' },
  help: {
    zh: '角色是一组权限：每种记录分查看、操作、审批、管理，每个控制命令单独授权。修改在用户的下一次请求即生效。',
    en: 'A role bundles permissions: view, operate, approve and administer per record, and each control command by itself. Changes count from a user’s next request.',
  },
  fields: {
    code: text('编码', 'Code', {
      required: true,
      fixed: true,
      max: 40,
      search: true,
      pattern: { expression: '^[a-z][A-Za-z0-9]*$', say: { zh: '字母开头的字母数字', en: 'Letters and digits, a letter first' } },
    }),
    name: text('名称', 'Name', { required: true, max: 60, search: true }),
    nameEn: text('英文名称', 'English name', { max: 60, search: true }),
    permissions: text('权限', 'Permissions', { many: true }),
    members: reference('成员', 'Members', 'user', {
      many: true,
      help: { zh: '除用户自己的角色外，另外拥有本角色的用户', en: 'Users who have this role besides their own' },
    }),
    scope: choice(
      '数据范围',
      'Data scope',
      {
        own: ['用户自己的站点', 'The user’s own stations'],
        region: ['所选区域的站点', 'Stations of regions'],
        all: ['全部站点', 'All stations'],
      },
      {
        required: true,
        default: 'own',
        help: { zh: '加到成员自己的站点之上；多个角色相加', en: 'Adds to the stations a member has; several roles add up' },
      },
    ),
    regions: reference('区域', 'Regions', 'region', {
      many: true,
      help: { zh: '含下级区域', en: 'With everything below them' },
      when: { field: 'scope', is: ['region'], required: true },
    }),
    builtIn: flag('内置', 'Built in', { computed: true }),
  },
  title: ['name'],
  unique: [['code']],
  audience: 'administration',
  actions: { create: 'administer', edit: 'administer' },
  removal: 'hard',
  views: { columns: ['code', 'name', 'scope', 'members', 'builtIn', 'updatedAt'], sort: 'code' },
})
