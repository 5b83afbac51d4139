import { sql } from 'kysely'
import type { Source } from './source.ts'
import { edgesIn, periodOf } from './source.ts'

interface Booked {
  readonly kind: 'purchase' | 'installation' | 'maintenance'
  readonly record: string
  readonly id: string
  readonly document: string
  readonly amount: number
  readonly at: number
  readonly type: string | null
  readonly station: string | null
  readonly region: string | null
}

/** Where an asset stands: its station's region, else its warehouse's. */
const place = sql`left join station s on s.id = a.station left join warehouse w on w.id = a.warehouse`

/**
 * Money booked for equipment: purchases when they were approved (that made their first asset), installation costs when they were booked,
 * repairs when they were accepted, services when they were done.
 */
export const investment: Source = async ({ db }, asked) => {
  const edges = edgesIn(asked, asked.zone)
  const [from, to] = [edges[0] ?? 0, edges.at(-1) ?? 0]
  const { rows } = await sql<Booked>`
    select * from (
      select 'purchase' as kind, 'purchase' as record, p.id, p.document, p.price as amount, coalesce(f.at, p.updated_at) as at, p.kind as type,
        f.station, f.region, p.org
      from purchase p left join lateral (
        select min(a.created_at) over () as at, a.station, coalesce(s.region, w.region) as region from asset a ${place}
        where a.purchase = p.id order by a.station is null, a.warehouse is null, a.id limit 1) f on true
      where p.state in ('approved', 'partial', 'delivered') and p.deleted_at is null
      union all
      select 'installation', 'installationCost', c.id, c.document, c.amount, c.booked_at, coalesce(whole.kind, a.kind), a.station,
        coalesce(s.region, w.region), c.org
      from installation_cost c join asset a on a.id = c.asset left join asset whole on whole.id = a.parent ${place}
      where c.state = 'booked' and c.deleted_at is null
      union all
      select 'maintenance', 'repair', r.id, r.document, r.cost, r.accepted_at, s.kind, r.station, s.region, r.org
      from repair r join station s on s.id = r.station where r.state = 'closed' and r.deleted_at is null and r.cost > 0
      union all
      select 'maintenance', 'maintenanceRecord', m.id, coalesce(m.document, m.name), m.cost, m.done_at, s.kind, m.station, s.region, m.org
      from maintenance_record m join station s on s.id = m.station where m.state = 'done' and m.deleted_at is null and m.cost > 0) x
    where org = ${asked.org} and at >= ${from} and at < ${to} order by at, id`.execute(db)
  const own = new Set(asked.stations.map(({ id }) => id))
  return rows.flatMap((row) => {
    const period = periodOf(edges, row.at)
    if (period < 0 || !(row.station === null ? asked.everything : own.has(row.station))) return []
    return [
      {
        period,
        keys: { type: row.type, region: row.region, station: row.station },
        values: { [row.kind]: row.amount },
        title: row.document,
        at: row.at,
        opens: { record: row.record, id: row.id },
      },
    ]
  })
}
