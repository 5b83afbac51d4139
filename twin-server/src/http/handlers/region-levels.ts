import type { Kysely } from 'kysely'
import type { Label } from '@twin/models/kinds'
import type { Database } from '../../store/index.ts'
import { presentOf } from '../../modules/foundation/index.ts'
import { camelTables } from '../../records/columns.ts'

interface Row {
  readonly id: string
  readonly name: string
  readonly nameEn: string | null
  readonly parent: string | null
  readonly successor: string | null
}
/** Regions as a tree: who lies in whom, and what to call them. */
export interface Regions {
  within(region: string | null, ancestor: string): boolean
  /** The level right below these regions; provinces without any. */
  below(regions: readonly string[] | undefined): number
  /** The ancestor of a region at a level (0 = province), or the region itself where it lies above it. */
  at(region: string | null, level: number): string | null
  title(region: string): Label
}

export async function openRegions(db: Kysely<Database>): Promise<Regions> {
  const rows = (await camelTables(db)
    .selectFrom('region')
    .select(['id', 'name', 'nameEn', 'parent', 'successor'])
    .execute()) as unknown as Row[]
  const byId = new Map(rows.map((row) => [row.id, row]))
  /** From the province down to the region itself. */
  const path = (region: string): readonly string[] => {
    const found: string[] = []
    // What was recorded of a region that went into another since counts there. A tree is never deeper than this.
    for (let id: string | null = presentOf(byId, region); id !== null && found.length < 12; id = byId.get(id)?.parent ?? null)
      found.unshift(id)
    return found
  }
  return {
    within: (region, ancestor) => region !== null && path(region).includes(presentOf(byId, ancestor)),
    below: (regions) => (regions?.length ? Math.max(...regions.map((region) => path(region).length)) : 0),
    at(region, level) {
      if (region === null) return null
      const steps = path(region)
      return steps[Math.min(level, steps.length - 1)] ?? region
    },
    title(region) {
      const row = byId.get(region)
      return { zh: row?.name ?? region, en: row?.nameEn ?? row?.name ?? region }
    },
  }
}
