import { useQuery } from '@tanstack/react-query'
import { send } from '../api/index.ts'

export interface MenuNode {
  readonly code: string
  readonly name: string
  readonly nameEn: string
  readonly path: string | null
  readonly children: readonly MenuNode[]
}

/** The navigation this person may see, as administrators arranged it. */
export function useMenu() {
  return useQuery({
    queryKey: ['menu'],
    queryFn: async () => ((await send('get', '/api/menu')) as { readonly menu: readonly MenuNode[] }).menu,
    staleTime: 60_000,
  })
}

/** Addresses that the menu holds; the page of an address that it knows but does not show is closed. */
export function pathsOf(nodes: readonly MenuNode[]): readonly string[] {
  return nodes.flatMap((node) => [...(node.path === null ? [] : [node.path]), ...pathsOf(node.children)])
}
