import {
  AlertOutlined,
  ApiOutlined,
  AppstoreOutlined,
  AuditOutlined,
  BarChartOutlined,
  CheckSquareOutlined,
  CodeOutlined,
  ClusterOutlined,
  DashboardOutlined,
  FieldTimeOutlined,
  DatabaseOutlined,
  ExportOutlined,
  FundOutlined,
  FundProjectionScreenOutlined,
  GlobalOutlined,
  HistoryOutlined,
  InboxOutlined,
  LineChartOutlined,
  MailOutlined,
  PartitionOutlined,
  ProfileOutlined,
  QuestionCircleOutlined,
  SaveOutlined,
  SettingOutlined,
  SwapOutlined,
  TeamOutlined,
  ThunderboltOutlined,
  ToolOutlined,
  VideoCameraOutlined,
} from '@ant-design/icons'
import { Badge, Menu, type MenuProps } from 'antd'
import type { ReactNode } from 'react'
import { Link, useLocation } from 'react-router'
import { permits, useMe } from '../../console/session.ts'
import { useText, type TextKey } from '../../i18n/index.ts'
import { type MenuNode, useMenu } from '../../records/menu-tree.ts'
import { useLive } from '../../live/index.ts'
import { usePreferences } from '../preferences.ts'
import { menuPathOf } from './menu-path.ts'
import { screenAddress } from './screen.ts'

export interface MenuEntry {
  readonly path: string
  readonly text: TextKey
  readonly icon: ReactNode
  /** Permission without which it is not shown; the server refuses it besides. */
  readonly permission: string
}

const groupIcons: Readonly<Record<string, ReactNode>> = {
  live: <DashboardOutlined />,
  assets: <DatabaseOutlined />,
  upkeep: <ToolOutlined />,
  parts: <InboxOutlined />,
  video: <VideoCameraOutlined />,
  analysis: <FundOutlined />,
  messages: <MailOutlined />,
  master: <PartitionOutlined />,
  system: <SettingOutlined />,
}
export const supervisionMenu: readonly MenuEntry[] = [
  { path: '/', text: 'nav.overview', icon: <GlobalOutlined />, permission: 'station:view' },
  { path: '/alarms', text: 'nav.alarms', icon: <AlertOutlined />, permission: 'alarm:view' },
  { path: '/alarm-statistics', text: 'nav.alarmStats', icon: <BarChartOutlined />, permission: 'alarm:view' },
  { path: '/energy', text: 'nav.energy', icon: <ThunderboltOutlined />, permission: 'station:view' },
  { path: '/trends', text: 'nav.trends', icon: <LineChartOutlined />, permission: 'station:view' },
  { path: '/video', text: 'nav.video', icon: <VideoCameraOutlined />, permission: 'videoCamera:view' },
  { path: '/commands', text: 'nav.commands', icon: <HistoryOutlined />, permission: 'station:view' },
  { path: '/approvals', text: 'nav.approvals', icon: <CheckSquareOutlined />, permission: 'command:approve' },
]
export const systemMenu: readonly MenuEntry[] = [
  { path: '/system/dead-letters', text: 'nav.deadLetters', icon: <InboxOutlined />, permission: 'deadLetter:view' },
  { path: '/system/devices', text: 'nav.devices', icon: <ApiOutlined />, permission: 'device:administer' },
  { path: '/system/audit', text: 'nav.audit', icon: <AuditOutlined />, permission: 'audit:view' },
  { path: '/system/users', text: 'nav.users', icon: <TeamOutlined />, permission: 'user:view' },
  { path: '/system/health', text: 'nav.health', icon: <DashboardOutlined />, permission: 'station:view' },
  { path: '/system/cluster', text: 'nav.cluster', icon: <ClusterOutlined />, permission: 'cluster:administer' },
  { path: '/system/standby', text: 'nav.standby', icon: <SwapOutlined />, permission: 'cluster:administer' },
  { path: '/system/availability', text: 'nav.availability', icon: <FieldTimeOutlined />, permission: 'cluster:administer' },
  { path: '/system/backups', text: 'nav.backups', icon: <SaveOutlined />, permission: 'backup:administer' },
  { path: '/system/api', text: 'health.apiDocs', icon: <CodeOutlined />, permission: 'station:view' },
  { path: '/help', text: 'nav.help', icon: <QuestionCircleOutlined />, permission: 'station:view' },
]

/** Entries the user may open; the alarm entry counts what nobody has acknowledged. */
export function MainMenu({ onNavigate }: { readonly onNavigate?: () => void }) {
  const { t, lang } = useText()
  const { pathname } = useLocation()
  const { permissions } = useMe()
  const { menus, closed, collapsed, set } = usePreferences()
  const unacked = useLive((state) => Object.values(state.fleet?.stations ?? {}).reduce((sum, station) => sum + station.alarms.unacked, 0))
  const item = (entry: MenuEntry, words = t(entry.text)) => ({
    key: entry.path,
    icon: entry.path === '/alarms' && unacked > 0 ? <Badge dot>{entry.icon}</Badge> : entry.icon,
    title: words,
    label: (
      <Link to={entry.path} data-testid={`menu-${entry.path}`} {...(onNavigate ? { onClick: onNavigate } : {})}>
        {words} {entry.path === '/alarms' && unacked > 0 ? <Badge count={unacked} overflowCount={999} size="small" /> : null}
      </Link>
    ),
  })
  const shown = (entries: readonly MenuEntry[]) =>
    entries.filter((entry) => permits(permissions, entry.permission)).map((entry) => item(entry))
  const arranged = useMenu().data?.menu
  const built = [...supervisionMenu, ...systemMenu]
  // The menu as administrators arranged it; entries the console knows keep their icon and badge, renamed ones their new name.
  const nodeItem = (node: MenuNode): NonNullable<MenuProps['items']>[number] => {
    const words = lang === 'en' ? node.nameEn : node.name
    if (node.path === null && node.url === null)
      return {
        key: node.code,
        icon: groupIcons[node.code] ?? <AppstoreOutlined />,
        label: <span data-testid={`group-${node.code}`}>{words}</span>,
        children: node.children.map(nodeItem),
      }
    if (node.opens !== 'page') return outside(node, words)
    const known = built.find(({ path }) => path === node.path)
    if (known) return item(known, words)
    return {
      key: node.path ?? node.code,
      icon: <ProfileOutlined />,
      title: words,
      label: (
        <Link to={node.path ?? '/'} data-testid={`menu-${node.path}`} {...(onNavigate ? { onClick: onNavigate } : {})}>
          {words}
        </Link>
      ),
    }
  }
  const items: MenuProps['items'] = arranged?.map(nodeItem) ?? [
    { type: 'group', key: 'supervision', label: t('nav.supervision'), children: shown(supervisionMenu) },
    { type: 'group', key: 'system', label: t('nav.system'), children: shown(systemMenu) },
  ]
  const selected = menuPathOf(pathname)
  // The group of the page one is on is open unless one closed it.
  const here = groupsOf(arranged ?? [], selected)
  const shownOpen = new Set([...menus, ...here.filter((key) => !closed.includes(key))])
  return (
    <nav aria-label={t('nav.main')} style={{ flex: 1, overflowY: 'auto' }}>
      <Menu
        mode="inline"
        items={items}
        selectedKeys={[selected]}
        inlineIndent={16}
        {...(collapsed && !onNavigate
          ? {}
          : {
              openKeys: [...shownOpen],
              onOpenChange: (keys: string[]) => set({ menus: keys, closed: here.filter((key) => !keys.includes(key)) }),
            })}
      />
    </nav>
  )
}

/** A big screen or an outside page: in a window of its own, which learns nothing of where it was opened. */
const outside = (node: MenuNode, words: string): NonNullable<MenuProps['items']>[number] => ({
  key: node.code,
  icon: node.opens === 'screen' ? <FundProjectionScreenOutlined /> : <ExportOutlined />,
  title: words,
  label: (
    <a
      href={node.url ?? screenAddress(node.path ?? '/')}
      target="_blank"
      rel="noopener noreferrer"
      data-testid={`menu-${node.url ?? node.path}`}
    >
      {words}
    </a>
  ),
})

/** Codes of the groups that a page stands under. */
function groupsOf(nodes: readonly MenuNode[], path: string): readonly string[] {
  for (const node of nodes) {
    if (node.path === path) return []
    if (node.children.some((child) => child.path === path) || groupsOf(node.children, path).length > 0)
      return [...(node.path === null ? [node.code] : []), ...groupsOf(node.children, path)]
  }
  return []
}
