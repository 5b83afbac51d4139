import { sql } from 'kysely'
import { region, station, warehouse } from '@twin/models/records'
import { Refusal } from '../../http/api-error.ts'
import { type AnyService, defineService, type Turn } from '../../records/types.ts'
import { regionsBelow } from './region-tree.ts'

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
    await refuseIfHolding(turn, row.id)
  },
  guards: {
    holdsNoStations: ({ turn, row }) => refuseIfHolding(turn, row.id),
    notMerged: ({ row }) => {
      if (row.successor !== null)
        throw new Refusal('conflict', {
          code: 'merged',
          message: { zh: '已并入其他区域，不能再启用', en: 'It went into another region and stays disabled' },
        })
      return Promise.resolve()
    },
  },
  effects: {
    async merge({ turn, row, input, records }) {
      const into = await records.lock(turn, region, input.into)
      const bad = (zh: string, en: string): never => {
        throw new Refusal('invalid', { field: 'into', message: { zh, en } })
      }
      if (into.id === row.id) bad('不能并入自身', 'It cannot go into itself')
      if (into.level !== row.level) bad('只能并入同级区域', 'It can only go into a region of its level')
      if (into.state !== 'enabled') bad('该区域已停用', 'This region is disabled')
      const { rows: below } = await sql<{ id: string }>`${regionsBelow([row.id])}`.execute(turn.trx)
      if (below.some(({ id }) => id === into.id)) bad('不能并入其下级区域', 'It cannot go into a region below it')
      for (const id of await idsIn(turn, region.table, 'parent', row.id)) await records.patch(turn, region, id, { parent: into.id })
      for (const id of await idsIn(turn, warehouse.table, 'region', row.id)) await records.patch(turn, warehouse, id, { region: into.id })
      for (const id of await idsIn(turn, station.table, 'region', row.id)) {
        await records.patch(turn, station, id, { region: into.id })
        // Its twin follows at once, as after any change of a station.
        turn.bells.add(`station:${id}`)
        turn.emit('station.changed', { station: id })
      }
      return { successor: into.id }
    },
  },
})

async function idsIn(turn: Turn, table: string, field: string, value: string): Promise<readonly string[]> {
  const rows = await turn.trx
    .selectFrom(table)
    .select('id')
    .where('org', '=', turn.actor.org)
    .where(field, '=', value)
    .where('deletedAt', 'is', null)
    .orderBy('id')
    .execute()
  return rows.map((row) => String(row['id']))
}

/** A province holds the stations of its cities, a city those of its districts. */
async function refuseIfHolding(turn: Turn, id: string): Promise<void> {
  const { n } = await turn.trx
    .selectFrom('station')
    .select(sql<number>`count(*)`.as('n'))
    .where('org', '=', turn.actor.org)
    .where('deletedAt', 'is', null)
    .where(sql<boolean>`region in (${regionsBelow([id])})`)
    .executeTakeFirstOrThrow()
  if (n > 0)
    throw new Refusal('conflict', {
      code: 'holds-stations',
      message: { zh: `区域内仍有 ${n} 个站点`, en: `The region still holds ${n} stations` },
      detail: { stations: n },
    })
}
