import { applyControlFact, newRun } from '@twin/models/control'
import type { ControlFact } from '@twin/models/twin'
import type { Tx } from './connection.ts'
import { clean, json } from './text.ts'

type Of<K extends ControlFact['kind']> = ControlFact & { readonly kind: K }

/** Rows of control_run and joint_action that a fact means; the same changes as `applyControlFact` makes. */
export function projectControl(tx: Tx, org: string, station: string, fact: ControlFact): readonly Promise<unknown>[] {
  switch (fact.kind) {
    case 'run.started': {
      const { id, kind, by, reason, startedAt, phase, steps } = fact.body
      return [
        tx`insert into control_run (station, id, org, kind, by, reason, started_at, phase, steps)
          values (${station}, ${id}, ${org}, ${kind}, ${json(by)}::text::jsonb, ${clean(reason)}, ${startedAt}, ${phase},
            ${json(steps)}::text::jsonb) on conflict (station, id) do nothing`,
      ]
    }
    case 'run.step':
      return [stepped(tx, station, fact)]
    case 'run.ended': {
      const { run, phase, detail } = fact.body
      return [
        tx`update control_run set phase = ${phase}, detail = ${detail && clean(detail)}, ended_at = ${fact.at}, steps = (
            select jsonb_agg(case when step->>'phase' in ('pending', 'waiting')
              then step || jsonb_build_object('phase', 'unsent', 'deadline', null,
                'endedAt', case when step->>'startedAt' is null then null else ${fact.at}::bigint end)
              else step end order by place)
            from jsonb_array_elements(steps) with ordinality as one(step, place))
          where station = ${station} and id = ${run} and phase = 'running'`,
      ]
    }
    case 'joint.action': {
      const { id, at, kind, unit, reason, headerPressure, outcome } = fact.body
      return [
        tx`insert into joint_action (station, id, org, at, kind, unit, reason, header_pressure, outcome)
          values (${station}, ${id}, ${org}, ${at}, ${kind}, ${unit}, ${clean(reason)}, ${headerPressure}, ${outcome})
          on conflict (station, id) do nothing`,
      ]
    }
    case 'joint.outcome':
      return [
        tx`update joint_action set outcome = ${fact.body.outcome}, ended_at = ${fact.at}
          where station = ${station} and id = ${fact.body.id} and outcome = 'pending'`,
      ]
    case 'joint.changed':
      return []
  }
}

/** One step as the fold moves it, begun or not; the row says which of the two it is. */
function stepped(tx: Tx, station: string, fact: Of<'run.step'>): Promise<unknown> {
  const { run, step: place } = fact.body
  const blank = { key: 'pressure' as const, target: '', code: null, args: {} }
  const before = newRun({
    id: run,
    kind: 'start',
    by: { id: '', name: '', from: '' },
    reason: '',
    startedAt: 0,
    steps: Array.from({ length: place + 1 }, () => blank),
  })
  const after = applyControlFact(before, [], fact).run?.steps[place]
  if (after === undefined) return Promise.resolve()
  const { phase, startedAt, endedAt, deadline, detail, command } = after
  const patch = { phase, endedAt, deadline, detail: detail === null ? null : clean(detail), ...(command !== null && { command }) }
  return tx`update control_run set steps = jsonb_set(steps, array[${String(place)}], (steps->${place}::int) || ${json(patch)}::text::jsonb
      || case when steps->${place}::int->>'startedAt' is null then jsonb_build_object('startedAt', ${startedAt}::bigint) else '{}'::jsonb end)
    where station = ${station} and id = ${run} and phase = 'running'`
}
