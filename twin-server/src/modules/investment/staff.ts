import { station, stationCharge, stationStaff, type RowOf } from '@twin/models/records'
import { defineService, type Turn, type Writer } from '../../records/types.ts'
import { conflict, invalid } from '../document-tools.ts'
import { dayOfTime, follow } from '../supervision/index.ts'
import { lockedStation } from './standing.ts'

type Staff = RowOf<typeof stationStaff>

export const stationStaffService = defineService({
  record: stationStaff,
  async beforeSave({ turn, before, after }) {
    if (before !== null) return {}
    await lockedStation(turn, after.station)
    // The first of a station is in charge of it.
    return { inCharge: (await inChargeOf(turn, after.station)) === undefined }
  },
  async afterSave({ turn, before, after, records }) {
    if (before === null && after.inCharge) await begin(turn, records, after, after.joinedOn ?? dayOfTime(turn.now))
    else if (after.inCharge && before?.name !== after.name) await nameManager(turn, records, after)
  },
  guards: {
    succeeded({ row }) {
      if (row.inCharge)
        throw conflict('in-charge', '请先任命新的负责人', 'Put somebody else in charge first', { detail: { station: row.station } })
      return Promise.resolve()
    },
  },
  effects: {
    async takeCharge({ turn, row, input, records }) {
      if (row.inCharge) throw conflict('in-charge', '已是负责人', 'Is in charge already')
      await lockedStation(turn, row.station)
      const former = await inChargeOf(turn, row.station)
      if (former) {
        const term = await turn.tables
          .selectFrom('station_charge')
          .select(['id', 'since'])
          .where('person', '=', former)
          .where('until', 'is', null)
          .executeTakeFirst()
        if (term && input.on < term.since) throw invalid('on', `不能早于 ${term.since}`, `It cannot be before ${term.since}`)
        await records.patch(turn, stationStaff, former, { inCharge: false })
        if (term) await records.patch(turn, stationCharge, term.id, { until: input.on })
      }
      await begin(turn, records, row, input.on)
      return { state: row.state as 'onDuty' | 'offDuty', inCharge: true }
    },
  },
})

async function inChargeOf(turn: Turn, at: string): Promise<string | undefined> {
  const row = await turn.tables
    .selectFrom('station_staff')
    .select('id')
    .where('station', '=', at)
    .where('inCharge', '=', true)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  return row?.id
}

async function begin(turn: Turn, records: Writer, person: Staff, since: string): Promise<void> {
  await records.create(turn, stationCharge, { station: person.station, person: person.id, since })
  await nameManager(turn, records, person)
}
/** The profile of the station, and with it every page and screen, names who is in charge. */
async function nameManager(turn: Turn, records: Writer, person: Staff): Promise<void> {
  await records.patch(turn, station, person.station, { manager: person.name })
  await follow(turn, person.station, false)
}
