import { type DatedRow, machinesAt } from '@twin/models/analysis'
import { edgesIn, type Source } from './source.ts'

/** Machines as they stood at the end of each period; the one under way counts as it is now. */
export const distribution: Source = async ({ db }, asked) => {
  const edges = edgesIn(asked, asked.zone)
  // A period that has not begun has no end to look at.
  const ends = edges.slice(1).flatMap((end, i) => ((edges[i] ?? 0) > asked.now ? [] : [Math.min(end, asked.now + 1)]))
  const history = await db
    .selectFrom('dated_row')
    .select(['source', 'id', 'at', 'row'])
    .where('org', '=', asked.org)
    .where('source', '!=', 'region')
    .where('at', '<', ends.at(-1) ?? 0)
    .orderBy('n')
    .execute()
  const own = new Set(asked.stations.map(({ id }) => id))
  return machinesAt(history as unknown as DatedRow[], ends).flatMap((machines, period) =>
    machines
      .filter(({ station }) => (station === null ? asked.everything : asked.everything || own.has(station)))
      .map(({ id, record, title, type, state, region, station }) => ({
        period,
        keys: { region, type, state, station },
        values: { machines: 1 },
        title,
        opens: { record, id },
      })),
  )
}
