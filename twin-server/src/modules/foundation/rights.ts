import { type Kysely, sql } from 'kysely'
import { Refusal } from '../../http/api-error.ts'
import { camelTables } from '../../records/columns.ts'
import type { Grants, Principal, Rights, RightsSource } from '../../security/index.ts'
import type { Database } from '../../store/index.ts'

interface RoleRow {
  readonly permissions: readonly string[]
  readonly scope: 'own' | 'region' | 'all'
  readonly regions: readonly string[]
}

/** A user's own role and every role that lists him as a member: they add up. */
export function rightsFromRoles(db: Kysely<Database>): RightsSource {
  const tables = camelTables(db)
  return async (user) => {
    const rows = (await tables
      .selectFrom('accessRole')
      .select(['permissions', 'scope', 'regions'])
      .where('org', '=', user.org)
      .where('deletedAt', 'is', null)
      .where(sql<boolean>`(code = ${user.role} or ${user.id} = any(members))`)
      .execute()) as unknown as RoleRow[]
    return summed(db, user.org, rows)
  }
}

async function summed(db: Kysely<Database>, org: string, rows: readonly RoleRow[]): Promise<Rights> {
  const permissions = new Set(rows.flatMap((row) => row.permissions))
  if (rows.some(({ scope }) => scope === 'all')) return { permissions, stations: null, byRegion: false }
  const regions = rows.flatMap((row) => (row.scope === 'region' ? row.regions : []))
  if (regions.length === 0) return { permissions, stations: [], byRegion: false }
  const found = await sql<{ id: string }>`
    with recursive b as (select id from region where id = any(${regions}::text[])
      union select c.id from region c join b on c.parent = b.id)
    select s.id from station s join b on b.id = s.region where s.org = ${org} and s.deleted_at is null`.execute(db)
  return { permissions, stations: found.rows.map(({ id }) => id), byRegion: true }
}

/** Throws when something is to be granted that the granter does not hold. */
export function demandHeld(principal: Principal, given: Iterable<string>, field: string): void {
  for (const permission of given)
    if (!principal.permissions.has(permission))
      throw new Refusal('not-permitted', {
        field,
        message: { zh: `不能授予自己没有的权限：${permission}`, en: `Nobody grants what they do not hold: ${permission}` },
      })
}

export function createGrants(db: Kysely<Database>): Grants {
  const rightsOf = rightsFromRoles(db)
  const demand = (principal: Principal, { permissions, stations }: Rights, field: string): void => {
    demandHeld(principal, permissions, field)
    if (principal.stations !== null && (stations === null || stations.some((id) => !principal.stations?.has(id))))
      throw new Refusal('not-permitted', {
        field,
        message: { zh: '不能授予超出自己范围的数据', en: 'Nobody grants data beyond their own scope' },
      })
  }
  return {
    async demandRole(principal, role) {
      const known = await camelTables(db)
        .selectFrom('accessRole')
        .select('id')
        .where('org', '=', principal.org)
        .where('deletedAt', 'is', null)
        .where('code', '=', role)
        .executeTakeFirst()
      if (!known) throw new Refusal('invalid', { field: 'role', message: { zh: '没有此角色', en: 'No such role' } })
      demand(principal, await rightsOf({ id: '', org: principal.org, role }), 'role')
    },
    demandOver: async (principal, user) => demand(principal, await rightsOf(user), 'user'),
  }
}
