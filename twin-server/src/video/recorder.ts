import { execFile } from 'node:child_process'
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Camera } from './camera.ts'

const run = promisify(execFile)
export const BEFORE_MS = 30_000
export const AFTER_MS = 30_000
/** What goes on happening makes one long recording, up to this. */
const LONGEST_MS = 600_000

export interface RecordingCause {
  readonly reason: 'control' | 'alarm' | 'manual'
  readonly source: string
}
export interface RecordingEnd {
  readonly status: 'ready' | 'failed'
  readonly begins: number
  readonly ends: number
  readonly seconds: number | null
  readonly bytes: number | null
  readonly detail: string | null
}
/** Rows of recordings, kept by the records engine. */
export interface RecordingRows {
  create(camera: Camera, cause: RecordingCause, begins: number, ends: number): Promise<string>
  extend(id: string, ends: number, sources: string): Promise<void>
  finish(id: string, end: RecordingEnd): Promise<void>
  /** Takes those that began before then off the list; returns them. */
  expire(before: number): Promise<readonly string[]>
  /** Begun and not finished, from before a restart. */
  unfinished(): Promise<readonly { readonly id: string; readonly begins: number; readonly ends: number }[]>
}
interface Open {
  readonly id: string
  readonly camera: Camera
  readonly begins: number
  readonly sources: string[]
  readonly reason: RecordingCause['reason']
  ends: number
}

/**
 * Keeps the minute around a cause: segments of the live stream are linked into the recording's folder as they come, and put together at
 * its end. What a restart finds unfinished is put together from what was linked.
 */
export class Recorder {
  readonly #ffmpeg: string
  readonly #dir: string
  readonly #rows: RecordingRows
  readonly #open = new Map<string, Open>()
  readonly #finishing = new Set<Promise<void>>()

  constructor(ffmpeg: string, dir: string, rows: RecordingRows) {
    this.#ffmpeg = ffmpeg
    this.#dir = dir
    this.#rows = rows
  }

  file(id: string): string {
    return join(this.#dir, `${id}.mp4`)
  }

  async start(): Promise<void> {
    await mkdir(this.#dir, { recursive: true })
    for (const { id, begins, ends } of await this.#rows.unfinished()) await this.#finish(id, begins, ends)
  }

  /** Records the time around `now`; a cause within a recording of its kind extends that one. */
  async record(camera: Camera, cause: RecordingCause, now: number): Promise<string> {
    const running = [...this.#open.values()].find(
      (one) => one.camera === camera && one.reason === cause.reason && now + AFTER_MS - one.begins <= LONGEST_MS,
    )
    if (running) {
      running.ends = now + AFTER_MS
      if (!running.sources.includes(cause.source)) running.sources.push(cause.source)
      await this.#rows.extend(running.id, running.ends, running.sources.join(', ').slice(0, 2000))
      return running.id
    }
    const begins = now - BEFORE_MS
    const ends = now + AFTER_MS
    const id = await this.#rows.create(camera, cause, begins, ends)
    await mkdir(this.#parts(id), { recursive: true })
    camera.hold(`recording ${id}`)
    this.#open.set(id, { id, camera, begins, ends, reason: cause.reason, sources: [cause.source] })
    return id
  }

  /** Called every second. */
  async tick(now: number): Promise<void> {
    for (const recording of this.#open.values()) {
      await this.#collect(recording)
      // A segment is finished about two seconds after what it shows.
      if (now < recording.ends + 3000) continue
      this.#open.delete(recording.id)
      recording.camera.release(`recording ${recording.id}`)
      const end = this.#finish(recording.id, recording.begins, recording.ends)
      this.#finishing.add(end)
      void end.finally(() => this.#finishing.delete(end))
    }
  }

  /** Ends what runs as far as it came. */
  async stop(): Promise<void> {
    const open = [...this.#open.values()]
    this.#open.clear()
    await Promise.all(this.#finishing)
    for (const { id, begins, ends } of open) await this.#finish(id, begins, ends)
  }

  /** Removes what began before then. */
  async expire(before: number): Promise<void> {
    for (const id of await this.#rows.expire(before)) await rm(this.file(id), { force: true })
  }

  #parts(id: string): string {
    return join(this.#dir, `${id}.parts`)
  }

  async #collect({ id, camera, begins, ends }: Open): Promise<void> {
    const { stream } = camera
    if (!stream) return
    for (const { file, at, seconds } of await stream.segments())
      if (at + seconds * 1000 > begins && at < ends)
        // Linked already, or its segment is gone: both are no news.
        await link(join(stream.dir, file), join(this.#parts(id), `${Math.round(at)}.ts`)).catch(() => undefined)
  }

  async #finish(id: string, begins: number, ends: number): Promise<void> {
    const parts = this.#parts(id)
    const files = (await readdir(parts).catch(() => [])).filter((name) => name.endsWith('.ts')).sort()
    try {
      if (files.length === 0) throw new Error('the camera sent no pictures')
      // MPEG-TS may be put together byte by byte.
      const whole = join(parts, 'whole.mpegts')
      const out = await open(whole, 'w')
      for (const file of files) await out.write(await readFile(join(parts, file)))
      await out.close()
      const made = join(parts, 'made.mp4')
      await run(this.#ffmpeg, ['-v', 'error', '-nostdin', '-i', whole, '-c', 'copy', '-movflags', '+faststart', '-y', made])
      await rename(made, this.file(id))
      const first = Number.parseInt(files[0] ?? '', 10)
      const last = Number.parseInt(files.at(-1) ?? '', 10) + 1000
      const { size } = await stat(this.file(id))
      await this.#rows.finish(id, {
        ...{ status: 'ready', begins: first, ends: last, bytes: size, detail: null },
        seconds: Math.round((last - first) / 1000),
      })
    } catch (error) {
      const detail = (error instanceof Error ? error.message : String(error)).slice(0, 500)
      await this.#rows.finish(id, { status: 'failed', begins, ends, seconds: null, bytes: null, detail })
    }
    await rm(parts, { recursive: true, force: true })
  }
}
