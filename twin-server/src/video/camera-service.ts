import { videoCamera } from '@twin/models/records'
import { type AnyService, defineService } from '../modules/index.ts'
import type { SecretBox } from '../security/index.ts'

/** A camera's password is sealed before it is written; an edit that does not name it leaves it. */
export const cameraService = (box: SecretBox): AnyService =>
  defineService({
    record: videoCamera,
    beforeSave: ({ before, after }) =>
      Promise.resolve({
        ...(before ? {} : { status: 'unknown' as const }),
        ...(after.password !== null && after.password !== before?.password ? { password: box.seal(after.password) } : {}),
      }),
  })
