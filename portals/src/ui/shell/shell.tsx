import { DownOutlined, GlobalOutlined, MenuFoldOutlined, MenuOutlined, MoonOutlined, SunOutlined, UserOutlined } from '@ant-design/icons'
import { Alert, Button, Drawer, Dropdown, Layout, Tag, Tooltip } from 'antd'
import { useQueryClient } from '@tanstack/react-query'
import { Suspense, useEffect, useState, type ReactNode } from 'react'
import { Link, Outlet, useLocation } from 'react-router'
import { roleText, signOut, useMe } from '../../console/session.ts'
import { useText } from '../../i18n/index.ts'
import { useLive } from '../../live/index.ts'
import { formatTime } from '../format.ts'
import { ExplainLayer, HelpButton, keepForOffline } from '../help/index.ts'
import { InboxBadge } from '../../records/inbox-badge.tsx'
import { MenuGuard } from '../../records/menu-guard.tsx'
import { usePreferences } from '../preferences.ts'
import { Boundary, Loading } from '../widgets/index.ts'
import { AlarmBanner } from './alarm-banner.tsx'
import { AlarmSound } from './alarm-sound.tsx'
import { Breadcrumbs } from './breadcrumbs.tsx'
import { Clock, LinkLamp } from './link-lamp.tsx'
import { MainMenu } from './main-menu.tsx'
import { OverloadBanner } from './overload-banner.tsx'
import { PasswordDialog } from './password-dialog.tsx'
import { PlatformSwitch } from './platform-switch.tsx'
import { isScreen } from './screen.ts'
import { SearchPalette } from './search-palette.tsx'
import { usePhone } from './use-phone.ts'

/** What stands around every page: menu, alarm banner, connection, time, sound, language, theme, account. */
export function Shell({ children }: { readonly children?: ReactNode }) {
  const { t, lang } = useText()
  const phone = usePhone()
  const location = useLocation()
  const [drawer, setDrawer] = useState(false)
  const [password, setPassword] = useState(false)
  const { theme, collapsed, set } = usePreferences()
  const me = useMe()
  const link = useLive((state) => state.link)
  const lastAt = useLive((state) => state.lastAt)
  const client = useQueryClient()
  useEffect(() => keepForOffline(client), [client])

  const brand = (
    <Link to="/" className="brand" aria-label={t('app.name')}>
      <img src="/icon.svg" alt="" /> {collapsed && !phone ? null : <span>{t('app.name')}</span>}
    </Link>
  )
  const page = (
    <Boundary key={location.pathname}>
      <MenuGuard>
        <Suspense fallback={<Loading />}>{children ?? <Outlet />}</Suspense>
      </MenuGuard>
    </Boundary>
  )
  if (isScreen(location.search))
    return (
      <main className="content screen" data-testid="big-screen">
        <OverloadBanner />
        {page}
      </main>
    )
  return (
    <Layout className="shell">
      <a className="skip" href="#content">
        {t('nav.skip')}
      </a>
      {phone ? (
        <Drawer
          open={drawer}
          onClose={() => setDrawer(false)}
          placement="left"
          size={264}
          title={t('app.name')}
          styles={{ body: { padding: 0 } }}
        >
          <PlatformSwitch />
          <MainMenu onNavigate={() => setDrawer(false)} />
        </Drawer>
      ) : (
        <Layout.Sider width={212} collapsedWidth={64} collapsed={collapsed} trigger={null} theme="light">
          <div className="sider-inner">
            {brand}
            <PlatformSwitch small={collapsed} />
            <MainMenu />
          </div>
        </Layout.Sider>
      )}
      <Layout>
        <Layout.Header className="top">
          <Button
            type="text"
            icon={phone ? <MenuOutlined /> : <MenuFoldOutlined rotate={collapsed ? 180 : 0} />}
            aria-label={t(phone ? 'nav.menu' : 'nav.collapse')}
            data-testid="menu-toggle"
            onClick={() => (phone ? setDrawer(true) : set({ collapsed: !collapsed }))}
          />
          {phone ? <strong>{t('app.short')}</strong> : null}
          {me.demo ? (
            <Tooltip title={t('shell.demoHint')}>
              <Tag color="gold" data-testid="demo-tag">
                {t('shell.demo')}
              </Tag>
            </Tooltip>
          ) : null}
          <span className="spacer" />
          <SearchPalette />
          <HelpButton />
          <LinkLamp />
          <span className="hide-phone">
            <Clock />
          </span>
          <InboxBadge />
          <AlarmSound />
          <Button
            type="text"
            icon={<GlobalOutlined />}
            data-testid="language-toggle"
            aria-label={t('shell.language')}
            onClick={() => set({ language: lang === 'zh' ? 'en' : 'zh' })}
          >
            <span className="hide-phone">{t('shell.language')}</span>
          </Button>
          <Tooltip title={t(theme === 'dark' ? 'shell.light' : 'shell.dark')}>
            <Button
              type="text"
              data-testid="theme-toggle"
              aria-label={t(theme === 'dark' ? 'shell.light' : 'shell.dark')}
              icon={theme === 'dark' ? <SunOutlined /> : <MoonOutlined />}
              onClick={() => set({ theme: theme === 'dark' ? 'light' : 'dark' })}
            />
          </Tooltip>
          <Dropdown
            trigger={['click']}
            menu={{
              items: [
                { key: 'who', disabled: true, label: `${me.name} · ${roleText(t, me.role)}` },
                { type: 'divider' },
                { key: 'password', label: t('session.changePassword') },
                { key: 'out', label: <span data-testid="sign-out">{t('session.signOut')}</span> },
              ],
              onClick: ({ key }) => {
                if (key === 'password') setPassword(true)
                if (key === 'out') void signOut()
              },
            }}
          >
            <Button type="text" icon={<UserOutlined />} data-testid="account-menu" aria-label={`${me.name} · ${t('shell.account')}`}>
              <span className="hide-phone">
                {me.name} <DownOutlined />
              </span>
            </Button>
          </Dropdown>
        </Layout.Header>
        <AlarmBanner />
        <OverloadBanner />
        {link === 'offline' && lastAt > 0 ? (
          <Alert banner type="warning" data-testid="link-lost" title={t('shell.linkStale', { time: formatTime(lastAt, 'time', lang) })} />
        ) : null}
        <main id="content" className="content" tabIndex={-1}>
          <Breadcrumbs />
          {page}
        </main>
      </Layout>
      <ExplainLayer />
      {password ? <PasswordDialog onClose={() => setPassword(false)} /> : null}
    </Layout>
  )
}
