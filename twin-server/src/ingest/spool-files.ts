import { type FileHandle, mkdir, open, readdir, readFile, rename, truncate, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from './log.ts'
import { recordAt, type SpoolRecord } from './spool-record.ts'

export interface Segment {
  readonly file: string
  bytes: number
  messages: number
  /** Arrival of its first message, epoch ms. */
  readonly oldest: number
  /** How many of its messages need not be read again. */
  done: number
  /** Something in it cannot be read any more: it is put aside instead of deleted. */
  damaged: boolean
}

/** A segment is closed at this size, bytes. */
const SEGMENT = 16 * 1024 * 1024
const SUFFIX = '.spool'

/**
 * Append-only files of messages, oldest first. What `append` resolved for is on the disk. One process per folder; a tail that is torn
 * because the process or the machine went down in the middle of a write was never acknowledged, and is cut off.
 */
export class SpoolFiles {
  readonly #dir: string
  readonly #log: Log
  #segments: Segment[] = []
  #active: { readonly handle: FileHandle; readonly segment: Segment } | undefined
  #next = 1
  /** Writing and closing take turns. */
  #last: Promise<unknown> = Promise.resolve()
  /** Torn tails cut off at the start. */
  torn = 0

  private constructor(dir: string, log: Log) {
    this.#dir = dir
    this.#log = log
  }

  /** Reads what lies there; an empty or missing folder is an empty spool. */
  static async open(dir: string, log: Log): Promise<SpoolFiles> {
    const files = new SpoolFiles(dir, log)
    const names = await readdir(dir).catch(() => [])
    for (const name of names.filter((each) => each.endsWith(SUFFIX)).toSorted()) await files.#find(name)
    return files
  }

  get segments(): readonly Segment[] {
    return this.#segments
  }
  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0)
  }
  get messages(): number {
    return this.#segments.reduce((sum, { messages, done }) => sum + messages - done, 0)
  }
  /** Arrival of the oldest message, epoch ms; null = empty. */
  get oldest(): number | null {
    return this.#segments[0]?.oldest ?? null
  }

  /** Durable when it resolves. When it rejects nothing of it counts, and the next call goes to a new file. */
  append(records: readonly Buffer[], oldest: number): Promise<void> {
    return this.#inTurn(() => this.#append(records, oldest))
  }

  /** What comes from now on goes to another file. */
  seal(segment: Segment): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#active?.segment === segment) await this.#rotate()
    })
  }

  /** Its messages that are not done yet, oldest first. */
  async read(segment: Segment): Promise<SpoolRecord[]> {
    const bytes = (await readFile(segment.file)).subarray(0, segment.bytes)
    const records: SpoolRecord[] = []
    for (let at = 0; at < bytes.length;) {
      const found = recordAt(bytes, at)
      if (!found) {
        if (!segment.damaged)
          this.#log.warn({ file: segment.file, at, bytes: bytes.length - at }, 'a file of the spool cannot be read to its end')
        segment.damaged = true
        break
      }
      records.push(found.record)
      at = found.next
    }
    return records.slice(segment.done)
  }

  /** A file that nobody can read whole is put aside instead of deleted. */
  async remove(segment: Segment): Promise<void> {
    await this.seal(segment)
    await this.#drop(segment)
  }

  async close(): Promise<void> {
    await this.#inTurn(() => this.#rotate())
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#last.then(work)
    this.#last = run.catch(() => undefined)
    return run
  }

  async #append(records: readonly Buffer[], oldest: number): Promise<void> {
    if (records.length === 0) return
    const active = await this.#open(oldest)
    const { segment, handle } = active
    const bytes = records.length === 1 ? (records[0] as Buffer) : Buffer.concat(records)
    try {
      let written = 0
      while (written < bytes.length)
        written += (await handle.write(bytes, written, bytes.length - written, segment.bytes + written)).bytesWritten
      await handle.datasync()
    } catch (error) {
      this.#active = undefined
      await handle.truncate(segment.bytes).catch(() => undefined)
      await handle.close().catch(() => undefined)
      if (segment.messages === 0) await this.#drop(segment)
      throw error
    }
    segment.bytes += bytes.length
    segment.messages += records.length
    if (segment.bytes >= SEGMENT) await this.#rotate()
  }

  async #rotate(): Promise<void> {
    const active = this.#active
    this.#active = undefined
    await active?.handle.close()
  }

  async #drop(segment: Segment): Promise<void> {
    this.#segments = this.#segments.filter((each) => each !== segment)
    await (segment.damaged ? rename(segment.file, `${segment.file}.damaged`) : unlink(segment.file)).catch(() => undefined)
  }

  async #open(oldest: number): Promise<{ readonly handle: FileHandle; readonly segment: Segment }> {
    if (this.#active) return this.#active
    await mkdir(this.#dir, { recursive: true })
    const file = join(this.#dir, `${String(this.#next++).padStart(12, '0')}${SUFFIX}`)
    const handle = await open(file, 'wx')
    try {
      // The name of a file is durable only with its folder.
      const folder = await open(this.#dir, 'r')
      await folder.sync().finally(() => folder.close())
    } catch (error) {
      await handle.close()
      await unlink(file).catch(() => undefined)
      throw error
    }
    const segment = { file, bytes: 0, messages: 0, oldest, done: 0, damaged: false }
    this.#segments.push(segment)
    this.#active = { handle, segment }
    return this.#active
  }

  async #find(name: string): Promise<void> {
    const file = join(this.#dir, name)
    this.#next = Math.max(this.#next, Number(name.slice(0, -SUFFIX.length)) + 1)
    const bytes = await readFile(file)
    let [at, messages, oldest] = [0, 0, 0]
    for (let found = recordAt(bytes, 0); found; found = recordAt(bytes, at)) {
      if (messages++ === 0) oldest = found.record.received
      at = found.next
    }
    if (at < bytes.length) {
      this.torn++
      this.#log.warn({ file, bytes: bytes.length - at, kept: messages }, 'the spool had a torn tail, which was cut off')
      await truncate(file, at)
    }
    if (messages === 0) await unlink(file)
    else this.#segments.push({ file, bytes: at, messages, oldest, done: 0, damaged: false })
  }
}
