import { menuSeeds } from '@twin/models/records'
import { Result } from 'antd'
import type { ReactNode } from 'react'
import { useLocation } from 'react-router'
import { useText } from '../i18n/index.ts'
import { pathsOf, useMenu } from './menu-tree.ts'

const known = new Set(menuSeeds().flatMap(({ path }) => (path === null ? [] : [path])))

/** A page that the menu closes to this person is refused when opened by its address too; the server refuses its API besides. */
export function MenuGuard({ children }: { readonly children: ReactNode }) {
  const { t } = useText()
  const { pathname } = useLocation()
  const menu = useMenu().data
  const path = pathname.startsWith('/records/') ? pathname.split('/').slice(0, 3).join('/') : pathname
  if (menu && known.has(path) && !pathsOf(menu).includes(path))
    return <Result status="403" title={t('common.notPermitted')} data-testid="not-permitted" />
  return children
}
