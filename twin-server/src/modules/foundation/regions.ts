import { sql } from 'kysely'
import { region } from '@twin/models/records'
import { Refusal } from '../../http/api-error.ts'
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
    .where('deletedAt', 'is', null)
    .where(sql<boolean>`starts_with(region, ${prefix})`)
    .executeTakeFirstOrThrow()
  if (n > 0)
    throw new Refusal('conflict', {
      code: 'holds-stations',
      message: { zh: `区域内仍有 ${n} 个站点`, en: `The region still holds ${n} stations` },
      detail: { stations: n },
    })
}
