import type { TechnicianFact, TechnicianState } from '@twin/models/twin'
import type { Draft } from 'immer'

export const initialTechnician: TechnicianState = { duty: 'off', position: null, capacity: 1, assigned: [] }

export function applyTechnicianFact(draft: Draft<TechnicianState>, fact: TechnicianFact): void {
  switch (fact.kind) {
    case 'technician.duty':
      draft.duty = fact.body.duty
      return
    case 'technician.position':
      draft.position = fact.body
      return
    case 'technician.capacity':
      draft.capacity = fact.body.capacity
      return
    case 'technician.assigned': {
      const rest = draft.assigned.filter((ticket) => ticket !== fact.body.ticket)
      draft.assigned = fact.body.on ? [...rest, fact.body.ticket] : rest
    }
  }
}
