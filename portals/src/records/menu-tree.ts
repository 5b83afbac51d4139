import { useQuery } from '@tanstack/react-query'
import type { PlatformName } from '@twin/models/records'
import { send } from '../api/index.ts'
import { usePreferences } from '../ui/preferences.ts'

export interface MenuNode {
  readonly code: string
  readonly name: string
  readonly nameEn: string
  readonly opens: 'page' | 'screen' | 'link'
  readonly path: string | null
  readonly url: string | null
  readonly children: readonly MenuNode[]
}
export interface MenuAnswer {
  readonly platform: PlatformName
  readonly platforms: readonly PlatformName[]
  readonly menu: readonly MenuNode[]
  /** Pages open to this person in any platform. */
  readonly open: readonly string[]
}

export const menuQuery = (platform: PlatformName) => ({
  queryKey: ['menu', platform],
  queryFn: async () => (await send('get', `/api/menu?platform=${platform}`)) as MenuAnswer,
  staleTime: 60_000,
})

/** The navigation this person may see of the platform he chose, as administrators arranged it. */
export function useMenu() {
  return useQuery(menuQuery(usePreferences((state) => state.platform)))
}

/** Pages of a menu in its order. */
export function pathsOf(nodes: readonly MenuNode[]): readonly string[] {
  return nodes.flatMap((node) => [...(node.path === null || node.opens !== 'page' ? [] : [node.path]), ...pathsOf(node.children)])
}
