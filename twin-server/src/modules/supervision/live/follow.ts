import { sql } from 'kysely'
import type { OutboxWork } from '../../outbox-work.ts'
import type { Turn } from '../../../records/types.ts'

/** Bell of a station whose master data changed in this turn: its twin follows before the answer leaves. */
export const stationBell = 'station:'

/**
 * The live twin of a station follows what this turn writes: at once after the commit, and by the outbox should that fail. `devices` says that
 * its devices changed, so that pipes are laid anew.
 */
export async function follow(turn: Turn, station: string, devices = true): Promise<void> {
  if (devices)
    await turn.trx
      .updateTable('station')
      .set({ updatedAt: turn.now, config: sql`config - 'pipes'` })
      .where('id', '=', station)
      .execute()
  turn.bells.add(`${stationBell}${station}`)
  turn.emit('station.changed', { station })
}

export const stationChanged: OutboxWork = ({ body, live }) => live.follow((body as { readonly station: string }).station)
