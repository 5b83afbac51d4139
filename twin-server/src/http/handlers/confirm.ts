import type { Principal, Security } from '../../security/index.ts'
import { rejectMessage } from '../api-error.ts'
import { refuse } from '../pipeline.ts'

/** The password again. Wrong: 403, locked: 429. */
export async function confirmPassword(security: Security, principal: Principal, password: string, field: string): Promise<void> {
  const verdict = await security.confirm(principal, password)
  if (verdict === 'locked') refuse('locked')
  if (verdict === 'wrong') refuse('not-permitted', { code: 'CONFIRMATION', field, message: { zh: '密码不正确', en: 'Wrong password' } })
}

/** The code on the nameplate again, so that nobody acts on the machine beside the one that is meant. */
export function confirmCode(given: string, code: string): void {
  if (given.trim() !== code)
    refuse('invalid', {
      code: 'CONFIRMATION',
      field: 'confirm.deviceCode',
      message: { zh: '设备编号不符', en: 'The device code does not match' },
    })
}

export const confirmationMissing = (): never =>
  refuse('invalid', { code: 'CONFIRMATION', field: 'confirm', message: rejectMessage('CONFIRMATION') })
