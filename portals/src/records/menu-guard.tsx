import { menuSeeds } from '@twin/models/records'
import { Result } from 'antd'
import type { ReactNode } from 'react'
import { Navigate, useLocation } from 'react-router'
import { useText } from '../i18n/index.ts'
import { pathsOf, useMenu } from './menu-tree.ts'

const known = new Set(menuSeeds().flatMap(({ path }) => (path === null ? [] : [path])))

/** A page that the menus close to this person is refused when opened by its address too; the server refuses its API besides. */
export function MenuGuard({ children }: { readonly children: ReactNode }) {
  const { t } = useText()
  const { pathname } = useLocation()
  const menu = useMenu().data
  const path = pathname.startsWith('/records/') ? pathname.split('/').slice(0, 3).join('/') : pathname
  if (!menu || !known.has(path) || menu.open.includes(path)) return children
  // Nobody asked for the start page by name: who may not see it begins with the first page he may.
  const first = path === '/' ? pathsOf(menu.menu)[0] : undefined
  if (first !== undefined) return <Navigate to={first} replace />
  return <Result status="403" title={t('common.notPermitted')} data-testid="not-permitted" />
}
