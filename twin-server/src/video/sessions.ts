import type { Camera } from './camera.ts'

/** Somebody looks at a camera. */
export interface VideoSession {
  readonly id: string
  readonly camera: Camera
  readonly user: string
  readonly userName: string
  /** Epoch ms. */
  readonly since: number
}

/** A page that went away without saying so asks for no more segments. */
const SILENT_MS = 20_000

export class VideoSessions {
  readonly #open = new Map<string, VideoSession & { seen: number }>()

  open(session: VideoSession): void {
    session.camera.hold(session.id)
    this.#open.set(session.id, { ...session, seen: session.since })
  }

  /** Of this user; being asked for is a sign of life. */
  use(id: string, user: string, now: number): VideoSession | undefined {
    const session = this.#open.get(id)
    if (session?.user !== user) return undefined
    session.seen = now
    return session
  }

  get(id: string): VideoSession | undefined {
    return this.#open.get(id)
  }

  list(): readonly VideoSession[] {
    return [...this.#open.values()]
  }

  close(id: string): VideoSession | undefined {
    const session = this.#open.get(id)
    this.#open.delete(id)
    session?.camera.release(id)
    return session
  }

  /** Closes those that fell silent or whose camera is gone; returns them. */
  sweep(now: number, known: (camera: Camera) => boolean): readonly VideoSession[] {
    return [...this.#open.values()].filter(({ id, seen, camera }) => {
      if (now - seen <= SILENT_MS && known(camera)) return false
      this.close(id)
      return true
    })
  }
}
