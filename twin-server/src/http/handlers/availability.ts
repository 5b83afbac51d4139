import type { Availability } from '../../availability/index.ts'
import type { Handlers } from '../call.ts'
import type { HttpParts } from '../parts.ts'
import { refuse } from '../pipeline.ts'

export function availabilityHandlers({
  availability,
}: HttpParts): Pick<Handlers, 'availability' | 'availabilityDay' | 'outages' | 'judgeOutage'> {
  const record = (): Pick<Availability, 'summary' | 'day' | 'verdicts'> => availability ?? refuse('not-found')
  return {
    availability: async ({ query }) =>
      (await record().summary(query.confidence === '60' ? 60 : 90)) ??
      refuse('unavailable', { message: { zh: '可用性记录尚未开始', en: 'The record of service has not begun yet' }, retryAfter: 5 }),
    availabilityDay: async ({ params }) => {
      if (Number.isNaN(Date.parse(params.day))) refuse('invalid', { field: 'day' })
      return { runs: await record().day(params.day) }
    },
    outages: ({ query }) => record().verdicts.list(query.page, query.size),
    judgeOutage: async ({ params, body, principal, note }) => {
      const by = { id: principal.id, name: principal.name }
      const said = await record().verdicts.say(params.outage, { ...body, by })
      if (!said) refuse('not-found')
      const { before, after } = said
      const span = { from: after.from, to: after.to, cause: after.cause }
      note({ target: String(after.id), before: { ...span, verdict: before.verdict }, after: { ...span, ...body } })
      return after
    },
  }
}
