import type { TechnicianState } from '@twin/models/twin'
import { produce } from 'immer'
import { expect, it } from 'vitest'
import { applyTechnicianFact, initialTechnician, stepTechnician, type TechnicianMessage } from './index.ts'

function run(messages: readonly TechnicianMessage[]): { state: TechnicianState; answers: string[] } {
  let state: TechnicianState = initialTechnician
  const answers: string[] = []
  for (const [at, message] of messages.entries()) {
    const { facts, answer } = stepTechnician(state, message, at)
    state = produce(state, (draft) => {
      for (const fact of facts) applyTechnicianFact(draft, fact)
    })
    answers.push(answer.ok ? 'ok' : answer.reason)
  }
  return { state, answers }
}

it('[TE1] never promises more work than the capacity, and the same promise only once', () => {
  const { state, answers } = run([
    { type: 'reserve', ticket: 'a' },
    { type: 'duty', duty: 'on' },
    { type: 'reserve', ticket: 'a' },
    { type: 'reserve', ticket: 'a' },
    { type: 'reserve', ticket: 'b' },
    { type: 'capacity', capacity: 2 },
    { type: 'reserve', ticket: 'b' },
    { type: 'duty', duty: 'off' },
    { type: 'release', ticket: 'a' },
  ])
  expect(answers).toEqual(['off-duty', 'ok', 'ok', 'ok', 'full', 'ok', 'ok', 'has-work', 'ok'])
  expect(state).toEqual({ duty: 'on', position: null, capacity: 2, assigned: ['b'] })
})

it('[TE2] an older position does not move a technician back', () => {
  const at = (time: number) => ({ lat: 31, lng: 121, at: time, source: 'gnss' as const, accuracy: 5, by: null })
  const { state, answers } = run([
    { type: 'position', position: at(20) },
    { type: 'position', position: at(10) },
  ])
  expect(answers).toEqual(['ok', 'older-position'])
  expect(state.position?.at).toBe(20)
})
