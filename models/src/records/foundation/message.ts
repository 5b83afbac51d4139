import { defineRecord } from '../define.ts'
import { number, reference, text, time } from '../fields.ts'

/** Published to people, who each get a delivery. */
export const message = defineRecord({
  name: 'message',
  module: 'foundation',
  label: { zh: '消息发布', en: 'Messages' },
  help: {
    zh: '起草消息，按用户、角色或区域选择接收人后发布；发布即推送。撤回后从收件箱消失，此处仍保留。',
    en: 'Draft a message, choose receivers by user, role or region, publish: it is pushed at once. Withdrawn, it leaves the inboxes and stays here.',
  },
  fields: {
    title: text('标题', 'Title', { required: true, max: 120, search: true }),
    body: text('正文', 'Text', { required: true, multiline: true, search: true }),
    users: reference('按用户', 'Users', 'user', { many: true }),
    roles: reference('按角色', 'Roles', 'role', { many: true }),
    regions: reference('按区域', 'Regions', 'region', {
      many: true,
      help: { zh: '可查看该区域站点的用户', en: 'Users who may see stations of the region' },
    }),
    publishedAt: time('发布时间', 'Published', { computed: true }),
    receivers: number('接收人数', 'Receivers', { computed: true, integer: true }),
    readers: number('已读人数', 'Read', { computed: true, integer: true }),
    occasion: text('来由', 'Occasion', {
      computed: true,
      help: { zh: '系统消息：同一来由只发一次', en: 'Of the system itself: once per occasion' },
    }),
  },
  title: ['title'],
  unique: [['occasion']],
  indexes: [['state', 'publishedAt']],
  audience: 'administration',
  lifecycle: {
    initial: 'draft',
    states: {
      draft: { label: { zh: '草稿', en: 'Draft' }, tone: 'neutral', editable: true },
      published: { label: { zh: '已发布', en: 'Published' }, tone: 'good' },
      withdrawn: { label: { zh: '已撤回', en: 'Withdrawn' }, tone: 'bad' },
    },
    transitions: {
      publish: { label: { zh: '发布', en: 'Publish' }, from: ['draft'], to: 'published', action: 'operate', effect: 'deliver' },
      withdraw: {
        label: { zh: '撤回', en: 'Withdraw' },
        from: ['published'],
        to: 'withdrawn',
        action: 'operate',
        effect: 'recall',
        confirm: { zh: '所有收件箱中的此消息都会消失。', en: 'It disappears from every inbox.' },
      },
    },
  },
  views: { columns: ['title', 'state', 'publishedAt', 'receivers', 'readers', 'createdBy'], sort: '-createdAt', filters: ['state'] },
})

const deliveryFields = {
  message: reference('消息', 'Message', 'message', { required: true, computed: true }),
  receiver: reference('接收人', 'Receiver', 'user', { required: true, computed: true }),
  title: text('标题', 'Title', { required: true, computed: true, max: 120, search: true }),
  body: text('正文', 'Text', { required: true, computed: true, multiline: true }),
  readAt: time('阅读时间', 'Read at', { computed: true }),
} as const
const deliveryLife = {
  initial: 'unread',
  states: {
    unread: { label: { zh: '未读', en: 'Unread' }, tone: 'active', editable: false },
    read: { label: { zh: '已读', en: 'Read' }, tone: 'neutral' },
  },
} as const

/** One message at one receiver, as its sender sees it. */
export const delivery = defineRecord({
  name: 'delivery',
  module: 'foundation',
  label: { zh: '送达情况', en: 'Deliveries' },
  help: { zh: '每位接收人的送达与阅读情况。', en: 'Who got the message and who read it.' },
  fields: deliveryFields,
  title: ['title'],
  unique: [['message', 'receiver']],
  indexes: [['receiver', 'state', 'createdAt']],
  audience: 'administration',
  actions: { create: null, edit: null, remove: null },
  removal: 'hard',
  lifecycle: { ...deliveryLife, transitions: {} },
  statistics: { dimensions: ['state', 'message'] },
  views: { columns: ['message', 'receiver', 'state', 'readAt'], sort: '-createdAt', filters: ['state', 'message', 'receiver'] },
  hidden: true,
})

/** The same rows as the receiver sees them: only those that name him. */
export const inbox = defineRecord({
  name: 'inbox',
  table: 'delivery',
  module: 'foundation',
  label: { zh: '我的消息', en: 'Inbox' },
  help: { zh: '发给我的消息，最新的在前；打开即为已读。', en: 'Messages to me, newest first; opening one marks it read.' },
  fields: deliveryFields,
  title: ['title'],
  unique: [['message', 'receiver']],
  indexes: [['receiver', 'state', 'createdAt']],
  scope: { by: 'own', field: 'receiver' },
  audience: 'everyone',
  actions: { create: null, edit: null, remove: null },
  removal: 'hard',
  lifecycle: {
    ...deliveryLife,
    transitions: {
      open: { label: { zh: '标为已读', en: 'Mark as read' }, from: ['unread'], to: 'read', action: 'operate', effect: 'noteReading' },
    },
  },
  views: { columns: ['title', 'state', 'createdAt', 'readAt'], sort: '-createdAt', filters: ['state'] },
})
