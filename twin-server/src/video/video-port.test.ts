import type { Reply, Request } from '@twin/actors/runtime'
import { expect, it } from 'vitest'
import { createVideoNotConfigured } from './video-port.ts'

it('[VD1] answers an openVideo effect with "not configured" and the command it was for', async () => {
  const asked: Request[] = []
  const ask = async (request: Request): Promise<Reply> => {
    asked.push(request)
    return { ok: true }
  }
  createVideoNotConfigured({ ask }).open({ kind: 'openVideo', station: 's1', reason: 'fire', command: 'c1' })
  expect(asked).toEqual([{ type: 'video.result', station: 's1', command: 'c1', ok: false, detail: 'not configured' }])
})
