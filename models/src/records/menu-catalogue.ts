import { permissionOf } from './permissions.ts'
import type { RecordModel } from './record-types.ts'
import { type AudienceName, type PlatformName, platformNames, platformsOf } from './platforms.ts'
import { moduleLabels, records } from './registry.ts'

export interface MenuSeed {
  readonly code: string
  readonly name: string
  readonly nameEn: string
  readonly parent: string | null
  readonly path: string | null
  readonly api: string | null
  readonly permission: string | null
  readonly platforms: readonly PlatformName[]
  /** Whose trees of the mall hold it; empty where it is in no mall. */
  readonly audiences: readonly AudienceName[]
}
const page = (
  parent: string,
  path: string,
  name: string,
  nameEn: string,
  permission: string,
  api: string | null = null,
  where: readonly PlatformName[] = sharedPages.includes(path) ? platformNames : ['supervision'],
): MenuSeed => ({
  code: `page.${path}`,
  name,
  nameEn,
  parent,
  path,
  api,
  permission,
  ...placed(where, permission === null),
})
/** What runs every platform; the mall's merchants and members have only what asks for no permission. */
const sharedPages = ['/system/users', '/system/audit', '/system/api', '/help']
const placed = (where: readonly PlatformName[], everyone = false): Pick<MenuSeed, 'platforms' | 'audiences'> => ({
  platforms: where,
  audiences: !where.includes('mall') ? [] : everyone ? ['operator', 'merchant', 'member'] : ['operator'],
})

const pages: readonly MenuSeed[] = [
  page('live', '/', '站点总览', 'Overview', 'station:view'),
  page('live', '/alarms', '报警', 'Alarms', 'alarm:view', '/api/alarms'),
  page('live', '/alarm-statistics', '报警统计', 'Alarm statistics', 'alarm:view', '/api/alarms/statistics'),
  page('live', '/energy', '能耗', 'Energy', 'station:view'),
  page('live', '/trends', '历史曲线', 'Trends', 'station:view', '/api/history'),
  page('video', '/video', '视频监控', 'Video', 'videoCamera:view', '/api/video'),
  page('upkeep', '/field/rounds', '现场巡检', 'Rounds', 'inspectionPoint:operate'),
  page('upkeep', '/maintenance', '保养统计', 'Maintenance', 'maintenanceRecord:view', '/api/maintenance'),
  page('live', '/commands', '控制记录', 'Commands', 'station:view', '/api/commands'),
  page('live', '/approvals', '待复核', 'Approvals', 'command:approve'),
  page('assets', '/assets/stock', '设备库存总览', 'Stock overview', 'asset:view'),
  page('analysis', '/analysis/investment', '设备投入分析', 'Investment', 'asset:view', '/api/analysis/investment'),
  page('analysis', '/analysis/use', '设备使用分析', 'Use', 'station:view', '/api/analysis/use'),
  page('analysis', '/analysis/distribution', '设备分布分析', 'Distribution', 'station:view', '/api/analysis/distribution'),
  page('analysis', '/analysis/output', '设备产比分析', 'Output ratio', 'station:view', '/api/analysis/output'),
  page('service', '/records/facility/racks', '机柜视图', 'Racks', 'facility:view', null, ['service']),
  page('system', '/system/dead-letters', '无法处理的消息', 'Dead letters', 'deadLetter:view', '/api/dead-letters'),
  page('system', '/system/devices', '设备接入', 'Device access', 'device:administer'),
  page('system', '/system/audit', '日志管理', 'Audit log', 'audit:view', '/api/audit'),
  page('system', '/system/users', '用户管理', 'Users', 'user:view', '/api/users'),
  page('system', '/system/health', '系统健康', 'Health', 'station:view'),
  page('system', '/system/cluster', '集群', 'Cluster', 'cluster:administer', '/api/cluster'),
  page('system', '/system/standby', '备用站点', 'Standby site', 'cluster:administer', '/api/standby'),
  page('system', '/system/availability', '可用性', 'Availability', 'cluster:administer', '/api/availability'),
  page('system', '/system/backups', '备份与恢复', 'Backup and restore', 'backup:administer', '/api/backups'),
  page('system', '/system/api', '接口文档', 'API documents', 'station:view'),
  page('system', '/help', '帮助', 'Help', 'station:view'),
]
/** Records that stand together within their module; one that is named nowhere stands under its module. */
const sections: readonly { readonly code: string; readonly name: string; readonly nameEn: string; readonly records: readonly string[] }[] =
  [
    {
      code: 'assets',
      name: '设备台账',
      nameEn: 'Assets',
      records: [
        ...['asset', 'purchase', 'stockIn', 'stockOut', 'assetStock', 'unitStock', 'stocktake', 'assetMovement', 'warehouse'],
        ...['installation', 'installationCost', 'lease', 'rentLine', 'sale', 'assetScrap'],
      ],
    },
    {
      code: 'upkeep',
      name: '设备维护',
      nameEn: 'Upkeep',
      records: [
        ...['inspectionPlan', 'inspectionTask', 'inspectionPoint', 'repair', 'workOrder'],
        ...['maintenanceItem', 'maintenanceRecord', 'maintenancePlan'],
      ],
    },
    {
      code: 'parts',
      name: '配件管理',
      nameEn: 'Spare parts',
      records: ['part', 'partReceipt', 'partIssue', 'partStock', 'partScrap', 'partMovement'],
    },
    { code: 'video', name: '视频监控', nameEn: 'Video', records: ['videoCamera', 'videoRecording'] },
    { code: 'messages', name: '消息管理', nameEn: 'Messages', records: ['message', 'delivery', 'inbox'] },
    {
      code: 'master',
      name: '基础管理',
      nameEn: 'Master data',
      records: ['station', 'device', 'region', 'tariff', 'role', 'menuEntry', 'permittedHost', 'file', 'setting', 'term', 'helpArticle'],
    },
  ]
const group = (code: string, name: string, nameEn: string): Omit<MenuSeed, 'platforms' | 'audiences'> => ({
  code,
  name,
  nameEn,
  parent: null,
  path: null,
  api: null,
  permission: null,
})

/** The menu as it comes; every record that is not hidden has its entry by being declared. People change it from there. */
export function menuSeeds(): readonly MenuSeed[] {
  const shown = records.filter(({ hidden }) => !hidden)
  const sectionOf = (name: string): string | undefined => sections.find((section) => section.records.includes(name))?.code
  const modules = [...new Set(shown.filter(({ name }) => sectionOf(name) === undefined).map(({ module }) => module))]
  const listed = sections.flatMap((section) => section.records)
  const arranged = shown.toSorted((a, b) => listed.indexOf(a.name) - listed.indexOf(b.name))
  const leaves: readonly MenuSeed[] = [
    ...pages,
    ...arranged.map((record) => ({
      code: `record.${record.name}`,
      name: record.label.zh,
      nameEn: record.label.en,
      parent: sectionOf(record.name) ?? record.module,
      path: `/records/${record.name}`,
      api: `/api/records/${record.name}`,
      permission: record.audience === 'everyone' ? null : permissionOf(record, 'view'),
      ...placed(whereOf(record), record.audience === 'everyone'),
    })),
  ]
  const groups = [
    group('live', '实时监控', 'Live supervision'),
    ...sections.map(({ code, name, nameEn }) => group(code, name, nameEn)),
    ...modules.map((module) => group(module, moduleLabels[module].zh, moduleLabels[module].en)),
    group('analysis', '统计分析', 'Analysis'),
    group('system', '系统', 'System'),
  ]
  return [
    ...groups.map((each) => {
      const held = leaves.filter(({ parent }) => parent === each.code)
      const all = <T>(of: (seed: MenuSeed) => readonly T[]): readonly T[] => [...new Set(held.flatMap(of))]
      return { ...each, platforms: all((seed) => seed.platforms), audiences: all((seed) => seed.audiences) }
    }),
    ...leaves,
  ]
}
/** Records of other modules that belong to the daily work of the supervision platform too. */
function whereOf({ module, name }: RecordModel): readonly PlatformName[] {
  const own = platformsOf(module)
  return name === 'workOrder' ? ['supervision', ...own] : own
}
