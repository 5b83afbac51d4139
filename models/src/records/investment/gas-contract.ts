import { defineRecord } from '../define.ts'
import { date, file, number, reference, text } from '../fields.ts'
import { approve, approved, approver, document, draft, opinion, refuse, refused, submit, submitted } from '../document-words.ts'

const required = true

export const gasContract = defineRecord({
  name: 'gasContract',
  module: 'investment',
  label: { zh: '供气合同', en: 'Gas contracts' },
  help: {
    zh: '站点与客户的供气合同：起草、审批、签订后生效。同一用户出口的有效期不能重叠；有效的合同阻止站点报废。',
    en: 'Gas supply between a station and a customer: drafted, approved, in force once signed. Terms of one outlet never overlap; a contract in force keeps its station from being scrapped.',
  },
  fields: {
    document,
    station: reference('站点', 'Station', 'station', { required, fixed: true }),
    customer: text('客户', 'Customer', { required, max: 120, search: true }),
    outlet: reference('用户出口', 'Outlet', 'device', { only: { station: '{station}', kind: 'outlet' } }),
    price: number('用气单价', 'Price of gas', { required, unit: 'CNY/m3', min: 0, max: 100 }),
    volume: number('月约定气量', 'Gas agreed per month', { unit: 'm3', min: 0, max: 1e9 }),
    starts: date('开始', 'Start', { required }),
    ends: date('结束', 'End', { required }),
    files: file('附件', 'Attachments', { many: true }),
    approver,
    opinion,
    signedOn: date('签订日期', 'Signed on', { computed: true }),
    endedOn: date('终止日期', 'Ended on', { computed: true }),
    reason: text('终止原因', 'Why it ended', { computed: true, max: 500 }),
  },
  title: ['document'],
  unique: [['document']],
  indexes: [
    ['station', 'state'],
    ['outlet', 'starts'],
    ['state', 'ends'],
  ],
  scope: { by: 'station', field: 'station' },
  lifecycle: {
    initial: 'draft',
    states: {
      draft,
      submitted,
      approved: { ...approved, tone: 'active' },
      active: { label: { zh: '生效', en: 'In force' }, tone: 'good', holds: true },
      ended: { label: { zh: '已终止', en: 'Ended' }, tone: 'neutral' },
      refused,
    },
    transitions: {
      submit,
      approve: { ...approve, to: 'approved', effect: 'sign' },
      refuse,
      conclude: {
        label: { zh: '签订', en: 'Sign' },
        from: ['approved'],
        to: 'active',
        action: 'operate',
        guard: 'free',
        input: { signedOn: date('签订日期', 'Signed on', { required }) },
      },
      end: {
        label: { zh: '终止', en: 'End' },
        from: ['active'],
        to: 'ended',
        action: 'approve',
        effect: 'end',
        input: {
          endedOn: date('终止日期', 'Ended on', { required }),
          reason: text('终止原因', 'Why it ended', { required, max: 500 }),
        },
      },
    },
  },
  statistics: { dimensions: ['station', 'state', 'customer', 'starts'] },
  views: {
    columns: ['document', 'station', 'customer', 'outlet', 'price', 'starts', 'ends', 'state'],
    sort: '-createdAt',
    filters: ['station', 'state', 'customer', 'ends'],
    board: 'state',
  },
})
