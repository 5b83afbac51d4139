import { deviceKinds } from '../kinds/index.ts'
import type { Label } from '../kinds/types.ts'
import { actionLabels, actionsOf, ownRights, permissionOf } from './permissions.ts'
import { moneyPermission } from './money.ts'
import { moduleLabels, records } from './registry.ts'

export interface PermissionGroup {
  readonly code: string
  readonly label: Label
  readonly permissions: readonly { readonly code: string; readonly label: Label }[]
}
const entry = (code: string, zh: string, en: string) => ({ code, label: { zh, en } })

/** Rights to what lives: stations, alarms, people, logs. Those that a record has too stand in its own group. */
const core: readonly PermissionGroup[] = [
  {
    code: 'core',
    label: { zh: '实时监控与系统', en: 'Live supervision and system' },
    permissions: [
      entry('station:view', '查看站点', 'View stations'),
      entry('station:operate', '操作站点', 'Operate stations'),
      entry('station:administer', '管理站点', 'Administer stations'),
      entry('alarm:view', '查看报警', 'View alarms'),
      entry('alarm:operate', '处理报警', 'Handle alarms'),
      entry('alarm:administer', '停用报警', 'Take alarms out of service'),
      entry('alarm:escalation', '接收升级报警', 'Receive escalated alarms'),
      entry('command:approve', '复核命令', 'Approve commands'),
      entry('device:administer', '管理设备密钥', 'Administer device secrets'),
      entry('deadLetter:view', '查看无法处理的消息', 'View dead letters'),
      entry('audit:view', '查看日志', 'View the audit log'),
      entry('cluster:administer', '管理集群', 'Administer the cluster'),
      entry('backup:administer', '管理备份与恢复', 'Administer backups and restores'),
      entry('user:view', '查看用户', 'View users'),
      entry('user:administer', '管理用户', 'Administer users'),
      entry(moneyPermission, '查看金额', 'See amounts of money'),
      entry('personal:view', '查看未脱敏的个人信息', 'See personal data unmasked'),
    ],
  },
]

/** Everything a role may hold, in the groups of its table. A new record or command appears here by being declared. */
export function permissionGroups(): readonly PermissionGroup[] {
  const ofRecords = records.map((record) => ({
    code: record.name,
    label: { zh: `${moduleLabels[record.module].zh} · ${record.label.zh}`, en: `${moduleLabels[record.module].en} · ${record.label.en}` },
    permissions: [
      ...actionsOf(record).map((action) => ({ code: permissionOf(record, action), label: actionLabels[action] })),
      ...ownRights(record).map(([code, way]) => ({ code, label: way.label })),
    ],
  }))
  const commands = deviceKinds
    .filter((kind) => kind.commands.length > 0)
    .map((kind) => ({
      code: `command.${kind.kind}`,
      label: { zh: `控制 · ${kind.label.zh}`, en: `Control · ${kind.label.en}` },
      permissions: kind.commands.map((command) => ({ code: `command:${command.code}`, label: command.label })),
    }))
  const said = new Set(ofRecords.flatMap(({ permissions }) => permissions.map(({ code }) => code)))
  const beyond = core.map((group) => ({ ...group, permissions: group.permissions.filter(({ code }) => !said.has(code)) }))
  return [...beyond, ...ofRecords, ...commands]
}
export const allPermissions = (): readonly string[] => permissionGroups().flatMap(({ permissions }) => permissions.map(({ code }) => code))
