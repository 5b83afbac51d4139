import { useEffect, useState, type RefObject } from 'react'
import { ApiFailure, send } from '../../../api/index.ts'

export type Picture = { readonly state: 'opening' | 'playing' | 'stopped' } | { readonly state: 'failed'; readonly error: Error }

interface Opened {
  readonly id: string
  readonly playlist: string
}

/** Another attempt after a picture was lost, ms. */
const AGAIN_MS = 5000

/**
 * Shows a camera's live picture in the element while it is mounted: opens a session, plays it, ends it on the server when the page part
 * goes. A picture that is lost is asked for again.
 */
export function useLivePicture(camera: string, element: RefObject<HTMLVideoElement | null>): Picture {
  const [picture, setPicture] = useState<Picture>({ state: 'opening' })
  useEffect(() => {
    let gone = false
    let session: Opened | null = null
    let destroy: () => void = () => undefined
    let again: ReturnType<typeof setTimeout> | undefined

    const close = (): void => {
      destroy()
      destroy = () => undefined
      // Also when the whole page goes: the request outlives it.
      if (session) void fetch(`/api/video/sessions/${session.id}`, { method: 'DELETE', keepalive: true }).catch(() => undefined)
      session = null
    }
    const lost = (error: Error): void => {
      close()
      if (gone) return
      setPicture({ state: 'failed', error })
      const final = error instanceof ApiFailure && [401, 403, 404].includes(error.status)
      if (!final) again = setTimeout(() => void open(), AGAIN_MS)
    }
    async function open(): Promise<void> {
      try {
        const [opened, { default: Hls }] = await Promise.all([
          send('post', `/api/video/cameras/${camera}/sessions`, {}) as Promise<Opened>,
          import('hls.js'),
        ])
        session = opened
        const video = element.current
        if (gone || !video) return close()
        const hls = new Hls({ liveSyncDurationCount: 2, liveMaxLatencyDurationCount: 6, maxBufferLength: 10, backBufferLength: 10 })
        destroy = () => hls.destroy()
        hls.on(Hls.Events.ERROR, (_, { fatal, details }) => {
          if (fatal) lost(new Error(details))
        })
        video.addEventListener('playing', () => setPicture({ state: 'playing' }), { once: true })
        hls.loadSource(opened.playlist)
        hls.attachMedia(video)
        await video.play().catch(() => setPicture({ state: 'stopped' }))
      } catch (error) {
        lost(error instanceof Error ? error : new Error(String(error)))
      }
    }
    setPicture({ state: 'opening' })
    void open()
    window.addEventListener('pagehide', close)
    return () => {
      gone = true
      clearTimeout(again)
      window.removeEventListener('pagehide', close)
      close()
    }
  }, [camera, element])
  return picture
}
