import { sql } from 'kysely'
import { rowWords, device as deviceRecord, type RowOf, station, stationChange } from '@twin/models/records'
import { Refusal } from '../../../http/api-error.ts'
import { type AnyService, defineService, type Turn, type Writer } from '../../../records/types.ts'
import { dayOfTime } from '../asset-months.ts'
import { follow } from './follow.ts'

type Station = RowOf<typeof station>

/** m; a packaged machine that moves is looked for sooner. */
const fences = { singleModule: 200, smartStation: 500, centralStation: 500 } as const

export const stationService: AnyService = defineService({
  record: station,
  async beforeSave({ turn, before, after }) {
    if (before?.region !== after.region) await demandDistrict(turn, after.region)
  },
  async afterSave({ turn, before, after, records }) {
    const { id, code, name, kind } = after
    if (before && before.region !== after.region) await noteRegion(turn, records, before, after)
    const search = sql`array_to_tsvector(${rowWords(deviceRecord, { code, name })}::text[])`
    if (before) await turn.trx.updateTable('device').set({ code, name, search }).where('id', '=', id).execute()
    else {
      // What is measured of the room and the header belongs to a device of the station's own kind.
      await turn.trx
        .insertInto('device')
        .values({
          id,
          org: turn.actor.org,
          station: id,
          kind: 'station',
          variants: sql`array[${kind}]::text[]`,
          code,
          name,
          ord: 0,
          state: 'active',
          points: sql`'[]'::jsonb`,
          config: sql`${JSON.stringify({ settings: { targetPressure: 7, pressureBand: 0.5, minPressure: 6.3 } })}::text::jsonb`,
          createdAt: turn.now,
          updatedAt: turn.now,
          search,
        })
        .execute()
      await turn.trx
        .updateTable('station')
        .set({ config: sql`${JSON.stringify({ fenceRadius: fences[kind] })}::text::jsonb` })
        .where('id', '=', id)
        .execute()
    }
    await follow(turn, id, false)
  },
  async beforeRemove({ turn, row }) {
    await turn.trx.updateTable('device').set({ deletedAt: turn.now, updatedAt: turn.now }).where('id', '=', row.id).execute()
    await turn.trx.updateTable('station').set({ updatedAt: turn.now }).where('id', '=', row.id).execute()
    await turn.trx.deleteFrom('timer').where('station', '=', row.id).execute()
    await follow(turn, row.id, false)
  },
  effects: {
    async enter({ turn, row, input, transition, records }) {
      if (row.stateSince !== null && input.on < row.stateSince)
        throw new Refusal('invalid', {
          field: 'on',
          message: { zh: `不能早于当前状态的起始 ${row.stateSince}`, en: `Its present state began on ${row.stateSince}` },
        })
      const to = stateLabels[station.lifecycle.transitions[transition as keyof typeof station.lifecycle.transitions].to]
      await records.create(turn, stationChange, {
        ...{
          station: row.id,
          what: 'state',
          was: stateLabels[row.state].label.zh,
          became: to.label.zh,
          on: input.on,
          reason: input.reason,
        },
      })
      await follow(turn, row.id, false)
      return { stateSince: input.on }
    },
  },
})

const stateLabels = station.lifecycle.states

/** Which region a station belonged to at any time stays known: what was booked then stays where it was booked. */
async function noteRegion(turn: Turn, records: Writer, before: Station, after: Station): Promise<void> {
  const name = async (id: string): Promise<string> =>
    (await turn.tables.selectFrom('region').select('name').where('id', '=', id).executeTakeFirst())?.name ?? id
  await records.create(turn, stationChange, {
    station: after.id,
    what: 'region',
    was: await name(before.region),
    became: await name(after.region),
    on: dayOfTime(turn.now),
    fromRegion: before.region,
    toRegion: after.region,
  })
}

/** Throws unless it is a district in use: every station hangs on exactly one. */
async function demandDistrict(turn: Turn, region: string): Promise<void> {
  const found = await turn.trx.selectFrom('region').select(['level', 'state']).where('id', '=', region).executeTakeFirst()
  if (found?.['level'] !== 'district')
    throw new Refusal('invalid', { field: 'region', message: { zh: '站点须挂在一个区县下', en: 'A station hangs on a district' } })
  if (found['state'] !== 'enabled')
    throw new Refusal('conflict', { field: 'region', code: 'disabled', message: { zh: '该区域已停用', en: 'This region is disabled' } })
}
