import { Result } from 'antd'
import { lazy, type ComponentType, type ReactNode } from 'react'
import { createBrowserRouter, Link } from 'react-router'
import { useText } from '../i18n/index.ts'
import { OverviewPage } from '../pages/supervision/overview/overview-page.tsx'
import { Shell } from '../ui/shell/index.ts'
import { useTitle } from '../ui/widgets/index.ts'
import { permits, useMe } from './session.ts'

function page<M>(load: () => Promise<M>, name: keyof M & string): ReactNode {
  const Page = lazy(async () => ({ default: (await load())[name] as ComponentType }))
  return <Page />
}

/** A page opened by address without its permission is refused here as it is by the server. */
function Needs({ permission, children }: { readonly permission: string; readonly children: ReactNode }) {
  const { t } = useText()
  const { permissions } = useMe()
  return permits(permissions, permission) ? children : <Result status="403" title={t('common.notPermitted')} data-testid="not-permitted" />
}
const needs = (permission: string, element: ReactNode): ReactNode => <Needs permission={permission}>{element}</Needs>

function NotFoundPage() {
  const { t } = useText()
  useTitle(t('common.notFound'))
  return <Result status="404" title={t('common.notFound')} extra={<Link to="/">{t('nav.overview')}</Link>} />
}

const supervision = {
  station: () => import('../pages/supervision/station/station-page.tsx'),
  alarms: () => import('../pages/supervision/alarms/alarm-page.tsx'),
  statistics: () => import('../pages/supervision/alarms/statistics-page.tsx'),
  commands: () => import('../pages/supervision/commands/commands-page.tsx'),
  approvals: () => import('../pages/supervision/commands/approvals-page.tsx'),
  energy: () => import('../pages/supervision/energy/energy-page.tsx'),
  video: () => import('../pages/supervision/video/video-page.tsx'),
  trends: () => import('../pages/supervision/trends/trends-page.tsx'),
  rounds: () => import('../pages/supervision/rounds/round-list-page.tsx'),
  round: () => import('../pages/supervision/rounds/round-page.tsx'),
  maintenance: () => import('../pages/supervision/maintenance/maintenance-page.tsx'),
}
const assets = {
  labels: () => import('../pages/supervision/assets/labels-page.tsx'),
  stock: () => import('../pages/supervision/assets/stock-page.tsx'),
}
const racks = () => import('../pages/service/racks-page.tsx')
const analysis = () => import('../pages/analysis/pages.tsx')
const system = {
  deadLetters: () => import('../pages/system/dead-letters-page.tsx'),
  devices: () => import('../pages/system/devices-page.tsx'),
  audit: () => import('../pages/system/audit-page.tsx'),
  users: () => import('../pages/system/users-page.tsx'),
  health: () => import('../pages/system/health-page.tsx'),
  cluster: () => import('../pages/system/cluster-page.tsx'),
  standby: () => import('../pages/system/standby-page.tsx'),
  availability: () => import('../pages/system/availability/availability-page.tsx'),
  backups: () => import('../pages/system/backups-page.tsx'),
  api: () => import('../pages/system/api-page.tsx'),
  help: () => import('../pages/system/help-page.tsx'),
}

const recordPages = () => import('../records/index.ts')

export const router = createBrowserRouter([
  {
    element: <Shell />,
    children: [
      { path: '/', element: needs('station:view', <OverviewPage />) },
      { path: '/station/:station', element: needs('station:view', page(supervision.station, 'StationPage')) },
      { path: '/alarms', element: needs('alarm:view', page(supervision.alarms, 'AlarmPage')) },
      { path: '/alarm-statistics', element: needs('alarm:view', page(supervision.statistics, 'StatisticsPage')) },
      { path: '/energy', element: needs('station:view', page(supervision.energy, 'EnergyPage')) },
      { path: '/trends', element: needs('station:view', page(supervision.trends, 'TrendsPage')) },
      { path: '/video', element: needs('videoCamera:view', page(supervision.video, 'VideoPage')) },
      { path: '/analysis/investment', element: needs('asset:view', page(analysis, 'InvestmentPage')) },
      { path: '/analysis/use', element: needs('station:view', page(analysis, 'UsePage')) },
      { path: '/analysis/distribution', element: needs('station:view', page(analysis, 'DistributionPage')) },
      { path: '/analysis/output', element: needs('station:view', page(analysis, 'OutputPage')) },
      { path: '/commands', element: needs('station:view', page(supervision.commands, 'CommandsPage')) },
      { path: '/field/rounds', element: needs('inspectionPoint:operate', page(supervision.rounds, 'RoundListPage')) },
      { path: '/field/round/:task', element: needs('inspectionPoint:operate', page(supervision.round, 'RoundPage')) },
      { path: '/maintenance', element: needs('maintenanceRecord:view', page(supervision.maintenance, 'MaintenancePage')) },
      { path: '/approvals', element: needs('command:approve', page(supervision.approvals, 'ApprovalsPage')) },
      { path: '/system/dead-letters', element: needs('deadLetter:view', page(system.deadLetters, 'DeadLettersPage')) },
      { path: '/system/devices', element: needs('device:administer', page(system.devices, 'DevicesPage')) },
      { path: '/system/audit', element: needs('audit:view', page(system.audit, 'AuditPage')) },
      { path: '/system/users', element: needs('user:view', page(system.users, 'UsersPage')) },
      { path: '/system/health', element: needs('station:view', page(system.health, 'HealthPage')) },
      { path: '/system/backups', element: needs('backup:administer', page(system.backups, 'BackupsPage')) },
      { path: '/system/cluster', element: needs('cluster:administer', page(system.cluster, 'ClusterPage')) },
      { path: '/system/standby', element: needs('cluster:administer', page(system.standby, 'StandbyPage')) },
      { path: '/system/availability', element: needs('cluster:administer', page(system.availability, 'AvailabilityPage')) },
      { path: '/system/api', element: needs('station:view', page(system.api, 'ApiPage')) },
      { path: '/help', element: page(system.help, 'HelpPage') },
      { path: '/assets/labels', element: needs('asset:view', page(assets.labels, 'LabelsPage')) },
      { path: '/assets/stock', element: needs('asset:view', page(assets.stock, 'StockPage')) },
      { path: '/records/facility/racks', element: needs('facility:view', page(racks, 'RacksPage')) },
      { path: '/records/:record', element: page(recordPages, 'RecordListPage') },
      { path: '/records/:record/:id', element: page(recordPages, 'RecordDetailPage') },
      { path: '*', element: <NotFoundPage /> },
    ],
  },
])
