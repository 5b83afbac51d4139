import { readFileSync, readdirSync } from 'node:fs'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../twin-server/src/store/index.ts'
import { until } from '../../scripts/cluster-lab.ts'

/** A durable Postgres that belongs to the lab alone. */
export class OwnPostgres {
  readonly #dir: string
  #running: EmbeddedPostgres | undefined
  #port = 0

  constructor(dir: string) {
    this.#dir = dir
  }

  async start(): Promise<string> {
    this.#running = await startEmbeddedPostgres({ dir: this.#dir, ...(this.#port > 0 && { port: this.#port }) })
    this.#port = Number(new URL(this.#running.url).port)
    return this.#running.url
  }
  async stop(): Promise<void> {
    this.signal('SIGCONT')
    await this.#running?.stop()
  }

  /** Immediate shutdown, as after a crash, and a new start on the same port. */
  async restart(): Promise<void> {
    const pid = this.#pid()
    process.kill(pid, 'SIGQUIT')
    await until('Postgres gone', async () => !family(pid).length, 30)
    await this.start()
  }

  /** To the postmaster and all its children: SIGSTOP freezes the whole server. */
  signal(signal: NodeJS.Signals): void {
    for (const pid of family(this.#pid()))
      try {
        process.kill(pid, signal)
      } catch {
        // A child that ended between the look and the signal.
      }
  }

  #pid(): number {
    for (const pid of processes()) {
      const command = readFile(`/proc/${pid}/cmdline`)
      if (command.includes('postgres\0') && command.includes(`port=${this.#port}`)) return pid
    }
    throw new Error('the lab does not find its Postgres')
  }
}

const processes = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
function readFile(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
/** A process and its children. */
export function family(pid: number): number[] {
  const parentOf = (each: number): number => Number(/\) \S (\d+)/.exec(readFile(`/proc/${each}/stat`))?.[1])
  const alive = processes().filter((each) => each === pid || parentOf(each) === pid)
  return alive.filter((each) => !/\) Z /.test(readFile(`/proc/${each}/stat`)))
}
