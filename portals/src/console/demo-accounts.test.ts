import { expect, it } from 'vitest'
import { demoAccounts } from './demo-accounts.ts'

it('reads the demo accounts a server lists, and none from anything else', () => {
  expect(demoAccounts('[{"username":"viewer","password":"x","role":"viewer"},{"username":1}]')).toEqual([
    { username: 'viewer', password: 'x', role: 'viewer' },
  ])
  expect(demoAccounts('{"accounts":[{"username":"a","password":"b"}]}')).toHaveLength(1)
  for (const detail of [undefined, '', 'on', 'null', '{}', '3']) expect(demoAccounts(detail)).toEqual([])
})
