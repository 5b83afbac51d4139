import { Link, useLocation } from 'react-router'
import { useText } from '../../i18n/index.ts'
import { type MenuNode, useMenu } from '../../records/menu-tree.ts'
import { usePageTitle } from '../widgets/index.ts'
import { menuPathOf } from './menu-path.ts'

/** The way from the menu to where one is: groups, the page as a link, and what is open of it. Nothing on the start page. */
export function Breadcrumbs() {
  const { t, lang } = useText()
  const { pathname } = useLocation()
  const title = usePageTitle((state) => state.title)
  const entry = menuPathOf(pathname)
  const menu = useMenu().data?.menu
  const way = wayTo(menu ?? [], entry)
  if (pathname === '/' || way.length === 0) return null
  const words = (node: MenuNode): string => (lang === 'en' ? node.nameEn : node.name)
  const deeper = pathname !== entry
  return (
    <nav className="crumbs" aria-label={t('shell.crumbs')} data-testid="crumbs">
      <ol>
        {way.map((node, at) => (
          <li key={node.code} {...(!deeper && at === way.length - 1 ? { 'aria-current': 'page' as const } : {})}>
            {deeper && node.path !== null ? <Link to={node.path}>{words(node)}</Link> : words(node)}
          </li>
        ))}
        {deeper ? <li aria-current="page">{title}</li> : null}
      </ol>
    </nav>
  )
}

/** From the outermost group to the entry with this address; empty when the menu has none. */
function wayTo(nodes: readonly MenuNode[], path: string): readonly MenuNode[] {
  for (const node of nodes) {
    if (node.path === path) return [node]
    const below = wayTo(node.children, path)
    if (below.length > 0) return [node, ...below]
  }
  return []
}
