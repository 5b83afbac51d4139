import type { RowOf, station } from '@twin/models/records'
import { Refusal } from '../../http/api-error.ts'
import type { Turn } from '../../records/types.ts'
import { conflict } from '../document-tools.ts'

export type Standing = Pick<RowOf<typeof station>, 'id' | 'name' | 'state' | 'shareValue' | 'region'>

/**
 * What is about to come into force over a station: the plants that stand there as a whole and its row are locked, in the order in which
 * scrapping locks them, so that one sees the other. Throws 409 when the station is closed or all its plants are scrapped or sold.
 */
export async function standingStation(turn: Turn, id: string): Promise<Standing> {
  const plants = await turn.tables
    .selectFrom('asset')
    .select(['id', 'state'])
    .where('org', '=', turn.actor.org)
    .where('station', '=', id)
    .where('kind', 'in', ['smartStation', 'centralStation'])
    .where('deletedAt', 'is', null)
    .orderBy('id')
    .forUpdate()
    .execute()
  const row = await lockedStation(turn, id)
  const gone = plants.length > 0 && plants.every(({ state }) => state === 'scrapped' || state === 'sold')
  if (row.state === 'closed' || gone)
    throw conflict('station-gone', `${row.name} 已关停或报废`, `${row.name} is closed or scrapped`, { field: 'station' })
  return row
}

/** Locked against changes, not against rows that come to refer to it. Throws not-found. */
export async function lockedStation(turn: Turn, id: string): Promise<Standing> {
  const row = await turn.tables
    .selectFrom('station')
    .select(['id', 'name', 'state', 'shareValue', 'region'])
    .where('org', '=', turn.actor.org)
    .where('id', '=', id)
    .where('deletedAt', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!row) throw new Refusal('not-found')
  return row
}
