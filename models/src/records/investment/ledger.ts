import { defineRecord } from '../define.ts'
import { choice, money, number, reference, text } from '../fields.ts'

const required = true
const computed = true
const nobody = { create: null, edit: null, remove: null } as const

/** Where money is: what is owed to people and what is owed to us. */
export const accounts = {
  bank: ['银行存款', 'Bank'],
  deposit: ['待确认投资款', 'Unconfirmed deposits'],
  capital: ['投资本金', 'Invested capital'],
  receivable: ['应收气费', 'Receivable gas money'],
  operator: ['站点分成', 'Station’s part'],
  platform: ['平台分成', 'Platform’s part'],
  income: ['投资人收益', 'Investors’ income'],
  payout: ['提现在途', 'Payouts under way'],
} as const
export type AccountName = keyof typeof accounts

export const posting = defineRecord({
  name: 'posting',
  module: 'investment',
  label: { zh: '记账凭证', en: 'Postings' },
  help: {
    zh: '资金变动的凭证：借贷必相等，只增不改，更正只能冲正。每件事只记一次。',
    en: 'Every movement of money: debit equals credit, nothing is changed, corrections are counter-entries. Each cause is posted once.',
  },
  fields: {
    document: text('凭证号', 'Document', { required, computed, search: true }),
    kind: choice(
      '事由',
      'Kind',
      {
        payment: ['投资到账', 'Payment received'],
        confirm: ['确认持有', 'Holding confirmed'],
        refund: ['退回投资款', 'Payment returned'],
        redeem: ['赎回本金', 'Capital returned'],
        income: ['收益入账', 'Income booked'],
        withdraw: ['提现申请', 'Withdrawal asked for'],
        payout: ['提现付款', 'Withdrawal paid'],
        release: ['提现退回', 'Withdrawal returned'],
      },
      { required, computed },
    ),
    cause: text('来源单据', 'Cause', { required, computed, max: 80, search: true }),
    key: text('幂等键', 'Key', { required, computed, max: 80 }),
    total: money('金额', 'Amount', { required, computed }),
  },
  title: ['document'],
  unique: [['document'], ['key']],
  indexes: [['cause'], ['kind', 'createdAt']],
  audience: 'administration',
  actions: nobody,
  statistics: {
    dimensions: ['kind', 'createdAt'],
    measures: { total: { label: { zh: '金额', en: 'Amount' }, field: 'total', fold: 'sum' } },
  },
  views: {
    columns: ['document', 'kind', 'cause', 'total', 'createdAt', 'createdBy'],
    sort: '-createdAt',
    filters: ['kind', 'cause', 'createdAt'],
  },
})

export const ledgerEntry = defineRecord({
  name: 'ledgerEntry',
  module: 'investment',
  label: { zh: '分录', en: 'Ledger' },
  help: {
    zh: '复式记账分录；任何余额都等于其分录之和。',
    en: 'Entries of the double-entry ledger; every balance is the sum of its entries.',
  },
  fields: {
    posting: reference('凭证', 'Posting', 'posting', { required, computed }),
    account: choice('科目', 'Account', accounts, { required, computed }),
    investor: reference('投资人', 'Investor', 'investor', { computed }),
    station: reference('站点', 'Station', 'station', { computed }),
    debit: money('借方', 'Debit', { required, computed }),
    credit: money('贷方', 'Credit', { required, computed }),
  },
  title: ['account'],
  indexes: [['posting'], ['account', 'investor'], ['station', 'account'], ['investor', 'createdAt']],
  audience: 'administration',
  actions: nobody,
  statistics: {
    dimensions: ['account', 'investor', 'station', 'createdAt'],
    measures: {
      debit: { label: { zh: '借方', en: 'Debit' }, field: 'debit', fold: 'sum' },
      credit: { label: { zh: '贷方', en: 'Credit' }, field: 'credit', fold: 'sum' },
    },
  },
  views: {
    columns: ['createdAt', 'posting', 'account', 'investor', 'station', 'debit', 'credit'],
    sort: '-createdAt',
    filters: ['account', 'investor', 'station', 'createdAt'],
  },
})

export const stationIncome = defineRecord({
  name: 'stationIncome',
  module: 'investment',
  label: { zh: '站点收益', en: 'Station income' },
  help: {
    zh: '每站每月一条：供气合同按用户出口计量的气量与合同单价计算，按当时所属区域入账，按分成比例分给站点、投资人与平台，三者之和恒等于收益。',
    en: 'One per station and month: gas metered at the outlets of its contracts at their prices, booked in the region of that time and cut into the parts of station, investors and platform, which add up to it.',
  },
  fields: {
    station: reference('站点', 'Station', 'station', { required, computed }),
    month: text('月份', 'Month', { required, computed, max: 7, search: true }),
    region: reference('入账区域', 'Booked in region', 'region', { required, computed }),
    volume: number('计量气量', 'Gas metered', { required, computed, unit: 'm3' }),
    amount: money('收益', 'Income', { required, computed }),
    operatorPart: money('站点分成', 'Station’s part', { required, computed }),
    investorPart: money('投资人分成', 'Investors’ part', { required, computed }),
    platformPart: money('平台分成', 'Platform’s part', { required, computed }),
  },
  title: ['month'],
  unique: [['station', 'month']],
  indexes: [['region', 'month']],
  scope: { by: 'station', field: 'station' },
  audience: 'administration',
  actions: nobody,
  statistics: {
    dimensions: ['station', 'region', 'month'],
    measures: { amount: { label: { zh: '收益', en: 'Income' }, field: 'amount', fold: 'sum' } },
  },
  views: {
    columns: ['month', 'station', 'region', 'volume', 'amount', 'operatorPart', 'investorPart', 'platformPart'],
    sort: '-month',
    filters: ['station', 'region', 'month'],
  },
})
