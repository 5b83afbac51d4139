import { useQuery } from '@tanstack/react-query'
import type { Label } from '@twin/models/kinds'
import { useMemo } from 'react'
import { send } from '../api/index.ts'

export interface Region {
  readonly id: string
  readonly name: string
  readonly nameEn: string | null
  readonly parent: string | null
}
/** Regions as people keep them: a name changed there is changed on every screen. */
export interface Regions {
  readonly label: (id: string) => Label
  /** From the province down to the region itself. */
  readonly path: (id: string) => readonly string[]
  readonly within: (id: string, ancestor: string) => boolean
}

const unknown: Label = { zh: '未设区域', en: 'No region' }
export function regionsOf(rows: readonly Region[]): Regions {
  const byId = new Map(rows.map((row) => [row.id, row]))
  const path = (id: string): readonly string[] => {
    const found: string[] = []
    // A tree is never deeper than this.
    for (let at = byId.get(id); at && found.length < 12; at = byId.get(at.parent ?? '')) found.unshift(at.id)
    return found
  }
  return {
    path,
    within: (id, ancestor) => path(id).includes(ancestor),
    label(id) {
      const row = byId.get(id)
      return row ? { zh: row.name, en: row.nameEn ?? row.name } : unknown
    },
  }
}

/** All provinces, and the way down to each region that holds a station one may see. */
export function useRegions(): Regions {
  const { data } = useQuery<{ readonly regions: readonly Region[] }>({
    queryKey: ['region', 'used'],
    queryFn: async ({ signal }) => (await send('get', '/api/regions?used=true', undefined, signal)) as { regions: readonly Region[] },
    staleTime: 60_000,
  })
  return useMemo(() => regionsOf(data?.regions ?? []), [data])
}

export interface RegionNode {
  readonly value: string
  readonly label: Label
  readonly count: number
  readonly children: readonly RegionNode[]
}
/** Stations by province, city and district, given the region of each: a figure is the sum of those below it. */
export function regionTree(regions: Regions, places: readonly string[]): readonly RegionNode[] {
  const level = (rows: readonly (readonly string[])[], depth: number): readonly RegionNode[] =>
    [...Map.groupBy(rows, (path) => path[depth])]
      .flatMap(([value, under]) =>
        value === undefined ? [] : [{ value, label: regions.label(value), count: under.length, children: level(under, depth + 1) }],
      )
      .toSorted((a, b) => a.value.localeCompare(b.value))
  return level(
    places.map((region) => regions.path(region)),
    0,
  )
}
