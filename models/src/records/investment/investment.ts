import { defineRecord } from '../define.ts'
import { date, money, number, reference, text } from '../fields.ts'
import { document } from '../document-words.ts'

const required = true
const computed = true
const reason = text('原因', 'Reason', { required, max: 500 })

/** An application for a part of a station's share value; confirmed, it is a holding. */
export const investment = defineRecord({
  name: 'investment',
  module: 'investment',
  label: { zh: '站点投资', en: 'Investments' },
  help: {
    zh: '申请即预留份额，到账后确认为持有，赎回后归入历史。同一站点全部份额不超过总股本；持有期间站点不能整体报废。',
    en: 'Applying reserves the share, payment and confirmation make it a holding, redemption ends it. All shares of a station never exceed its total share value; while held, the station is not scrapped as a whole.',
  },
  fields: {
    document,
    investor: reference('投资人', 'Investor', 'investor', { required, fixed: true, only: { state: 'active' } }),
    station: reference('站点', 'Station', 'station', { required, fixed: true }),
    amount: money('金额', 'Amount', { required, min: 1 }),
    share: number('份额', 'Share', { unit: '%', computed, help: { zh: '金额占站点总股本', en: 'Amount of the total share value' } }),
    receipt: text('到账凭证', 'Receipt', { computed, max: 60, search: true }),
    paidOn: date('到账日期', 'Paid on', { computed }),
    heldFrom: date('持有自', 'Held from', { computed }),
    heldTo: date('持有至', 'Held until', { computed }),
    reason: text('原因', 'Reason', { computed, max: 500 }),
    note: text('备注', 'Note', { multiline: true }),
  },
  title: ['document'],
  unique: [['document'], ['receipt']],
  indexes: [
    ['station', 'state'],
    ['investor', 'state'],
    ['state', 'createdAt'],
  ],
  scope: { by: 'station', field: 'station' },
  audience: 'administration',
  actions: { remove: null },
  lifecycle: {
    initial: 'applied',
    states: {
      applied: { label: { zh: '已申请', en: 'Applied' }, tone: 'active', editable: true },
      paid: { label: { zh: '已到账', en: 'Paid' }, tone: 'warn', holds: true },
      active: { label: { zh: '持有', en: 'Held' }, tone: 'good', holds: true },
      redeemed: { label: { zh: '已赎回', en: 'Redeemed' }, tone: 'neutral' },
      refused: { label: { zh: '已驳回', en: 'Refused' }, tone: 'bad' },
      withdrawn: { label: { zh: '已撤回', en: 'Withdrawn' }, tone: 'neutral' },
    },
    transitions: {
      pay: {
        label: { zh: '登记到账', en: 'Register payment' },
        from: ['applied'],
        to: 'paid',
        action: 'operate',
        guard: 'matches',
        effect: 'receive',
        input: {
          received: money('到账金额', 'Amount received', { required, min: 1 }),
          paidOn: date('到账日期', 'Paid on', { required }),
          receipt: text('到账凭证', 'Receipt', { required, max: 60 }),
        },
      },
      confirm: {
        label: { zh: '确认', en: 'Confirm' },
        from: ['paid'],
        to: 'active',
        action: 'approve',
        guard: 'stands',
        effect: 'hold',
        confirm: { zh: '确认后该投资人持有此份额并参与分成。', en: 'The investor then holds this share and takes part in its income.' },
      },
      redeem: {
        label: { zh: '赎回', en: 'Redeem' },
        from: ['active'],
        to: 'redeemed',
        action: 'approve',
        effect: 'leave',
        input: { heldTo: date('持有至', 'Held until', { required }), reason },
        confirm: { zh: '本金退回投资人，份额释放。', en: 'The capital goes back to the investor and the share is free.' },
      },
      refuse: {
        label: { zh: '驳回', en: 'Refuse' },
        from: ['applied', 'paid'],
        to: 'refused',
        action: 'approve',
        effect: 'giveBack',
        input: { reason },
      },
      withdraw: { label: { zh: '撤回', en: 'Withdraw' }, from: ['applied'], to: 'withdrawn', action: 'operate', input: { reason } },
    },
  },
  statistics: {
    dimensions: ['station', 'investor', 'state', 'createdAt', 'paidOn'],
    measures: { amount: { label: { zh: '金额', en: 'Amount' }, field: 'amount', fold: 'sum' } },
  },
  views: {
    columns: ['document', 'investor', 'station', 'amount', 'share', 'paidOn', 'heldFrom', 'state'],
    sort: '-createdAt',
    filters: ['station', 'investor', 'state', 'createdAt'],
    board: 'state',
  },
})
