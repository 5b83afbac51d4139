import { expect, it } from 'vitest'
import { soundingPriority } from './sound.ts'

it('sounds for the gravest alarm that nobody has acknowledged', () => {
  expect(soundingPriority([])).toBeNull()
  expect(
    soundingPriority([
      { priority: 'P1', phase: 'ACKED' },
      { priority: 'P3', phase: 'UNACK' },
    ]),
  ).toBe('P3')
  expect(
    soundingPriority([
      { priority: 'P2', phase: 'LATCHED_UNACK' },
      { priority: 'P3', phase: 'UNACK' },
    ]),
  ).toBe('P2')
  expect(soundingPriority([{ priority: 'P1', phase: 'RTN_UNACK' }])).toBeNull()
})
