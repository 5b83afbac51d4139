import { createHmac, hkdfSync, randomUUID, timingSafeEqual } from 'node:crypto'
import { Packr } from 'msgpackr'

const packr = new Packr({ useRecords: false, int64AsType: 'number' })
export const pack = (value: unknown): Buffer => packr.pack(value)
export const unpack = (bytes: Uint8Array): unknown => packr.unpack(bytes)

const HEADER = 'x-twin-cluster'

/** `moved`: the station lives elsewhere. `unreachable`: it was certainly not taken. `unknown`: nobody can say. */
export type PeerAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: 'moved' | 'unreachable' | 'unknown' }

/** One node asks another over HTTP; every request and nothing else is signed with a key derived from TWIN_AUTH_SECRET. */
export class Peers {
  readonly #key: Buffer

  constructor(authSecret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', authSecret, '', 'twin cluster', 32))
  }

  async post(addr: string, path: string, body: unknown, timeoutMs: number): Promise<PeerAnswer> {
    const bytes = pack(body)
    const nonce = randomUUID()
    try {
      const response = await fetch(`${addr}/internal/${path}`, {
        method: 'POST',
        headers: { [HEADER]: `${nonce} ${this.#sign(nonce, path, bytes)}`, 'content-type': 'application/msgpack' },
        body: Uint8Array.from(bytes),
        signal: AbortSignal.timeout(timeoutMs),
      })
      if (response.status === 409) return { ok: false, reason: 'moved' }
      if (!response.ok) return { ok: false, reason: 'unknown' }
      return { ok: true, value: unpack(new Uint8Array(await response.arrayBuffer())) }
    } catch (error) {
      const { code } = ((error as { cause?: unknown }).cause ?? {}) as { code?: unknown }
      return { ok: false, reason: code === 'ECONNREFUSED' || code === 'EHOSTUNREACH' ? 'unreachable' : 'unknown' }
    }
  }

  /** Body of a request that a node of this cluster signed; undefined = somebody else's. */
  async read(request: Request, path: string): Promise<{ readonly body: unknown } | undefined> {
    const [nonce = '', given = ''] = (request.headers.get(HEADER) ?? '').split(' ')
    const bytes = new Uint8Array(await request.arrayBuffer())
    const right = Buffer.from(this.#sign(nonce, path, bytes))
    const told = Buffer.from(given)
    if (right.length !== told.length || !timingSafeEqual(right, told)) return undefined
    return { body: unpack(bytes) }
  }

  #sign(nonce: string, path: string, bytes: Uint8Array): string {
    return createHmac('sha256', this.#key).update(`${nonce}\n${path}\n`).update(bytes).digest('hex')
  }
}
