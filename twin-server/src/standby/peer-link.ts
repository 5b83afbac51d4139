import { z } from 'zod'
import { Peers } from '../cluster/peers.ts'

const question = z.discriminatedUnion('ask', [
  z.object({ ask: z.literal('state') }),
  /** Bytes of an uploaded file. */
  z.object({ ask: z.literal('file'), id: z.string().regex(/^[\w-]{1,60}$/) }),
  /** Serve no more, for good: this epoch begins elsewhere. */
  z.object({ ask: z.literal('stop'), epoch: z.number().int(), desk: z.string(), url: z.string() }),
])
export type Question = z.output<typeof question>

const answer = z.object({
  site: z.string(),
  name: z.string(),
  /** waiting: it served, and does not know whether it still may. */
  role: z.enum(['serving', 'standby', 'moved', 'waiting', 'starting']),
  epoch: z.number().int(),
  /** Epoch it is about to begin; null: none. */
  claims: z.number().int().nullable(),
  /** Where people reach the service there. */
  url: z.string(),
  /** Last byte of its log since it writes no more; null: it still may. */
  stoppedAt: z.string().nullable(),
  /** Moved: since when (epoch ms) it acknowledged without the other site; null: never, or not known. */
  aloneSince: z.number().nullable(),
})
export type SiteAnswer = z.output<typeof answer>

const PATH = 'site'

/** What two sites say to each other: signed with a key derived from TWIN_AUTH_SECRET, which both have. */
export class PeerLink {
  readonly #peers: Peers
  readonly #url: string | null

  constructor(authSecret: string, url: string | null) {
    this.#peers = new Peers(authSecret)
    this.#url = url
  }

  /** null: no other site, or no answer. */
  async ask(what: Exclude<Question, { ask: 'file' }>, timeoutMs = 3000): Promise<SiteAnswer | null> {
    if (this.#url === null) return null
    const said = await this.#peers.post(this.#url, PATH, what, timeoutMs)
    const read = said.ok ? answer.safeParse(said.value) : null
    return read?.success ? read.data : null
  }

  /** null: it is not there, or nobody answers. */
  async file(id: string): Promise<Uint8Array | null> {
    if (this.#url === null) return null
    const said = await this.#peers.post(this.#url, PATH, { ask: 'file', id }, 60_000)
    return said.ok && said.value instanceof Uint8Array ? said.value : null
  }

  /** undefined: not from the other site. */
  async read(request: Request): Promise<Question | undefined> {
    const read = await this.#peers.read(request, PATH)
    const asked = read && question.safeParse(read.body)
    return asked?.success ? asked.data : undefined
  }
}
