import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const PERIOD_US = 100_000
const root = '/sys/fs/cgroup/cpu'
const writable = (): boolean => {
  if (!existsSync(join(root, 'cpu.cfs_quota_us'))) return false
  try {
    new CpuLimit(1).stop()
    return true
  } catch {
    return false
  }
}

/** A share of one processor for processes that need to feel a machine of their own (control groups, version 1, as root). */
export class CpuLimit {
  readonly #dir: string
  static #count = 0

  /** Throws where control groups can't be made. */
  constructor(share: number) {
    this.#dir = join(root, `twin-lab-${process.pid}-${CpuLimit.#count++}`)
    mkdirSync(this.#dir)
    writeFileSync(join(this.#dir, 'cpu.cfs_period_us'), String(PERIOD_US))
    writeFileSync(join(this.#dir, 'cpu.cfs_quota_us'), String(Math.round(share * PERIOD_US)))
  }
  take(pid: number): void {
    writeFileSync(join(this.#dir, 'cgroup.procs'), String(pid))
  }
  /** Lets everybody go. */
  stop(): void {
    if (!existsSync(this.#dir)) return
    for (const pid of readFileSync(join(this.#dir, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean))
      writeFileSync(join(root, 'cgroup.procs'), pid)
    rmdirSync(this.#dir)
  }
}

export const cpuLimits: boolean = writable()
