import { permissionOf } from './permissions.ts'
import { moduleLabels, records } from './registry.ts'

export interface MenuSeed {
  readonly code: string
  readonly name: string
  readonly nameEn: string
  readonly parent: string | null
  readonly path: string | null
  readonly api: string | null
  readonly permission: string | null
}
const page = (parent: string, path: string, name: string, nameEn: string, permission: string, api: string | null = null): MenuSeed => ({
  code: `page.${path}`,
  name,
  nameEn,
  parent,
  path,
  api,
  permission,
})

const pages: readonly MenuSeed[] = [
  page('live', '/', '站点总览', 'Overview', 'station:view'),
  page('live', '/alarms', '报警', 'Alarms', 'alarm:view', '/api/alarms'),
  page('live', '/alarm-statistics', '报警统计', 'Alarm statistics', 'alarm:view', '/api/alarms/statistics'),
  page('live', '/energy', '能耗', 'Energy', 'station:view'),
  page('live', '/trends', '历史曲线', 'Trends', 'station:view', '/api/history'),
  page('live', '/video', '视频监控', 'Video', 'videoCamera:view', '/api/video'),
  page('live', '/field/rounds', '现场巡检', 'Rounds', 'inspectionPoint:operate'),
  page('live', '/maintenance', '保养统计', 'Maintenance', 'maintenanceRecord:view', '/api/maintenance'),
  page('live', '/commands', '控制记录', 'Commands', 'station:view', '/api/commands'),
  page('live', '/approvals', '待复核', 'Approvals', 'command:approve'),
  page('supervision', '/assets/stock', '设备库存总览', 'Stock overview', 'asset:view'),
  page('analysis', '/analysis/investment', '设备投入分析', 'Investment', 'asset:view', '/api/analysis/investment'),
  page('analysis', '/analysis/use', '设备使用分析', 'Use', 'station:view', '/api/analysis/use'),
  page('analysis', '/analysis/distribution', '设备分布分析', 'Distribution', 'station:view', '/api/analysis/distribution'),
  page('analysis', '/analysis/output', '设备产比分析', 'Output ratio', 'station:view', '/api/analysis/output'),
  page('system', '/system/dead-letters', '无法处理的消息', 'Dead letters', 'deadLetter:view', '/api/dead-letters'),
  page('system', '/system/devices', '设备接入', 'Device access', 'device:administer'),
  page('system', '/system/audit', '日志管理', 'Audit log', 'audit:view', '/api/audit'),
  page('system', '/system/users', '用户管理', 'Users', 'user:view', '/api/users'),
  page('system', '/system/health', '系统健康', 'Health', 'station:view'),
  page('system', '/system/cluster', '集群', 'Cluster', 'station:administer', '/api/cluster'),
  page('system', '/system/api', '接口文档', 'API documents', 'station:view'),
  page('system', '/help', '帮助', 'Help', 'station:view'),
]
const group = (code: string, name: string, nameEn: string): MenuSeed => ({
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
  const modules = [...new Set(shown.map(({ module }) => module))]
  return [
    group('live', '实时监控', 'Live supervision'),
    ...modules.map((module) => group(module, moduleLabels[module].zh, moduleLabels[module].en)),
    group('analysis', '统计分析', 'Analysis'),
    group('system', '系统', 'System'),
    ...pages,
    ...shown.map((record) => ({
      code: `record.${record.name}`,
      name: record.label.zh,
      nameEn: record.label.en,
      parent: record.module,
      path: `/records/${record.name}`,
      api: `/api/records/${record.name}`,
      permission: record.audience === 'everyone' ? null : permissionOf(record, 'view'),
    })),
  ]
}
