import { operations, type Operation } from '@twin/models/api'
import { expect, it } from 'vitest'
import { operatorMix, pathOf } from './index.ts'

const all: readonly Operation[] = Object.values(operations)

it.each(operatorMix.map((step) => [step.name, step] as const))('[LD1] the step "%s" is a call the product has', (_, step) => {
  const [plain] = step.path.split('?')
  const [, query = ''] = pathOf(step, 'station00001', Date.now()).split('?')
  const operation = all.find((each) => each.method === 'get' && each.path === plain)
  expect(operation).toBeDefined()
  const asked = Object.fromEntries(new URLSearchParams(query))
  // Nothing of what is asked is left out or refused.
  expect(Object.keys((operation?.query?.parse(asked) as object | undefined) ?? {})).toEqual(expect.arrayContaining(Object.keys(asked)))
})
