import { defineRecord } from '../define.ts'
import { number, text } from '../fields.ts'

/** One configurable number. Its history is the audit trail of its row. */
export const setting = defineRecord({
  name: 'setting',
  table: 'setting_value',
  module: 'foundation',
  label: { zh: '参数设置', en: 'Settings' },
  help: {
    zh: '各功能的可配置数值；每项有默认值、范围与完整的修改历史。',
    en: 'Every configurable number with its default, its range and the history of its changes.',
  },
  fields: {
    code: text('编码', 'Code', { required: true, computed: true, max: 80, search: true }),
    name: text('名称', 'Name', { required: true, computed: true, search: true }),
    nameEn: text('英文名称', 'English name', { required: true, computed: true, search: true }),
    value: number('当前值', 'Value', { required: true }),
    unit: text('单位', 'Unit', { computed: true, max: 20 }),
    standard: number('默认值', 'Default', { required: true, computed: true }),
    least: number('最小', 'Least', { required: true, computed: true }),
    most: number('最大', 'Most', { required: true, computed: true }),
    reason: text('修改原因', 'Reason', { max: 500 }),
  },
  title: ['name'],
  unique: [['code']],
  audience: 'administration',
  actions: { create: null, edit: 'administer', remove: null },
  views: { columns: ['code', 'name', 'value', 'unit', 'standard', 'updatedBy', 'updatedAt'], sort: 'code' },
})

const define = (zh: string, en: string, unit: string, standard: number, least: number, most: number) => ({
  label: { zh, en },
  unit,
  standard,
  least,
  most,
})
/** What may be set. A new number is a line here; it gets its row when a server starts. */
export const settings = {
  'asset.lifeYears': define('设备折旧年限', 'Years over which assets are written off', 'a', 10, 1, 40),
  'asset.residualPercent': define('设备残值率', 'Residual value of assets', '%', 5, 0, 50),
  'export.maxRows': define('单次导出行数上限', 'Rows per export', '', 1_000_000, 1000, 5_000_000),
  'income.investorPercent': define('站点收益中投资人的分成', 'Investors’ part of a station’s income', '%', 30, 0, 50),
  'income.platformPercent': define('站点收益中平台的分成', 'Platform’s part of a station’s income', '%', 10, 0, 50),
  'inspection.deviationPercent': define('手抄值与实时值允许偏差', 'Hand reading may differ from the live value by', '%', 10, 1, 100),
  'lease.renewalDays': define('租赁到期前列入待续约', 'Leases are on the renewal list before they end by', 'd', 30, 1, 365),
  'lease.settleDay': define('每月几日结算上月租金', 'Day on which the rent of the month before is settled', '', 2, 1, 28),
  'maintenance.graceDays': define('保养到期宽限', 'Grace after a service falls due', 'd', 0, 0, 60),
  'password.administratorDays': define('管理员密码更换周期', 'Age of an administrator’s password', 'd', 90, 1, 365),
  'password.administratorLength': define('管理员密码最短长度', 'Least length of an administrator’s password', '', 10, 8, 64),
  'password.ordinaryDays': define('普通用户密码更换周期', 'Age of an ordinary password', 'd', 180, 1, 730),
  'password.ordinaryLength': define('普通用户密码最短长度', 'Least length of an ordinary password', '', 8, 8, 64),
  'password.warnDays': define('密码到期前提醒', 'A password is listed as due before it is', 'd', 14, 0, 90),
  'upload.maxMegabytes': define('单个文件上限', 'Size of one file', 'MB', 20, 1, 200),
  'video.keepDays': define('录像保存天数', 'Days recordings are kept', 'd', 90, 1, 3650),
} as const
export type SettingName = keyof typeof settings
