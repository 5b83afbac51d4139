import { expect, it } from 'vitest'
import { lossOf, nothingLost } from './loss.ts'

const row = { site: 's', name: 's', address: '', epoch: 1, policy: 'go-on' as const, protected: true, since: 1000 }

it('says what may be missing when the old site cannot be asked', () => {
  expect(lossOf(row, 50_000, 10_000, 59_999)).toEqual(nothingLost)
  expect(lossOf(row, 50_000, 10_000, 60_000)).toEqual({ complete: false, missingFrom: 60_000 })
  expect(lossOf({ ...row, policy: 'wait' }, 50_000, 10_000, 1e9)).toEqual(nothingLost)
  expect(lossOf({ ...row, policy: 'wait', protected: false }, 50_000, 10_000, 51_000)).toEqual({ complete: false, missingFrom: 1000 })
  expect(lossOf(null, null, 10_000, 51_000)).toEqual({ complete: false, missingFrom: 0 })
})
