import { moneyPermission } from '@twin/models/records'
import { useSession } from './session.ts'

/** Shown in place of an amount to whom the server does not tell it. */
export const hiddenAmount = '***'

/** Whether this person is told amounts of money; the server leaves them out otherwise. */
export function seesMoney(): boolean {
  const { session } = useSession.getState()
  return session.state === 'in' && session.me.permissions.includes(moneyPermission)
}
