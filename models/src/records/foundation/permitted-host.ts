import { defineRecord } from '../define.ts'
import { text } from '../fields.ts'

/** Hosts outside that a menu entry may lead to. */
export const permittedHost = defineRecord({
  name: 'permittedHost',
  module: 'foundation',
  label: { zh: '允许的外部网址', en: 'Permitted hosts' },
  help: {
    zh: '菜单的外部链接只能指向这里列出的主机；仍有菜单指向的主机不能删除。',
    en: 'Outside links of menus lead to these hosts only. A host that a menu entry leads to is not deleted.',
  },
  fields: {
    host: text('主机', 'Host', {
      required: true,
      max: 200,
      search: true,
      pattern: {
        expression: '^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$',
        say: { zh: '小写主机名，可带端口', en: 'A host name in lower case, with a port if need be' },
      },
    }),
    note: text('说明', 'Note', { max: 200, search: true }),
  },
  title: ['host'],
  unique: [['host']],
  audience: 'administration',
  actions: { create: 'administer', edit: 'administer' },
  removal: 'hard',
  views: { columns: ['host', 'note', 'updatedBy', 'updatedAt'], sort: 'host' },
})
