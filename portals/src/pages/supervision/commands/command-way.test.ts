import { expect, it } from 'vitest'
import { isOver, wayOf } from './command-way.ts'

it('shows approval on the way of commands that waited for it, and only there', () => {
  expect(wayOf({ phase: 'ARMED', steps: [{ phase: 'REQUESTED' }] })).not.toContain('AWAITING_APPROVAL')
  expect(wayOf({ phase: 'EXECUTED', steps: [{ phase: 'AWAITING_APPROVAL' }] })).toEqual([
    'REQUESTED',
    'VALIDATED',
    'AWAITING_APPROVAL',
    'ARMED',
    'DISPATCHED',
    'ACKED',
    'EXECUTED',
  ])
  expect(['ACKED', 'UNVERIFIED', 'REJECTED'].map(isOver)).toEqual([false, true, true])
})
