import { createHmac, timingSafeEqual } from 'node:crypto'
import { canonicalCommand, type CommandMessage } from '@twin/models/wire'

export const REBIRTH = 'rebirth'

export type Verdict =
  /** Do it, then tell `remember`. */
  | { readonly kind: 'fresh' }
  /** Known id: the ack it got before is repeated, nothing is done. */
  | { readonly kind: 'known'; readonly ack: CommandAck }
  | { readonly kind: 'refuse'; readonly reason: string }
  /** Not even answered: whoever sent it does not know our secret. */
  | { readonly kind: 'forged' }

export interface CommandAck {
  readonly ok: boolean
  readonly reason?: string
}

const MEMORY = 1000

/** The last line of defence of a device: signature, boot, expiry, order, and one actuation per id. */
export class CommandGuard {
  readonly #secret: string | null
  readonly #boot: string
  readonly #acks = new Map<string, CommandAck>()
  #last: readonly [e: number, n: number] = [0, 0]

  /** `secret` null = anonymous demo device that was given none: it cannot check and takes what its broker brings. */
  constructor(secret: string | null, boot: string) {
    this.#secret = secret
    this.#boot = boot
  }

  check(message: CommandMessage, now: number): Verdict {
    if (!this.#signed(message)) return { kind: 'forged' }
    const known = this.#acks.get(message.id)
    if (known) return { kind: 'known', ack: known }
    if (message.boot !== null && String(message.boot) !== this.#boot) return { kind: 'refuse', reason: 'BOOT' }
    if (now > message.expiresAt) return { kind: 'refuse', reason: 'EXPIRED' }
    // A request for birth stands outside the order of commands.
    if (message.kind === REBIRTH) return { kind: 'fresh' }
    const [e, n] = this.#last
    if (message.e < e || (message.e === e && message.n <= n)) return { kind: 'refuse', reason: 'ORDER' }
    this.#last = [message.e, message.n]
    return { kind: 'fresh' }
  }

  remember(id: string, ack: CommandAck): void {
    this.#acks.set(id, ack)
    const oldest = this.#acks.keys().next()
    if (this.#acks.size > MEMORY && !oldest.done) this.#acks.delete(oldest.value)
  }

  #signed(message: CommandMessage): boolean {
    if (this.#secret === null) return true
    if (typeof message.mac !== 'string') return false
    const expected = createHmac('sha256', this.#secret).update(canonicalCommand(message)).digest()
    const given = Buffer.from(message.mac, 'hex')
    return given.length === expected.length && timingSafeEqual(given, expected)
  }
}

/** Password of a device in a demo: what the server derives from the same master secret. */
export function deviceSecret(master: string, device: string, generation = 1): string {
  return createHmac('sha256', master).update(`device:${device}:${generation}`).digest('base64url')
}
