import { join } from 'node:path'
import type { SecretBox } from '../security/index.ts'
import { LiveStream } from './live-stream.ts'
import { rtspAnswers } from './rtsp-probe.ts'

export interface CameraRow {
  readonly id: string
  readonly name: string
  readonly station: string
  readonly address: string
  readonly username: string | null
  readonly password: string | null
  readonly ring: boolean
  readonly transcode: boolean
  readonly status: 'unknown' | 'online' | 'offline'
}
export interface CameraParts {
  readonly ffmpeg: string
  readonly dir: string
  readonly box: SecretBox
  readonly log: { warn(detail: object, message: string): void }
}

const PROBE_EVERY_MS = 10_000
const PROBE_TIMEOUT_MS = 4000
/** A camera that answers no more is offline after so many questions in a row: within 30 s. */
const MISSES = 2
/** A stream that nobody wants any more goes on for a moment: the next viewer has it at once. */
const LINGER_MS = 5000

/** One camera: takes its stream in while somebody wants it, and knows whether it is there. */
export class Camera {
  readonly row: CameraRow
  readonly #parts: CameraParts
  readonly #wants = new Set<string>()
  #stream: LiveStream | null = null
  #idleSince = 0
  #asked = 0
  #misses = 0
  #closing: Promise<void> = Promise.resolve()

  constructor(row: CameraRow, parts: CameraParts) {
    this.row = row
    this.#parts = parts
  }

  /** `who` wants the stream until `release`. */
  hold(who: string): LiveStream {
    this.#wants.add(who)
    this.#stream ??= new LiveStream({
      ffmpeg: this.#parts.ffmpeg,
      source: this.#source(),
      dir: join(this.#parts.dir, this.row.id),
      transcode: this.row.transcode,
      log: { warn: (detail, message) => this.#parts.log.warn({ camera: this.row.name, ...detail }, message) },
    })
    return this.#stream
  }

  release(who: string): void {
    if (this.#wants.delete(who) && this.#wants.size === 0) this.#idleSince = performance.now()
  }

  get stream(): LiveStream | null {
    return this.#stream
  }

  /** Called every second. Tells the camera's state once it is known, null while it is not. */
  async look(): Promise<'online' | 'offline' | null> {
    if (this.#stream && this.#wants.size === 0 && performance.now() - this.#idleSince > LINGER_MS) void this.#drop()
    if (this.#stream && (await this.#stream.fresh())) {
      this.#misses = 0
      return 'online'
    }
    if (performance.now() - this.#asked < PROBE_EVERY_MS && this.#asked > 0) return null
    this.#asked = performance.now()
    const answers = await rtspAnswers(this.row.address, PROBE_TIMEOUT_MS)
    this.#misses = answers ? 0 : this.#misses + 1
    // It answers, but a stream that is wanted brings no pictures: that is not online.
    if (answers) return this.#stream ? null : 'online'
    return this.#misses >= MISSES ? 'offline' : null
  }

  async close(): Promise<void> {
    this.#wants.clear()
    void this.#drop()
    await this.#closing
  }

  #drop(): Promise<void> {
    const stream = this.#stream
    this.#stream = null
    if (stream) this.#closing = stream.stop()
    return this.#closing
  }

  #source(): string {
    const { address, username, password } = this.row
    if (username === null) return address
    const url = new URL(address)
    url.username = encodeURIComponent(username)
    url.password = encodeURIComponent(password === null ? '' : (this.#parts.box.open(password) ?? ''))
    return url.href
  }
}
