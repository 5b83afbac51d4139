import { connect, createServer, type Server, type Socket } from 'node:net'

/** What the lab stops at: the moment before this statement, or the answer to it, passes. */
export type Barrier = 'after-insert' | 'after-fence' | 'after-commit'

interface Held {
  release(): void
}

/**
 * Stands between one node and Postgres and reads the protocol as it passes. Only the writer's connection (application_name `tw:…`) is
 * looked at; an armed barrier holds its bytes once, at a chosen place of a commit, until it is released or the node is gone.
 */
export class PgProxy {
  readonly #target: URL
  readonly #unguarded: boolean
  #server: Server | undefined
  #armed: Barrier | null = null
  #reached: (() => void) | null = null
  #held: Held | null = null
  readonly #sockets = new Set<Socket>()
  port = 0

  /** `unguarded`: takes away what usually ends a stalled writer first (its name, its time limit), so that only the fence is left. */
  constructor(databaseUrl: string, unguarded = false) {
    this.#target = new URL(databaseUrl)
    this.#unguarded = unguarded
  }

  get url(): string {
    const url = new URL(this.#target)
    url.hostname = '127.0.0.1'
    url.port = String(this.port)
    return url.href
  }

  async start(): Promise<this> {
    this.#server = createServer((client) => this.#pipe(client))
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve))
    const address = this.#server.address()
    if (address && typeof address === 'object') this.port = address.port
    return this
  }

  /** Holds the next commit with facts or samples at this place; resolves when it is held. */
  hold(barrier: Barrier): Promise<void> {
    this.#armed = barrier
    return new Promise((resolve) => (this.#reached = resolve))
  }
  /** Lets go what is held, late. */
  release(): void {
    this.#armed = null
    this.#held?.release()
    this.#held = null
  }

  #pipe(client: Socket): void {
    const server = connect(Number(this.#target.port), this.#target.hostname)
    for (const socket of [client, server]) {
      socket.setNoDelay(true)
      this.#sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => this.#sockets.delete(socket))
    }
    let writer: boolean | null = null
    let stopped: { readonly to: Socket; readonly chunks: Buffer[] } | null = null
    let sent = ''
    let awaitingCommit = false

    const stop = (to: Socket, chunks: Buffer[]): void => {
      stopped = { to, chunks }
      this.#armed = null
      this.#held = {
        release() {
          const held = stopped
          stopped = null
          for (const chunk of held?.chunks ?? []) held?.to.write(chunk)
        },
      }
      this.#reached?.()
    }

    client.on('data', (chunk: Buffer) => {
      const text = chunk.toString('latin1')
      if (writer === null) {
        writer = text.includes('application_name\0tw:')
        if (writer && this.#unguarded) {
          chunk.write('xx', chunk.indexOf('application_name\0tw:') + 'application_name\0'.length, 'latin1')
          const limit = chunk.indexOf('idle_in_transaction_session_timeout\0')
          const from = limit + 'idle_in_transaction_session_timeout\0'.length
          if (limit >= 0) chunk.fill('0', from, chunk.indexOf(0, from))
        }
      }
      if (stopped) {
        if (stopped.to === server) stopped.chunks.push(chunk)
        else server.write(chunk)
        return
      }
      if (!writer || this.#armed === null) {
        server.write(chunk)
        return
      }
      sent = (sent + text).slice(-20_000)
      const fence = text.indexOf('tw_commit_fence')
      const bound = sent.includes('insert into device_cursor') || sent.includes('copy sample') || sent.includes('tw_commit_fence')
      if (this.#armed === 'after-insert' && bound && (fence >= 0 || /Q....commit\0/s.test(text))) {
        // Everything before the fence has been sent in packets before, or stands before it in this one.
        const cut = fence >= 0 ? startOfMessage(chunk, fence) : 0
        if (cut > 0) server.write(chunk.subarray(0, cut))
        stop(server, [chunk.subarray(cut)])
      } else if (this.#armed === 'after-fence' && /Q....commit\0/s.test(text)) stop(server, [chunk])
      else {
        awaitingCommit = this.#armed === 'after-commit' && /Q....commit\0/s.test(text)
        server.write(chunk)
      }
    })
    server.on('data', (chunk: Buffer) => {
      if (stopped?.to === client) stopped.chunks.push(chunk)
      else if (awaitingCommit && this.#armed === 'after-commit' && chunk.includes('COMMIT')) stop(client, [chunk])
      else client.write(chunk)
    })
    client.on('close', () => server.destroy())
    server.on('close', () => client.destroy())
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((resolve) => (this.#server ? this.#server.close(() => resolve()) : resolve()))
  }
}

/** Frontend messages are a letter and a length; the one that holds `offset` starts here. */
function startOfMessage(chunk: Buffer, offset: number): number {
  let at = 0
  while (at + 5 <= chunk.length) {
    const next = at + 1 + chunk.readUInt32BE(at + 1)
    if (next > offset) return at
    at = next
  }
  return 0
}
