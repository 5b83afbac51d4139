import { defineRecord } from '../define.ts'
import { choice, reference, text, time } from '../fields.ts'

/** What a customer asks for, by whatever way he came; the service department of his region is proposed. */
export const customerRequest = defineRecord({
  name: 'customerRequest',
  module: 'service',
  label: { zh: '服务请求', en: 'Customer requests' },
  help: {
    zh: '客户的来电、来信与线上请求；按客户所在区域建议负责的服务部门。电话默认脱敏，每次查看完整号码都会记入日志。',
    en: 'What customers ask for by phone, mail or online; the service department of their region is proposed. Phone numbers are masked, and each display of a full one is logged.',
  },
  fields: {
    number: text('请求号', 'Number', { required: true, computed: true, max: 40, search: true }),
    customer: text('客户', 'Customer', { required: true, max: 80, search: true }),
    phone: text('电话', 'Phone', {
      required: true,
      max: 20,
      sensitivity: 'personal',
      pattern: {
        expression: String.raw`^\+?\d[\d -]{4,18}\d$`,
        say: { zh: '电话号码：数字，可带区号', en: 'A phone number: digits, with area code if any' },
      },
    }),
    region: reference('区域', 'Region', 'region', {
      required: true,
      only: { state: 'enabled', level: 'city,district,organisation' },
      help: { zh: '客户所在的市或区县', en: 'City or district of the customer' },
    }),
    department: text('服务部门', 'Service department', {
      max: 60,
      help: { zh: '空则取该区域或其最近上级区域的服务部门', en: 'Empty: that of the region or the nearest region above it' },
    }),
    departmentRegion: reference('部门来自区域', 'Department given by', 'region', {
      computed: true,
      help: { zh: '建议的部门是由哪个区域指定的；人工指定时为空', en: 'The region whose assignment it is; empty when chosen by hand' },
    }),
    subject: text('请求内容', 'What it is about', { required: true, multiline: true, max: 2000, search: true }),
    source: choice(
      '来源',
      'Source',
      { phone: ['电话', 'Phone'], online: ['线上', 'Online'], message: ['微信或短信', 'Message'], visit: ['上门', 'Visit'] },
      { required: true, default: 'phone' },
    ),
    station: reference('站点', 'Station', 'station'),
    asset: reference('设备', 'Machine', 'asset'),
    acceptedBy: reference('受理人', 'Accepted by', 'user', { computed: true }),
    acceptedAt: time('受理时间', 'Accepted at', { computed: true }),
    result: text('处理结果', 'Result', { computed: true, multiline: true }),
    closedAt: time('关闭时间', 'Closed at', { computed: true }),
  },
  title: ['number'],
  unique: [['number']],
  indexes: [['state', 'createdAt'], ['region'], ['department', 'state']],
  scope: { by: 'region', field: 'region' },
  // A request that came stays on record.
  actions: { create: 'operate', edit: 'operate', remove: null },
  lifecycle: {
    initial: 'new',
    states: {
      new: { label: { zh: '新建', en: 'New' }, tone: 'active', editable: true },
      accepted: { label: { zh: '已受理', en: 'Accepted' }, tone: 'warn', editable: true },
      closed: { label: { zh: '已关闭', en: 'Closed' }, tone: 'neutral' },
    },
    transitions: {
      accept: { label: { zh: '受理', en: 'Accept' }, from: ['new'], to: 'accepted', action: 'operate', effect: 'noteAccepted' },
      close: {
        label: { zh: '关闭', en: 'Close' },
        from: ['accepted'],
        to: 'closed',
        action: 'operate',
        effect: 'noteClosed',
        input: { result: text('处理结果', 'Result', { required: true, multiline: true }) },
      },
    },
  },
  statistics: { dimensions: ['state', 'department', 'region', 'source', 'createdAt'] },
  views: {
    columns: ['number', 'customer', 'phone', 'region', 'department', 'source', 'state', 'createdAt'],
    sort: '-createdAt',
    filters: ['state', 'department', 'region', 'source', 'createdAt'],
    board: 'state',
  },
})
