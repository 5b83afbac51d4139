import { useQueryClient } from '@tanstack/react-query'
import { inspectionPoint, inspectionTask } from '@twin/models/records'
import { useCallback, useEffect, useRef, useState } from 'react'
import { ApiFailure, send } from '../../../api/index.ts'
import { useMe } from '../../../console/session.ts'
import { serverNow } from '../../../live/index.ts'
import { addressOf, upload, useDetail, useList } from '../../../records/record-api.ts'
import { type Entry, type EntryQueue, openEntryQueue, type Refused, type Sender, sendWaiting } from './entry-queue.ts'

const retrySeconds = 5

/** Also where the page came without TLS, as on a station's own network. */
const newId = (): string => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** A failure that passes by itself: no network, a busy or restarting server, a session that ended. */
const passes = (error: unknown): boolean =>
  !(error instanceof ApiFailure) || error.status === 0 || error.status >= 500 || error.status === 401 || error.status === 429

const sender: Sender = {
  upload: async (picture) => (await upload(inspectionPoint, 'photos', picture)).id,
  fill: async ({ id, point, at, value, finding, code, note, photos }) => {
    await send('post', addressOf(inspectionPoint, `/${point}/fill`), { input: { value, finding, code, note, photos, at, entry: id } })
  },
}

/** Task, points, and what is still to be sent of a round. */
export function useRound(task: string) {
  const { id: user } = useMe()
  const client = useQueryClient()
  const detail = useDetail(inspectionTask, task)
  const points = useList(inspectionPoint, { task, sort: 'position', size: '500' })
  const [waiting, setWaiting] = useState<readonly Entry[]>([])
  const [refused, setRefused] = useState<readonly Refused[]>([])
  const [online, setOnline] = useState(navigator.onLine)
  const queue = useRef<Promise<EntryQueue> | null>(null)
  const sending = useRef<Promise<void>>(Promise.resolve())

  const flush = useCallback((): Promise<void> => {
    const once = async (): Promise<void> => {
      queue.current ??= openEntryQueue()
      const held = await queue.current
      const before = (await held.all()).length
      const failed = await sendWaiting(held, user, sender, passes)
      const left = (await held.all()).filter((entry) => entry.user === user)
      setWaiting(left)
      if (failed.length > 0) setRefused((known) => [...known, ...failed])
      if (left.length < before) {
        await client.invalidateQueries({ queryKey: [inspectionPoint.name] })
        await client.invalidateQueries({ queryKey: [inspectionTask.name] })
      }
    }
    // One after the other, so that an entry goes out once.
    const next = sending.current.then(once, once)
    sending.current = next
    return next
  }, [client, user])

  useEffect(() => {
    const changed = (): void => {
      setOnline(navigator.onLine)
      if (navigator.onLine) void flush()
    }
    void flush()
    const timer = setInterval(() => void flush(), retrySeconds * 1000)
    window.addEventListener('online', changed)
    window.addEventListener('offline', changed)
    return () => {
      clearInterval(timer)
      window.removeEventListener('online', changed)
      window.removeEventListener('offline', changed)
    }
  }, [flush])

  return {
    detail,
    points,
    waiting,
    refused,
    online,
    forget: (id: string) => setRefused((known) => known.filter(({ entry }) => entry.id !== id)),
    flush,
    async enter(entry: Omit<Entry, 'id' | 'user' | 'task' | 'at' | 'photos'>) {
      queue.current ??= openEntryQueue()
      await (await queue.current).put({ ...entry, id: newId(), user, task, at: serverNow(), photos: [] })
      await flush()
    },
  }
}
export type Round = ReturnType<typeof useRound>
