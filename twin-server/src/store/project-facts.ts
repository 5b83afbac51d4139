import type { FactRow } from '@twin/actors/runtime'
import { isFinal } from '@twin/models/commands'
import type { CommandState, Position, StationFact, StationState } from '@twin/models/twin'
import type { Tx } from './connection.ts'
import { projectControl } from './project-control.ts'
import { clean, iso, json } from './text.ts'

/** Rows of command, position_track and alarm_flood that these facts mean. Alarms have a file of their own. */
export function projectFacts(tx: Tx, org: string, facts: readonly FactRow[]): Promise<unknown>[] {
  const jobs: Promise<unknown>[] = []
  for (const { fact, actor, station } of facts) {
    switch (fact.kind) {
      case 'command.requested':
        jobs.push(requested(tx, org, station, fact.body))
        break
      case 'command.moved':
        jobs.push(...moved(tx, fact))
        break
      case 'position.changed':
        jobs.push(positioned(tx, org, station, actor.slice(actor.indexOf(':') + 1), fact.body))
        break
      case 'flood.changed':
        jobs.push(flooded(tx, org, station, fact.at, fact.body.flood))
        break
      case 'run.started':
      case 'run.step':
      case 'run.ended':
      case 'joint.changed':
      case 'joint.action':
      case 'joint.outcome':
        jobs.push(...projectControl(tx, org, station, fact))
        break
      default:
        break
    }
  }
  return jobs
}

function requested(tx: Tx, org: string, station: string, state: CommandState): Promise<unknown> {
  return tx`insert into command (id, org, station, target, code, args, reason, requested_by, approved_by, phase, reject_code, detail,
      issued_at, ended_at, deadline, expires_at, n, attempts, video, steps, before, after)
    values (${state.id}, ${org}, ${station}, ${state.target}, ${state.code}, ${json(state.args)}::text::jsonb, ${clean(state.reason)},
      ${json(state.requestedBy)}::text::jsonb, ${state.approvedBy && json(state.approvedBy)}::text::jsonb, ${state.phase}, ${state.rejectCode},
      ${state.detail && clean(state.detail)}, ${state.issuedAt}, ${isFinal(state.phase) ? state.issuedAt : null}, ${state.deadline},
      ${state.expiresAt}, ${state.n}, ${state.attempts}, ${state.video}, ${json(state.steps)}::text::jsonb, ${json(state.before)}::text::jsonb,
      ${json(state.after)}::text::jsonb)
    on conflict (id) do nothing`
}

/** As `foldCommand`: what comes after the end adds its step and changes nothing else. */
function moved(tx: Tx, fact: StationFact & { readonly kind: 'command.moved' }): Promise<unknown>[] {
  const { id, by, phase, ...changes } = fact.body
  const step = [{ phase, at: fact.at, by: by ?? null, detail: changes.detail ?? null }]
  const columns: string[] = ['phase = $2', 'ended_at = $3']
  const values: (string | number | null)[] = [id, phase, isFinal(phase) ? iso(fact.at) : null]
  const set = (column: string, value: string | number | null | undefined, cast = ''): void => {
    if (value === undefined) return
    values.push(value)
    columns.push(`${column} = $${values.length}${cast}`)
  }
  set('reject_code', changes.rejectCode)
  set('detail', typeof changes.detail === 'string' ? clean(changes.detail) : changes.detail)
  set('deadline', changes.deadline === undefined ? undefined : iso(changes.deadline))
  set('expires_at', changes.expiresAt === undefined ? undefined : iso(changes.expiresAt))
  set('n', changes.n)
  set('attempts', changes.attempts)
  set('video', changes.video)
  set('approved_by', changes.approvedBy && json(changes.approvedBy), '::text::jsonb')
  set('after', changes.after && json(changes.after), '::text::jsonb')
  return [
    tx`update command set steps = steps || ${json(step)}::text::jsonb where id = ${id}`,
    tx.unsafe(`update command set ${columns.join(', ')} where id = $1 and ended_at is null`, values),
  ]
}

function positioned(tx: Tx, org: string, station: string, device: string, at: Position): Promise<unknown> {
  return tx`insert into position_track (device, at, org, station, lat, lng, source, accuracy, by)
    values (${device}, ${at.at}, ${org}, ${station}, ${at.lat}, ${at.lng}, ${at.source}, ${at.accuracy}, ${at.by && clean(at.by)})
    on conflict (device, at) do update set lat = excluded.lat, lng = excluded.lng, source = excluded.source, accuracy = excluded.accuracy,
      by = excluded.by`
}

function flooded(tx: Tx, org: string, station: string, at: number, flood: StationState['flood']): Promise<unknown> {
  if (flood === null) return tx`update alarm_flood set until = ${at} where station = ${station} and until is null`
  return tx`insert into alarm_flood as f (station, since, org, until, count) values (${station}, ${flood.since}, ${org}, null, ${flood.count})
    on conflict (station, since) do update set count = greatest(f.count, excluded.count)`
}
