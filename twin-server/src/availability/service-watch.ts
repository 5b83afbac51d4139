import type { Cause } from '@twin/models/reliability'
import type { Ledger } from './ledger.ts'
import type { AvailabilitySettings } from './settings.ts'

/** null = well, else what is wrong. */
export type Condition = () => Promise<string | null>

export interface WatchOptions {
  readonly ledger: Ledger
  readonly settings: AvailabilitySettings
  /** In the order in which they explain each other: the first that is bad names the cause. */
  readonly conditions: readonly (readonly [Cause, Condition])[]
  readonly log: { warn(detail: object, message: string): void }
}

const HOURLY = 3_600_000
/** A part that does not answer within this time is not well. */
const PATIENCE_MS = 3000

/** Looks every few seconds whether this node serves, and writes down what it saw. */
export class ServiceWatch {
  readonly #options: WatchOptions
  #timer: NodeJS.Timeout | undefined
  #upkeep: NodeJS.Timeout | undefined
  #under: Promise<void> | undefined
  #first = true
  #lost = false
  #good = false
  #outages = 0
  #failedChecks = 0
  #badSince: number | null = null

  constructor(options: WatchOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { ledger, settings, log } = this.#options
    const forget = (): void =>
      void ledger.forget(settings.keepDays).catch((error: unknown) => log.warn({ error: String(error) }, 'upkeep of the record of service'))
    this.#timer = setInterval(() => this.#tick(), settings.checkMs)
    this.#upkeep = setInterval(forget, HOURLY)
    this.#tick()
    await this.#under
    forget()
  }

  /** After the last request was answered. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    clearInterval(this.#upkeep)
    await this.#under
    await this.#options.ledger.stopped(this.#good).catch(() => undefined)
    await this.#options.ledger.close()
  }

  metrics() {
    return [
      { name: 'twin_service_good', help: 'The last check of this node found all well and is on record', value: this.#good ? 1 : 0 },
      {
        name: 'twin_service_failed_checks',
        help: 'Checks of this node that found something wrong or could not be written',
        value: this.#failedChecks,
      },
      { name: 'twin_service_outages_found', help: 'Outages of the service that this node found and wrote down', value: this.#outages },
    ]
  }

  #tick(): void {
    this.#under ??= this.#check().finally(() => {
      this.#under = undefined
    })
  }

  async #check(): Promise<void> {
    const { ledger, log } = this.#options
    try {
      const bad = await this.#look()
      this.#badSince = bad ? (this.#badSince ?? performance.now()) : null
      // A node that takes over a station needs a moment for the broker: neither good nor bad. What lasts is found by the gap it leaves.
      if (this.#badSince !== null && performance.now() - this.#badSince < this.#options.settings.gapMs / 2) return
      const found = await ledger.check({ bad, first: this.#first, lost: this.#lost })
      if (found) {
        this.#outages++
        log.warn(found, 'the service was away')
      }
      this.#good = bad === null
      this.#first = false
      this.#lost = false
      if (bad) this.#failedChecks++
    } catch (error) {
      if (!this.#lost) log.warn({ error: String(error) }, 'the record of service could not be written')
      this.#lost = true
      this.#good = false
      this.#failedChecks++
    }
  }

  async #look(): Promise<{ readonly cause: Cause; readonly detail: string } | null> {
    for (const [cause, condition] of this.#options.conditions) {
      const detail = await within(condition())
      if (detail !== null) return { cause, detail: detail.slice(0, 500) }
    }
    return null
  }
}

async function within(answer: Promise<string | null>): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${PATIENCE_MS} ms`), PATIENCE_MS)
  })
  const detail = await Promise.race([answer.catch((error: unknown) => String(error)), late])
  clearTimeout(timer)
  return detail
}
