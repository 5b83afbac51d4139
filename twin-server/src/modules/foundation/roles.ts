import { sql } from 'kysely'
import { allPermissions, defaultPermissions, records, role, type RowOf } from '@twin/models/records'
import { Refusal } from '../../http/api-error.ts'
import { plainTables } from '../../records/columns.ts'
import { installation, type Records } from '../../records/engine.ts'
import { type AnyService, defineService } from '../../records/types.ts'
import { type BuiltInRole, type Principal, roles } from '../../security/index.ts'
import { demandHeld } from './rights.ts'

export const roleService: AnyService = defineService({
  record: role,
  beforeSave({ turn, before, after }) {
    const known = new Set(allPermissions())
    const stray = after.permissions.find((permission) => !known.has(permission) && !before?.permissions.includes(permission))
    if (stray !== undefined)
      throw new Refusal('invalid', { field: 'permissions', message: { zh: `没有此权限：${stray}`, en: `No such permission: ${stray}` } })
    // What the administrators lose nobody could give back: a permission is only granted by who holds it.
    const lost =
      after.code === 'administrator' ? before?.permissions.find((permission) => !after.permissions.includes(permission)) : undefined
    if (lost !== undefined)
      throw new Refusal('conflict', {
        field: 'permissions',
        code: 'last-administrator',
        message: { zh: `管理员角色必须保留全部权限：${lost}`, en: `Administrators must keep every right: ${lost}` },
      })
    if (turn.actor.principal) demandGrants(turn.actor.principal, before, after)
    turn.bells.add('roles')
    return Promise.resolve({ permissions: [...new Set(after.permissions)].toSorted() })
  },
  async beforeRemove({ turn, row }) {
    if (row.builtIn)
      throw new Refusal('conflict', { code: 'built-in', message: { zh: '内置角色不能删除', en: 'Built-in roles cannot be deleted' } })
    const holders = await plainTables(turn.trx)
      .selectFrom('auth_user')
      .select('name')
      .where('org', '=', turn.actor.org)
      .where('deleted_at', 'is', null)
      .where(sql<boolean>`(role = ${row.code} or id = any(${[...row.members]}::text[]))`)
      .orderBy('name')
      .execute()
    if (holders.length > 0) {
      const some = holders.slice(0, 5).map(({ name }) => name)
      throw new Refusal('conflict', {
        code: 'has-members',
        message: {
          zh: `仍有 ${holders.length} 名成员（${some.join('、')}），请先移出`,
          en: `It still has ${holders.length} members (${some.join(', ')}): take them out first`,
        },
        detail: { members: holders.length },
      })
    }
    turn.bells.add('roles')
  },
})

/** Nobody gives what he does not have: permissions, to a role or to people by making them members, nor a wider data scope. */
function demandGrants(principal: Principal, before: RowOf<typeof role> | null, after: RowOf<typeof role>): void {
  const joins = after.members.some((member) => !before?.members.includes(member))
  const given = joins ? after.permissions : after.permissions.filter((permission) => !before?.permissions.includes(permission))
  demandHeld(principal, given, joins ? 'members' : 'permissions')
  const wider =
    after.scope !== 'own' && (joins || after.scope !== before?.scope || after.regions.some((region) => !before.regions.includes(region)))
  if (wider && principal.stations !== null)
    throw new Refusal('not-permitted', {
      field: 'scope',
      message: { zh: '不能授予超出自己范围的数据', en: 'Nobody grants data beyond their own scope' },
    })
}

const names: Readonly<Record<BuiltInRole, readonly [string, string]>> = {
  viewer: ['查看员', 'Viewer'],
  operator: ['操作员', 'Operator'],
  engineer: ['工程师', 'Engineer'],
  administrator: ['管理员', 'Administrator'],
}

/**
 * Makes the built-in roles. A permission that is new with this version is given to them once; what somebody has taken away since stays away.
 */
export async function seedRoles(engine: Records, org: string, core: Readonly<Record<BuiltInRole, ReadonlySet<string>>>): Promise<void> {
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
