import type { Call, Handlers } from '../call.ts'
import type { HttpParts } from '../parts.ts'
import { refuse } from '../pipeline.ts'
import { ask } from '../reply.ts'

type Actions = 'ackAlarm' | 'resetAlarm' | 'shelveAlarm' | 'unshelveAlarm' | 'serviceAlarm'

export function alarmActionHandlers({ store, runtime, clock }: HttpParts): Pick<Handlers, Actions> {
  const occurrenceOf = async (id: string) => {
    const row = await store.db
      .selectFrom('alarm_occurrence')
      .select(['station', 'device', 'code', 'phase', 'acked_by', 'note', 'closed_at'])
      .where('occurrence', '=', id)
      .executeTakeFirst()
    return row ?? refuse('not-found')
  }
  const stationOf = (device: string): string => runtime.stationOf(device)?.id ?? refuse('not-found')
  const noted = async (call: Call<Actions>, occurrence: string, before: unknown): Promise<{ ok: true }> => {
    const now = await occurrenceOf(occurrence)
    call.note({ target: occurrence, before, after: { phase: now.phase, ackedBy: now.acked_by, note: now.note } })
    return { ok: true }
  }

  return {
    ackAlarm: async (call) => {
      const { params, body, person } = call
      const { occurrence } = params
      const { station, device, code, phase } = await occurrenceOf(occurrence)
      const members = await store.db.selectFrom('alarm_occurrence').select('occurrence').where('grouped_under', '=', occurrence).execute()
      // The station acknowledges the members of a group in the same turn.
      await ask(runtime, { type: 'alarm.ack', station, device, code, occurrence, by: person, note: body.note })
      return noted(call, occurrence, { phase, members: members.map((member) => member.occurrence) })
    },
    resetAlarm: async (call) => {
      const { occurrence } = call.params
      const { station, device, code, phase } = await occurrenceOf(occurrence)
      await ask(runtime, { type: 'alarm.reset', station, device, code, occurrence, by: call.person })
      return noted(call, occurrence, { phase })
    },
    shelveAlarm: async ({ params: { device, code }, body, person, note }) => {
      await ask(runtime, { type: 'alarm.shelve', station: stationOf(device), device, code, by: person, ...body })
      note({ target: `${device} ${code}`, after: { until: clock.now() + body.minutes * 60_000, reason: body.reason } })
      return { ok: true }
    },
    unshelveAlarm: async ({ params: { device, code }, person, note }) => {
      note({ target: `${device} ${code}` })
      await ask(runtime, { type: 'alarm.unshelve', station: stationOf(device), device, code, by: person })
      return { ok: true }
    },
    serviceAlarm: async ({ params: { device, code }, body, person, note }) => {
      note({
        target: `${device} ${code}`,
        before: { outOfService: !body.out },
        after: { outOfService: body.out, workOrder: body.workOrder },
      })
      await ask(runtime, { type: 'alarm.service', station: stationOf(device), device, code, by: person, ...body })
      return { ok: true }
    },
  }
}
