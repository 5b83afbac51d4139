import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Segment, segmentsOf } from './playlist.ts'

export interface LiveStreamOptions {
  readonly ffmpeg: string
  /** RTSP address with credentials. */
  readonly source: string
  /** Folder of its own for playlist and segments. */
  readonly dir: string
  readonly transcode: boolean
  readonly log: { warn(detail: object, message: string): void }
}

/** Segments kept: a recording takes the half minute before its cause from them. */
const KEPT = 90
const FRESH_MS = 6000
const FIRST_WAIT = 1000
const LAST_WAIT = 8000
/** Ends the engine when this process is killed; without it, it would go on alone. */
const setpriv = '/usr/bin/setpriv'

/** One camera taken in: RTSP → HLS with 1 s segments by ffmpeg, started again while it is wanted. */
export class LiveStream {
  readonly dir: string
  readonly #options: LiveStreamOptions
  #process: ChildProcess | null = null
  #wanted = true
  readonly #running: Promise<void>
  readonly #wake = new AbortController()

  constructor(options: LiveStreamOptions) {
    this.#options = options
    this.dir = options.dir
    this.#running = this.#run()
  }

  /** True when a first segment is there within that time. */
  async ready(timeoutMs: number): Promise<boolean> {
    for (const until = performance.now() + timeoutMs; ;) {
      if (await this.fresh()) return true
      if (!this.#wanted || performance.now() > until) return false
      await delay(100)
    }
  }

  /** Whether pictures come in: a segment was finished a few seconds ago. */
  async fresh(): Promise<boolean> {
    const written = await stat(join(this.dir, 'index.m3u8')).catch(() => null)
    return written !== null && Date.now() - written.mtimeMs < FRESH_MS
  }

  async segments(): Promise<Segment[]> {
    return segmentsOf(await readFile(join(this.dir, 'index.m3u8'), 'utf8').catch(() => ''))
  }

  async stop(): Promise<void> {
    this.#wanted = false
    this.#wake.abort()
    this.#process?.kill('SIGKILL')
    await this.#running
    await rm(this.dir, { recursive: true, force: true })
  }

  async #run(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true })
    await mkdir(this.dir, { recursive: true })
    for (let wait = FIRST_WAIT; this.#wanted; wait = Math.min(wait * 2, LAST_WAIT)) {
      const started = performance.now()
      const said = await this.#once()
      if (!this.#wanted) return
      // It ran for a while, so this is a new failure and not the old one again.
      if (performance.now() - started > 30_000) wait = FIRST_WAIT
      this.#options.log.warn({ said, waitMs: wait }, 'a camera stream ended')
      await delay(wait, undefined, { signal: this.#wake.signal }).catch(() => undefined)
    }
  }

  /** One run of the engine; resolves with its last words, which never hold the address: it would show the password. */
  #once(): Promise<string> {
    const { ffmpeg, source, dir, transcode } = this.#options
    const codec = transcode
      ? [
          '-c:v',
          'libx264',
          '-preset',
          'veryfast',
          '-tune',
          'zerolatency',
          '-force_key_frames',
          'expr:gte(t,n_forced)',
          '-pix_fmt',
          'yuv420p',
        ]
      : ['-c:v', 'copy']
    const args = [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-rtsp_transport', 'tcp', '-timeout', '5000000', '-i', source, '-an', ...codec],
      ...['-f', 'hls', '-hls_time', '1', '-hls_list_size', String(KEPT), '-hls_delete_threshold', '5'],
      ...['-hls_flags', 'delete_segments+program_date_time+temp_file+append_list', '-hls_start_number_source', 'epoch'],
      ...['-hls_segment_filename', join(dir, '%d.ts'), join(dir, 'index.m3u8')],
    ]
    const guarded = existsSync(setpriv)
    return new Promise((resolve) => {
      const child = spawn(guarded ? setpriv : ffmpeg, guarded ? ['--pdeathsig', 'KILL', ffmpeg, ...args] : args, {
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      this.#process = child
      let said = ''
      child.stderr.on('data', (bytes: Buffer) => {
        said = (said + bytes.toString()).slice(-2000)
      })
      const end = (words: string): void => resolve(words.replaceAll(/rtsps?:\/\/\S+/g, 'rtsp://…').trim())
      child.once('error', (error) => end(error.message))
      child.once('close', () => end(said))
    })
  }
}
