import type { Position, TechnicianFact, TechnicianState } from '@twin/models/twin'

/** What a technician's own actor is told; his station work (tickets) reserves capacity here. */
export type TechnicianMessage =
  | { readonly type: 'duty'; readonly duty: 'off' | 'on' }
  | { readonly type: 'position'; readonly position: Position }
  | { readonly type: 'capacity'; readonly capacity: number }
  | { readonly type: 'reserve'; readonly ticket: string }
  | { readonly type: 'release'; readonly ticket: string }

export type TechnicianAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'off-duty' | 'full' | 'not-assigned' | 'has-work' | 'older-position' | 'invalid' }

export interface TechnicianStep {
  readonly facts: readonly TechnicianFact[]
  readonly answer: TechnicianAnswer
}

const refuse = (reason: Extract<TechnicianAnswer, { ok: false }>['reason']): TechnicianStep => ({
  facts: [],
  answer: { ok: false, reason },
})
const accept = (...facts: TechnicianFact[]): TechnicianStep => ({ facts, answer: { ok: true } })

/** A reservation is granted or refused here and nowhere else, so a technician is never promised twice. */
export function stepTechnician(state: TechnicianState, message: TechnicianMessage, now: number): TechnicianStep {
  switch (message.type) {
    case 'duty':
      if (message.duty === 'off' && state.assigned.length > 0) return refuse('has-work')
      return accept(duty(message.duty === 'on' && state.assigned.length >= state.capacity ? 'busy' : message.duty, now))
    case 'position':
      if (state.position && message.position.at < state.position.at) return refuse('older-position')
      return accept({ kind: 'technician.position', v: 1, at: now, body: message.position })
    case 'capacity':
      if (!Number.isInteger(message.capacity) || message.capacity < 1) return refuse('invalid')
      return accept(
        { kind: 'technician.capacity', v: 1, at: now, body: { capacity: message.capacity } },
        ...load(state, state.assigned.length, message.capacity, now),
      )
    case 'reserve':
      // The same reservation again is the same promise.
      if (state.assigned.includes(message.ticket)) return accept()
      if (state.duty === 'off') return refuse('off-duty')
      if (state.assigned.length >= state.capacity) return refuse('full')
      return accept(assigned(message.ticket, true, now), ...load(state, state.assigned.length + 1, state.capacity, now))
    case 'release':
      if (!state.assigned.includes(message.ticket)) return refuse('not-assigned')
      return accept(assigned(message.ticket, false, now), ...load(state, state.assigned.length - 1, state.capacity, now))
  }
}

const duty = (value: TechnicianState['duty'], at: number): TechnicianFact => ({ kind: 'technician.duty', v: 1, at, body: { duty: value } })
const assigned = (ticket: string, on: boolean, at: number): TechnicianFact => ({
  kind: 'technician.assigned',
  v: 1,
  at,
  body: { ticket, on },
})

function load(state: TechnicianState, work: number, capacity: number, at: number): TechnicianFact[] {
  if (state.duty === 'off') return []
  const next = work >= capacity ? 'busy' : 'on'
  return next === state.duty ? [] : [duty(next, at)]
}
