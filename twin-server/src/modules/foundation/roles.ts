import { type Kysely, sql } from 'kysely'
import { allPermissions, defaultPermissions, records, role } from '@twin/models/records'
import { Refusal } from '../../http/api-error.ts'
import { camelTables } from '../../records/columns.ts'
import { installation, type Records } from '../../records/engine.ts'
import { type AnyService, defineService } from '../../records/types.ts'
import { type PermissionSource, type Role, roles } from '../../security/index.ts'
import type { Database } from '../../store/index.ts'

/** Without these nobody could undo a change of roles. */
const keepers = ['role:view', 'role:administer', 'user:view', 'user:administer']

export const roleService: AnyService = defineService({
  record: role,
  beforeSave({ turn, after }) {
    const known = new Set(allPermissions())
    const stray = after.permissions.find((permission) => !known.has(permission))
    if (stray !== undefined)
      throw new Refusal('invalid', { field: 'permissions', message: { zh: `没有此权限：${stray}`, en: `No such permission: ${stray}` } })
    if (after.code === 'administrator' && keepers.some((permission) => !after.permissions.includes(permission)))
      throw new Refusal('conflict', {
        field: 'permissions',
        code: 'last-administrator',
        message: { zh: '管理员角色必须保留角色与用户管理权限', en: 'Administrators must keep the rights over roles and users' },
      })
    turn.bells.add('roles')
    return Promise.resolve({ permissions: [...new Set(after.permissions)].toSorted() })
  },
  beforeRemove({ turn, row }) {
    if (row.builtIn)
      throw new Refusal('conflict', { code: 'built-in', message: { zh: '内置角色不能删除', en: 'Built-in roles cannot be deleted' } })
    turn.bells.add('roles')
    return Promise.resolve()
  },
})

/** A user's own role and every role that lists him as a member. */
export function permissionsFromRoles(db: Kysely<Database>): PermissionSource {
  const tables = camelTables(db)
  return async (user) => {
    const rows = await tables
      .selectFrom('accessRole')
      .select('permissions')
      .where('org', '=', user.org)
      .where('deletedAt', 'is', null)
      .where(sql<boolean>`(code = ${user.role} or ${user.id} = any(members))`)
      .execute()
    return new Set(rows.flatMap((row) => row['permissions'] as string[]))
  }
}

const names: Readonly<Record<Role, readonly [string, string]>> = {
  viewer: ['查看员', 'Viewer'],
  operator: ['操作员', 'Operator'],
  engineer: ['工程师', 'Engineer'],
  administrator: ['管理员', 'Administrator'],
}

/**
 * Makes the built-in roles. A permission that is new with this version is given to them once; what somebody has taken away since stays away.
 */
export async function seedRoles(engine: Records, org: string, core: Readonly<Record<Role, ReadonlySet<string>>>): Promise<void> {
  await engine.run(installation(org), async (turn) => {
    const { trx } = turn
    await sql`select pg_advisory_xact_lock(hashtextextended('seed roles', 0))`.execute(trx)
    const present = await trx
      .selectFrom('accessRole')
      .select(['id', 'code', 'permissions'])
      .where('org', '=', org)
      .where('builtIn', '=', true)
      .execute()
    const offered = new Set(
      (await trx.selectFrom('roleOffer').select(['role', 'permission']).where('org', '=', org).execute()).map(
        (row) => `${String(row['role'])} ${String(row['permission'])}`,
      ),
    )
    for (const code of roles) {
      const standard = [
        ...core[code],
        ...records.flatMap((record) => defaultPermissions(code, record)),
        ...(code === 'administrator' ? ['personal:view'] : []),
      ]
      const fresh = [...new Set(standard)].filter((permission) => !offered.has(`${code} ${permission}`))
      if (fresh.length === 0) continue
      const row = present.find((each) => each['code'] === code)
      const [name, nameEn] = names[code]
      if (row)
        await engine.writer.patch(turn, role, String(row['id']), {
          permissions: [...new Set([...(row['permissions'] as string[]), ...fresh])].toSorted(),
        })
      else await engine.writer.create(turn, role, { code, name, nameEn, permissions: fresh.toSorted(), builtIn: true })
      await trx
        .insertInto('roleOffer')
        .values(fresh.map((permission) => ({ org, role: code, permission })))
        .execute()
    }
  })
}
