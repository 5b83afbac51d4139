import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { until } from '../harness/product.ts'

function must(...words: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(words[0] ?? '', words.slice(1), { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${words.join(' ')}: ${stderr || String(error)}`)
  return stdout.trim()
}

/** Why disks of their own cannot be had here; null when they can. */
export async function noDisks(): Promise<string | null> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs Linux and root'
  try {
    await new PowerDisk(32).remove()
    return null
  } catch (error) {
    return String(error)
  }
}

/**
 * A disk whose power can be cut: an ext4 on a loop device over a file. What the file system has not yet written to the device is in the
 * memory of the machine alone (the loop device bypasses the cache of the file under it), so a copy of that file is what a machine finds
 * after its power failed.
 */
export class PowerDisk {
  readonly #dir = mkdtempSync(join(tmpdir(), 'twin-power-'))
  readonly #file = join(this.#dir, 'disk')
  readonly mount = join(this.#dir, 'mnt')
  #device = ''

  constructor(megabytes: number) {
    // PostgreSQL runs as another account, which must get here, else its data would lie elsewhere.
    chmodSync(this.#dir, 0o755)
    mkdirSync(this.mount)
    try {
      writeFileSync(this.#file, '')
      truncateSync(this.#file, megabytes * 2 ** 20)
      must('mkfs.ext4', '-q', '-F', '-E', 'lazy_itable_init=0,lazy_journal_init=0', this.#file)
      this.#plug()
    } catch (error) {
      rmSync(this.#dir, { recursive: true, force: true })
      throw error
    }
  }

  #plug(): void {
    const device = must('losetup', '--direct-io=on', '--show', '-f', this.#file)
    try {
      must('mount', '-t', 'ext4', device, this.mount)
    } catch (error) {
      must('losetup', '-d', device)
      throw error
    }
    this.#device = device
  }
  async #unplug(): Promise<void> {
    if (this.#device === '') return
    // What was just killed may hold it for a moment.
    await until(`${this.mount} free`, async () => spawnSync('umount', [this.mount]).status === 0)
    must('losetup', '-d', this.#device)
    this.#device = ''
  }

  /** Requests and bytes that the device took, and those it is at. */
  #written(): string {
    const [, , , , writes, , sectors, , busy] = readFileSync(`/sys/block/${basename(this.#device)}/stat`, 'utf8')
      .trim()
      .split(/\s+/)
    return `${writes} ${sectors} ${busy}`
  }

  /**
   * Power goes at this moment and comes back: the disk holds what was written to it and no more. `stop` ends everything that has files
   * open on it; what was running must be frozen before, so that nothing is written while the copy is made, which is checked.
   */
  async cut(stop: () => Promise<void>): Promise<{ readonly copiedMs: number }> {
    const copy = join(this.#dir, 'kept')
    const began = performance.now()
    await until(
      'a moment in which nothing is written',
      async () => {
        const before = this.#written()
        if (!before.endsWith(' 0')) return false
        must('cp', '--sparse=always', this.#file, copy)
        return this.#written() === before
      },
      60,
    )
    const copiedMs = performance.now() - began
    await stop()
    await this.#unplug()
    must('mv', copy, this.#file)
    this.#plug()
    return { copiedMs }
  }

  /** Writes a file; `durable`: with fsync of it and of its folder. */
  write(name: string, text: string, durable: boolean): void {
    const file = openSync(join(this.mount, name), 'w')
    writeSync(file, text)
    if (durable) fsyncSync(file)
    closeSync(file)
    if (!durable) return
    const folder = openSync(this.mount, 'r')
    fsyncSync(folder)
    closeSync(folder)
  }
  read(name: string): string | null {
    const path = join(this.mount, name)
    return existsSync(path) ? readFileSync(path, 'utf8') : null
  }

  async remove(): Promise<void> {
    try {
      await this.#unplug()
    } finally {
      rmSync(this.#dir, { recursive: true, force: true })
    }
  }
}
