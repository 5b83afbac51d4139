import { type MenuSeed, menuEntry, menuSeeds } from '@twin/models/records'
import { sql } from 'kysely'
import { Refusal } from '../../http/api-error.ts'
import type { Gate } from '../../http/index.ts'
import { installation, type Records } from '../../records/engine.ts'
import { type AnyService, defineService, type Turn } from '../../records/types.ts'
import type { Principal } from '../../security/index.ts'

export interface MenuNode {
  readonly code: string
  readonly name: string
  readonly nameEn: string
  readonly path: string | null
  readonly children: readonly MenuNode[]
}
interface Entry {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly nameEn: string
  readonly parent: string | null
  readonly position: number
  readonly path: string | null
  readonly api: string | null
  readonly permission: string | null
  readonly concealed: boolean
}
/** The way back: if this entry could be hidden, nobody could show it again. */
const keeper = 'record.menuEntry'

export const menuService: AnyService = defineService({
  record: menuEntry,
  async beforeSave({ turn, before, after }) {
    turn.bells.add('menu')
    const parents = await ancestors(turn, after.parent)
    if (before && parents.includes(before.id))
      throw new Refusal('invalid', { field: 'parent', message: { zh: '不能移到自己之下', en: 'Cannot stand below itself' } })
    if (!after.concealed || !before) return
    const kept = await turn.trx
      .selectFrom('menuEntry')
      .select(['id', 'parent'])
      .where('code', '=', keeper)
      .where('org', '=', turn.actor.org)
      .executeTakeFirst()
    const line = kept ? [String(kept['id']), ...(await ancestors(turn, kept['parent'] as string | null))] : []
    if (line.includes(before.id))
      throw new Refusal('conflict', {
        field: 'concealed',
        code: 'keeper',
        message: { zh: '菜单管理不能隐藏', en: 'Menu management cannot be hidden' },
      })
  },
  beforeRemove({ turn, row }) {
    if (row.builtIn)
      throw new Refusal('conflict', {
        code: 'built-in',
        message: { zh: '内置菜单不能删除，可隐藏', en: 'Built-in entries cannot be deleted, but hidden' },
      })
    turn.bells.add('menu')
    return Promise.resolve()
  },
})

async function ancestors(turn: Turn, parent: string | null): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with recursive up as (select id, parent, 1 as depth from menu_entry where id = ${parent}
      union all select m.id, m.parent, up.depth + 1 from menu_entry m join up on m.id = up.parent where up.depth < 20)
    select id from up`.execute(turn.trx)
  return rows.map(({ id }) => id)
}

export interface Menu {
  /** What a person sees. */
  tree(principal: Principal): readonly MenuNode[]
  readonly gate: Gate
  /** Reads the entries anew. */
  reload(): Promise<void>
}

/** The menu in memory: asked at every request, read again when it rings. */
export async function openMenu(engine: Records, org: string, closed: (path: string) => boolean): Promise<Menu> {
  let entries: readonly Entry[] = []
  const reload = async (): Promise<void> => {
    entries = (await engine.db
      .selectFrom('menuEntry')
      .select(['id', 'code', 'name', 'nameEn', 'parent', 'position', 'path', 'api', 'permission', 'concealed'])
      .where('org', '=', org)
      .where('deletedAt', 'is', null)
      .orderBy('position')
      .orderBy('id')
      .execute()) as unknown as Entry[]
  }
  await reload()

  const byId = (id: string | null): Entry | undefined => entries.find((entry) => entry.id === id)
  /** Neither it nor what it stands under is hidden or closed to him. */
  function open(entry: Entry, principal: Principal, depth = 0): boolean {
    if (
      entry.concealed ||
      closed(entry.api ?? entry.path ?? '') ||
      (entry.permission !== null && !principal.permissions.has(entry.permission))
    )
      return false
    const parent = byId(entry.parent)
    return !parent || depth > 20 || open(parent, principal, depth + 1)
  }
  function children(parent: string | null, principal: Principal, depth = 0): MenuNode[] {
    if (depth > 10) return []
    return entries
      .filter((entry) => entry.parent === parent && open(entry, principal))
      .map((entry) => ({
        code: entry.code,
        name: entry.name,
        nameEn: entry.nameEn,
        path: entry.path,
        children: children(entry.id, principal, depth + 1),
      }))
      .filter((node) => node.path !== null || node.children.length > 0)
  }
  return {
    reload,
    tree: (principal) => children(null, principal),
    gate(principal, path) {
      const covering = entries.filter(({ api }) => api !== null && (path === api || path.startsWith(`${api}/`)))
      const longest = Math.max(0, ...covering.map(({ api }) => api?.length ?? 0))
      const nearest = covering.filter(({ api }) => api?.length === longest)
      if (nearest.length > 0 && !nearest.some((entry) => open(entry, principal)))
        throw new Refusal('not-permitted', { code: 'menu-closed' })
    },
  }
}

/** Adds the entries that this version knows and the database does not; people's changes stay. */
export async function seedMenu(engine: Records, org: string): Promise<void> {
  await engine.run(installation(org), async (turn) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('seed menu', 0))`.execute(turn.trx)
    const known = await turn.trx.selectFrom('menuEntry').select(['id', 'code']).where('org', '=', org).execute()
    const ids = new Map(known.map((row) => [String(row['code']), String(row['id'])]))
    for (const [i, seed] of menuSeeds().entries()) {
      if (ids.has(seed.code)) continue
      const row = await engine.writer.create(turn, menuEntry, valuesOf(seed, i, ids))
      ids.set(seed.code, row.id)
    }
  })
}
const valuesOf = ({ code, name, nameEn, parent, path, api, permission }: MenuSeed, i: number, ids: ReadonlyMap<string, string>) => ({
  code,
  name,
  nameEn,
  path,
  api,
  permission,
  parent: parent === null ? null : (ids.get(parent) ?? null),
  position: (i + 1) * 10,
  builtIn: true,
})
