import { connect, createServer, type Server, type Socket } from 'node:net'

/** A line to a server that the lab can cut, hold, or lead elsewhere. */
export class TcpProxy {
  target: number
  port = 0
  readonly #host: string
  readonly #pairs = new Set<readonly [Socket, Socket]>()
  #server: Server | undefined
  #held: 'all' | 'answers' | null = null

  /** `host`: where it listens. */
  constructor(target: number, host = '127.0.0.1') {
    this.target = target
    this.#host = host
  }

  async start(): Promise<this> {
    this.#server = createServer((client) => this.#pipe(client))
    await new Promise<void>((resolve) => this.#server?.listen(0, this.#host, resolve))
    const address = this.#server.address()
    if (address && typeof address === 'object') this.port = address.port
    return this
  }

  /** Nothing passes any more and nobody is told, as where packets are dropped; `answers`: what is asked arrives, what is answered does not. */
  hold(what: 'all' | 'answers' = 'all'): void {
    this.#held = what
    for (const [client, server] of this.#pairs) {
      if (what === 'all') client.pause()
      server.pause()
    }
  }
  release(): void {
    this.#held = null
    for (const [client, server] of this.#pairs) {
      client.resume()
      server.resume()
    }
  }
  /** Ends all connections; new ones go to the present target. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy()
  }

  #pipe(client: Socket): void {
    const server = connect(this.target, '127.0.0.1')
    const pair = [client, server] as const
    this.#pairs.add(pair)
    for (const [from, to] of [pair, [server, client] as const]) {
      from.setNoDelay(true)
      from.on('data', (chunk: Buffer) => to.write(chunk))
      from.on('error', () => from.destroy())
      from.on('close', () => {
        this.#pairs.delete(pair)
        to.destroy()
      })
      if (this.#held === 'all' || (this.#held === 'answers' && from === server)) from.pause()
    }
  }

  async stop(): Promise<void> {
    this.cut()
    await new Promise<void>((resolve) => (this.#server ? this.#server.close(() => resolve()) : resolve()))
  }
}
