import { defineRecord } from '../define.ts'
import { date, money, reference, text } from '../fields.ts'
import { approver, document } from '../document-words.ts'

const required = true
const computed = true
const reason = { reason: text('原因', 'Reason', { required, max: 300 }) }

export const withdrawal = defineRecord({
  name: 'withdrawal',
  module: 'investment',
  label: { zh: '提现', en: 'Withdrawals' },
  help: {
    zh: '投资人提取收益：申请即冻结该金额，不得超过可提余额；须由另一人审批后付款，驳回或付款失败则退回余额。',
    en: 'An investor takes out income: asking sets the amount aside, never above the balance; another person approves before it is paid, and what is refused or fails goes back.',
  },
  fields: {
    document,
    investor: reference('投资人', 'Investor', 'investor', { required, fixed: true, only: { state: 'active' } }),
    amount: money('金额', 'Amount', { required, fixed: true, min: 1 }),
    approver,
    reason: text('原因', 'Reason', { computed, max: 300 }),
    payout: text('付款凭证', 'Payout reference', { computed, max: 60, search: true }),
    paidOn: date('付款日期', 'Paid on', { computed }),
    note: text('备注', 'Note', { multiline: true }),
  },
  title: ['document'],
  unique: [['document'], ['payout']],
  indexes: [
    ['investor', 'state'],
    ['state', 'createdAt'],
  ],
  audience: 'administration',
  actions: { remove: null },
  lifecycle: {
    initial: 'requested',
    states: {
      requested: { label: { zh: '待审批', en: 'Requested' }, tone: 'active', editable: true },
      approved: { label: { zh: '待付款', en: 'Approved' }, tone: 'warn' },
      paid: { label: { zh: '已付款', en: 'Paid' }, tone: 'good' },
      refused: { label: { zh: '已驳回', en: 'Refused' }, tone: 'bad' },
      failed: { label: { zh: '付款失败', en: 'Payout failed' }, tone: 'bad' },
    },
    transitions: {
      approve: {
        label: { zh: '批准', en: 'Approve' },
        from: ['requested'],
        to: 'approved',
        action: 'approve',
        guard: 'another',
        effect: 'sign',
        confirm: { zh: '批准后由财务付款。', en: 'It is paid out next.' },
      },
      refuse: {
        label: { zh: '驳回', en: 'Refuse' },
        from: ['requested', 'approved'],
        to: 'refused',
        action: 'approve',
        effect: 'release',
        input: reason,
      },
      pay: {
        label: { zh: '登记付款', en: 'Register payout' },
        from: ['approved'],
        to: 'paid',
        action: 'approve',
        effect: 'payOut',
        input: {
          payout: text('付款凭证', 'Payout reference', { required, max: 60 }),
          paidOn: date('付款日期', 'Paid on', { required }),
        },
      },
      fail: {
        label: { zh: '付款失败', en: 'Payout failed' },
        from: ['approved'],
        to: 'failed',
        action: 'approve',
        effect: 'release',
        input: reason,
      },
    },
  },
  statistics: {
    dimensions: ['investor', 'state', 'createdAt', 'paidOn'],
    measures: { amount: { label: { zh: '金额', en: 'Amount' }, field: 'amount', fold: 'sum' } },
  },
  views: {
    columns: ['document', 'investor', 'amount', 'createdAt', 'approver', 'payout', 'paidOn', 'state'],
    sort: '-createdAt',
    filters: ['investor', 'state', 'createdAt'],
    board: 'state',
  },
})
