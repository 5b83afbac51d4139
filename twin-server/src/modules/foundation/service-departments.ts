import { sql } from 'kysely'
import type { AnyDb } from '../../records/types.ts'

export interface ServiceDepartment {
  readonly department: string
  /** The region whose assignment it is: the asked one or one above it. */
  readonly region: { readonly id: string; readonly code: string; readonly name: string; readonly nameEn: string | null }
}

/** Who serves a region: its own department, else that of the nearest region above it that has one; null where none has. */
export async function serviceDepartmentOf(db: AnyDb, org: string, region: string): Promise<ServiceDepartment | null> {
  const { rows } = await sql<{ id: string; code: string; name: string; nameEn: string | null; department: string }>`
    with recursive up as (
      select id, parent, 0 as steps from region where org = ${org} and id = ${region}
      union all select r.id, r.parent, up.steps + 1 from region r join up on r.id = up.parent where up.steps < 12)
    select r.id, r.code, r.name, r.name_en as "nameEn", r.service_department as department
    from up join region r on r.id = up.id where r.service_department is not null order by up.steps limit 1`.execute(db)
  const [found] = rows
  if (!found) return null
  const { department, ...at } = found
  return { department, region: at }
}
