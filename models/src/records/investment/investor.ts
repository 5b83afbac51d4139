import { defineRecord } from '../define.ts'
import { choice, reference, text } from '../fields.ts'
import { document } from '../document-words.ts'

const sensitivity = 'personal'
const reason = { reason: text('原因', 'Reason', { required: true, max: 300 }) }

export const investor = defineRecord({
  name: 'investor',
  module: 'investment',
  label: { zh: '投资人', en: 'Investors' },
  help: {
    zh: '投资人的身份、联系方式与收款账户。冻结后不能再投资和提现，仍可查看。',
    en: 'Who invests: identity, contact and bank account. A frozen investor neither invests nor withdraws, and may still read.',
  },
  fields: {
    document: { ...document, label: { zh: '编号', en: 'Number' } },
    name: text('名称', 'Name', { required: true, max: 80, search: true }),
    kind: choice('类别', 'Kind', { person: ['个人', 'Person'], company: ['企业', 'Company'] }, { required: true, default: 'person' }),
    user: reference('登录账号', 'Account', 'user'),
    identity: text('证件号/信用代码', 'Identity number', { max: 40, sensitivity }),
    phone: text('电话', 'Phone', { max: 30, sensitivity }),
    bank: text('开户行', 'Bank', { max: 80 }),
    bankAccount: text('银行账号', 'Bank account', { max: 40, sensitivity }),
    risk: choice('风险等级', 'Risk level', { low: ['保守', 'Low'], medium: ['稳健', 'Medium'], high: ['进取', 'High'] }),
    reason: text('冻结/解冻原因', 'Why frozen or not', { computed: true, max: 300 }),
    note: text('备注', 'Note', { multiline: true }),
  },
  title: ['name'],
  unique: [['document'], ['user'], ['identity']],
  indexes: [['state', 'name']],
  audience: 'administration',
  actions: { remove: 'administer' },
  lifecycle: {
    initial: 'active',
    states: {
      active: { label: { zh: '正常', en: 'Active' }, tone: 'good', editable: true },
      frozen: { label: { zh: '冻结', en: 'Frozen' }, tone: 'bad', editable: true },
    },
    transitions: {
      freeze: { label: { zh: '冻结', en: 'Freeze' }, from: ['active'], to: 'frozen', action: 'approve', input: reason },
      release: { label: { zh: '解冻', en: 'Release' }, from: ['frozen'], to: 'active', action: 'approve', input: reason },
    },
  },
  statistics: { dimensions: ['kind', 'risk', 'state'] },
  views: { columns: ['document', 'name', 'kind', 'phone', 'bankAccount', 'risk', 'state'], sort: 'document', filters: ['kind', 'state'] },
})
