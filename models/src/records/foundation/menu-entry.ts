import { defineRecord } from '../define.ts'
import { choice, flag, number, reference, text } from '../fields.ts'
import { audiences, channels, platforms } from '../platforms.ts'

export const menuEntry = defineRecord({
  name: 'menuEntry',
  module: 'foundation',
  label: { zh: '菜单管理', en: 'Menus' },
  help: {
    zh: '各平台、网页与移动端的导航菜单树：可改名、排序、停用、绑定权限。停用或无权的条目从导航消失，其页面与接口同时被拒绝。',
    en: 'The navigation trees of the platforms, web and app: rename, order, disable, tie to a permission. What is disabled or not permitted leaves the navigation, and its page and API are refused.',
  },
  fields: {
    code: text('编码', 'Code', { required: true, fixed: true, max: 80, search: true }),
    name: text('名称', 'Name', { required: true, max: 60, search: true }),
    nameEn: text('英文名称', 'English name', { required: true, max: 60, search: true }),
    parent: reference('上级', 'Parent', 'menuEntry'),
    platforms: choice('平台', 'Platforms', platforms, {
      many: true,
      help: { zh: '不选则与上级相同', en: 'None: those of its parent' },
    }),
    channels: choice('终端', 'Channels', channels, { many: true, help: { zh: '不选则网页与移动端都有', en: 'None: web and app' } }),
    audiences: choice('商城用户', 'Mall audience', audiences, {
      many: true,
      help: { zh: '只用于商城：运营、商户、会员各有一棵菜单树；不选则都有', en: 'For the mall, which has a tree for each; none: all' },
    }),
    position: number('顺序', 'Order', { required: true, integer: true, min: 0, max: 100_000, default: 1000 }),
    opens: choice(
      '打开方式',
      'Opens',
      {
        page: ['页面', 'A page'],
        screen: ['大屏（新窗口）', 'A big screen, in a new window'],
        link: ['外部链接（新窗口）', 'An outside link, in a new window'],
      },
      { required: true, default: 'page' },
    ),
    path: text('页面地址', 'Page address', {
      max: 200,
      pattern: { expression: '^/([^/ ][^ ]*)?$', say: { zh: '以单个 / 开头', en: 'Starts with one /' } },
      help: { zh: '分组没有地址', en: 'A group has none' },
      when: { field: 'opens', is: ['page', 'screen'] },
    }),
    url: text('外部地址', 'Outside address', {
      max: 500,
      pattern: { expression: '^https?://[^ ]+$', say: { zh: '以 http(s):// 开头', en: 'Starts with http(s)://' } },
      help: { zh: '主机须在“允许的外部网址”中', en: 'Its host must be among the permitted hosts' },
      when: { field: 'opens', is: ['link'], required: true },
    }),
    api: text('接口前缀', 'API prefix', {
      max: 200,
      pattern: { expression: '^/api/[^ ]+$', say: { zh: '以 /api/ 开头', en: 'Starts with /api/' } },
      help: { zh: '条目隐藏或无权时，此前缀下的接口一并拒绝', en: 'Refused together with the entry' },
    }),
    permission: text('所需权限', 'Permission', { max: 100 }),
    concealed: flag('停用', 'Disabled', {
      help: { zh: '从导航消失，页面与接口一并拒绝', en: 'Leaves the navigation; its page and API are refused' },
    }),
    builtIn: flag('内置', 'Built in', { computed: true }),
  },
  title: ['name'],
  unique: [['code']],
  indexes: [['parent', 'position']],
  audience: 'administration',
  actions: { create: 'administer', edit: 'administer' },
  removal: 'hard',
  views: {
    columns: ['name', 'nameEn', 'parent', 'platforms', 'channels', 'position', 'path', 'permission', 'concealed'],
    sort: 'position',
    filters: ['parent', 'platforms', 'channels', 'audiences', 'concealed'],
    tree: 'parent',
  },
})
