import { defineRecord } from '../define.ts'
import { flag, reference, text } from '../fields.ts'

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
    builtIn: flag('内置', 'Built in', { computed: true }),
  },
  title: ['name'],
  unique: [['code']],
  audience: 'administration',
  actions: { create: 'administer', edit: 'administer' },
  removal: 'hard',
  views: { columns: ['code', 'name', 'members', 'builtIn', 'updatedAt'], sort: 'code' },
})
