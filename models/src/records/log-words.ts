import type { Label } from '../kinds/types.ts'
import { labels, type Words } from './fields.ts'
import { type PlatformName, platformsOf } from './platforms.ts'
import type { ModuleName } from './record-types.ts'
import { findRecord, records } from './registry.ts'

/** What log lines are about beside records, by the module it belongs to; what is of the foundation stands in the log of every platform. */
const others: Readonly<Record<string, readonly [zh: string, en: string, module: ModuleName]>> = {
  'sign-in': ['登录', 'Sign-in', 'foundation'],
  'sign-out': ['退出', 'Sign-out', 'foundation'],
  user: ['用户', 'User', 'foundation'],
  audit: ['日志', 'Log', 'foundation'],
  command: ['控制命令', 'Command', 'supervision'],
  alarm: ['报警', 'Alarm', 'supervision'],
  alarms: ['报警', 'Alarms', 'supervision'],
  history: ['历史数据', 'History', 'supervision'],
  run: ['程序运行', 'Run', 'supervision'],
  joint: ['联控', 'Joint control', 'supervision'],
  video: ['视频', 'Video', 'supervision'],
  analysis: ['统计分析', 'Analysis', 'analytics'],
  cluster: ['集群', 'Cluster', 'platform'],
  availability: ['可用性', 'Availability', 'platform'],
  backup: ['备份与恢复', 'Backup and restore', 'foundation'],
}
const actionWords = labels({
  'sign-in': ['登录', 'Sign in'],
  'sign-out': ['退出', 'Sign out'],
  create: ['新建', 'Create'],
  update: ['修改', 'Edit'],
  delete: ['删除', 'Delete'],
  export: ['导出', 'Export'],
  import: ['导入', 'Import'],
  bulk: ['批量操作', 'Bulk act'],
  show: ['显示敏感信息', 'Show a sensitive value'],
  password: ['修改密码', 'Change password'],
  save: ['保存', 'Save'],
  fence: ['设置围栏', 'Set fence'],
  site: ['迁移站址', 'Move the site'],
  outline: ['设置外形', 'Set outline'],
  placement: ['摆放设备', 'Place a unit'],
  position: ['修正位置', 'Correct position'],
  secret: ['更换密钥', 'Rotate secret'],
  'energy-quota': ['设置能耗定额', 'Set energy quota'],
  ack: ['确认', 'Acknowledge'],
  reset: ['复位', 'Reset'],
  shelve: ['搁置', 'Shelve'],
  unshelve: ['取消搁置', 'Unshelve'],
  service: ['停用或启用', 'In or out of service'],
  issue: ['下发', 'Issue'],
  approve: ['复核', 'Approve'],
  cancel: ['撤回', 'Cancel'],
  end: ['结束', 'End'],
  start: ['启动', 'Start'],
  abort: ['中止', 'Abort'],
  playback: ['回放', 'Play back'],
  engage: ['投入', 'Engage'],
  release: ['解除', 'Release'],
  drain: ['迁出', 'Drain'],
  judge: ['认定', 'Judge'],
  plan: ['设置计划', 'Set schedule'],
  verify: ['校验', 'Verify'],
  restore: ['恢复', 'Restore'],
  discard: ['删除副本', 'Discard copy'],
} satisfies Words)
/** What one filters a log by: acts that many records share. */
export const logActions: readonly string[] = ['sign-in', 'sign-out', 'create', 'update', 'delete', 'export', 'import', 'show']

/** Every family of log lines, for the filter. */
export function logFamilies(): readonly { readonly family: string; readonly label: Label }[] {
  return [
    ...Object.entries(others).map(([family, [zh, en]]) => ({ family, label: { zh, en } })),
    ...records.map(({ name, label }) => ({ family: name, label })),
  ]
}
export function familyLabel(family: string): Label {
  const known = others[family]
  return known ? { zh: known[0], en: known[1] } : (findRecord(family)?.label ?? { zh: family, en: family })
}
export function logActionLabel(family: string, action: string): Label {
  const known = (actionWords as Readonly<Record<string, Label>>)[action]
  return findRecord(family)?.lifecycle?.transitions[action]?.label ?? known ?? { zh: action, en: action }
}

/** Families of the lines of one platform's log: what its menu holds, and what all platforms build upon. */
export function familiesOf(platform: PlatformName): readonly string[] {
  const here = (module: ModuleName): boolean => platformsOf(module).includes(platform)
  const own = Object.entries(others).flatMap(([family, [, , module]]) => (here(module) ? [family] : []))
  return [...own, ...records.flatMap(({ name, module }) => (here(module) ? [name] : []))]
}
