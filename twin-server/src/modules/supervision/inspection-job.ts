import { inspectionPlan, inspectionTask, type RowOf } from '@twin/models/records'
import { Refusal } from '../../http/api-error.ts'
import { installation, type Records } from '../../records/engine.ts'
import type { Turn } from '../../records/types.ts'
import type { LivePort } from '../live-port.ts'
import { makeTask } from './inspection.ts'
import { addDays, today } from './maintenance-days.ts'

/** A step of periodic work. That somebody else was faster is no failure. */
export async function inTurn(records: Records, org: string, work: (turn: Turn) => Promise<void>): Promise<void> {
  try {
    await records.run(installation(org), work)
  } catch (error) {
    if (!(error instanceof Refusal && (error.reason === 'conflict' || error.reason === 'not-found'))) throw error
  }
}

/** What time does to inspections: tasks appear on the days of their plans, and turn overdue. Each step is a turn of its own. */
export async function runInspections(records: Records, live: LivePort, org: string, now: number): Promise<void> {
  const open = (table: string, state: string) =>
    records.db.selectFrom(table).selectAll().where('org', '=', org).where('state', '=', state).where('deletedAt', 'is', null)

  for (const { id, station, nextOn } of (await open('inspectionPlan', 'active').execute()) as unknown as RowOf<typeof inspectionPlan>[]) {
    if (nextOn === null || nextOn > today(live, station, now)) continue
    await inTurn(records, org, async (turn) => {
      const plan = await records.writer.lock(turn, inspectionPlan, id)
      let next = plan.nextOn
      if (plan.state !== 'active' || next === null) return
      for (; next <= today(live, station, turn.now); next = addDays(next, plan.everyDays)) await makeTask(turn, records.writer, plan, next)
      await records.writer.patch(turn, inspectionPlan, id, { nextOn: next })
    })
  }
  for (const { id } of await open('inspectionTask', 'open').where('dueAt', '<', now).execute())
    await inTurn(records, org, async (turn) => void (await records.writer.transit(turn, inspectionTask, String(id), 'expire')))
}
