import { cookieFrom } from './cookie.ts'

export interface ProbeTarget {
  readonly url: string
  readonly username: string
  readonly password: string
  readonly station: string
  /** Sends all the time: its newest value has to be of the last seconds. */
  readonly device: string
  /** Take a command each second, in turn. */
  readonly cameras: readonly string[]
}

const FRESH_MS = 10_000
/** What a camera whose last order is not done yet answers by its own rules: it was heard. */
const BUSY = /"code":"(BUSY|MIN_INTERVAL)"/

interface Second {
  readonly at: number
  readonly failed: readonly string[]
}

/** What somebody outside sees: each second health, a sign-in, a live value that is fresh, a repair order and a command; never tried twice. */
export class Probe {
  readonly seconds: Second[] = []
  readonly #target: ProbeTarget
  readonly #boot: string
  #stopped = false
  #under = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | undefined
  slowestMs = 0
  /** Commands to devices that were taken. */
  commands = 0

  constructor(target: ProbeTarget, boot: string) {
    this.#target = target
    this.#boot = boot
  }

  start(everyMs = 1000): this {
    let n = 0
    this.#timer = setInterval(() => {
      const turn = this.#second(n++)
      this.#under.add(turn)
      void turn.finally(() => this.#under.delete(turn))
    }, everyMs)
    return this
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    await Promise.all(this.#under)
  }

  get failed(): readonly Second[] {
    return this.seconds.filter(({ failed }) => failed.length > 0)
  }
  /** Minutes of the clock in which anything failed. */
  get failedMinutes(): number {
    return new Set(this.failed.map(({ at }) => Math.floor(at / 60_000))).size
  }

  async #second(n: number): Promise<void> {
    const { url, username, password, station, device, cameras } = this.#target
    const at = Date.now()
    const failed: string[] = []
    const ask = async (what: string, path: string, init: RequestInit = {}, rules?: RegExp): Promise<Response | undefined> => {
      const began = performance.now()
      try {
        const answer = await fetch(`${url}${path}`, { ...init, signal: AbortSignal.timeout(20_000) })
        this.slowestMs = Math.max(this.slowestMs, performance.now() - began)
        if (answer.status === 200) return answer
        const text = await answer.text()
        if (answer.status !== 409 || !rules?.test(text)) failed.push(`${what}: ${answer.status} ${text.slice(0, 200)}`)
      } catch (error) {
        const { message, cause } = error as Error
        failed.push(`${what}: ${message} ${cause instanceof Error ? cause.message : ''}`)
      }
      return undefined
    }
    const post = (headers: Record<string, string>, body: object): RequestInit => ({
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url, ...headers },
      body: JSON.stringify(body),
    })
    await (await ask('health', '/api/health'))?.body?.cancel()
    const signedIn = await ask('sign-in', '/api/auth/sign-in/username', post({}, { username, password }))
    const cookie = signedIn ? cookieFrom(signedIn) : ''
    await signedIn?.body?.cancel()
    if (signedIn) {
      const live = await ask('live', `/api/stations/${station}/live`, { headers: { cookie } })
      if (live) {
        const { order, slabs } = (await live.json()) as { order: string[]; slabs: { ts: (number | null)[] }[] }
        const newest = Math.max(0, ...(slabs[order.indexOf(device)]?.ts ?? []).map((t) => t ?? 0))
        if (Date.now() - newest > FRESH_MS) failed.push(`live: value ${Math.round((Date.now() - newest) / 1000)} s old`)
      }
      const repair = { station, device, fault: `probe ${n}`, urgency: 'normal' }
      await (await ask('order', '/api/records/repair', post({ cookie }, repair)))?.body?.cancel()
      const command = { code: 'camera.snapshot', args: {}, idempotencyKey: `probe-${n}-${this.#boot}` }
      const taken = await ask('command', `/api/devices/${cameras[n % cameras.length]}/commands`, post({ cookie }, command), BUSY)
      if (taken?.status === 200) this.commands++
      await taken?.body?.cancel()
    }
    if (!this.#stopped || failed.length > 0) this.seconds.push({ at, failed })
  }
}
