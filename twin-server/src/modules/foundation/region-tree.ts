import { type Kysely, type RawBuilder, sql } from 'kysely'

/** Ids of these regions and everything below them. */
export const regionsBelow = (ids: readonly string[]): RawBuilder<unknown> =>
  sql`with recursive below as (select id from region where id = any(${[...ids]}::text[])
    union select r.id from region r join below on r.parent = below.id) select id from below`

export interface NamedRegion {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly nameEn: string | null
  readonly level: string
  readonly parent: string | null
  readonly state: string
  /** What it is today: itself, or the region it went into since. */
  readonly present: { readonly id: string; readonly code: string; readonly name: string; readonly nameEn: string | null }
}
type Row = Omit<NamedRegion, 'present'> & {
  readonly successor: string | null
  readonly nowCode: string
  readonly nowName: string
  readonly nowNameEn: string | null
}

/** Regions as they were called at a time, epoch ms, each with what it is today. */
export async function regionsAt<T>(db: Kysely<T>, org: string, at: number): Promise<readonly NamedRegion[]> {
  const time = new Date(at)
  const { rows } = await sql<Row>`
    select r.id, coalesce(d."row"->>'code', r.code) as code, coalesce(d."row"->>'name', r.name) as name,
      case when d."row" is null then r.name_en else d."row"->>'name_en' end as "nameEn", r.level,
      case when d."row" is null then r.parent else d."row"->>'parent' end as parent, coalesce(d."row"->>'state', r.state) as state,
      r.successor, r.code as "nowCode", r.name as "nowName", r.name_en as "nowNameEn"
    from region r left join lateral (
      select "row" from dated_row d where d.org = r.org and d.source = 'region' and d.id = r.id and d.at <= ${time}
      order by d.at desc, d.n desc limit 1) d on true
    where r.org = ${org} and (r.deleted_at is null or r.deleted_at > ${time}) and (r.official or r.created_at <= ${time})
    order by r.code`.execute(db)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return rows.map(({ successor: _successor, nowCode: _code, nowName: _name, nowNameEn: _nameEn, ...row }) => {
    const now = byId.get(presentOf(byId, row.id))
    const present = {
      id: now?.id ?? row.id,
      code: now?.nowCode ?? row.code,
      name: now?.nowName ?? row.name,
      nameEn: now?.nowNameEn ?? null,
    }
    return { ...row, present }
  })
}

/** The region that one has become, through every merger since; ends where data made by hand would go in a circle. */
export function presentOf(regions: ReadonlyMap<string, { readonly successor: string | null }>, id: string): string {
  let present = id
  for (let steps = 0; steps < 20; steps++) {
    const next = regions.get(present)?.successor ?? null
    if (next === null) return present
    present = next
  }
  return present
}
