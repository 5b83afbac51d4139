import { connect, createServer, type Server, type Socket } from 'node:net'

/** Stands between one node and the broker: holds what the node sends of one kind, PUBACKs or publishes. */
export class MqttProxy {
  readonly #target: number
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #armed: 'before-puback' | 'before-publish' | null = null
  #reached: (() => void) | null = null
  readonly #held: { readonly server: Socket; readonly chunks: Buffer[] }[] = []
  port = 0

  constructor(target: number) {
    this.#target = target
  }
  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`
  }

  async start(): Promise<this> {
    this.#server = createServer((client) => this.#pipe(client))
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve))
    const address = this.#server.address()
    if (address && typeof address === 'object') this.port = address.port
    return this
  }

  /** Holds everything the node sends on a connection from its next packet of this kind on; resolves at the first one. */
  hold(what: 'before-puback' | 'before-publish'): Promise<void> {
    this.#armed = what
    return new Promise((resolve) => (this.#reached = resolve))
  }
  /** Sends on, late, what was held, as a network would that stalled. */
  release(): void {
    this.#armed = null
    for (const { server, chunks } of this.#held.splice(0)) for (const chunk of chunks) if (!server.destroyed) server.write(chunk)
  }

  #pipe(client: Socket): void {
    const server = connect(this.#target, '127.0.0.1')
    let held: { readonly server: Socket; readonly chunks: Buffer[] } | null = null
    for (const socket of [client, server]) {
      socket.setNoDelay(true)
      this.#sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => this.#sockets.delete(socket))
    }
    client.on('data', (chunk: Buffer) => {
      const kind = (chunk[0] ?? 0) >> 4
      if (held === null && ((this.#armed === 'before-puback' && kind === 4) || (this.#armed === 'before-publish' && kind === 3))) {
        held = { server, chunks: [] }
        this.#held.push(held)
        this.#reached?.()
      }
      if (held && this.#armed !== null) held.chunks.push(chunk)
      else {
        held = null
        server.write(chunk)
      }
    })
    server.on('data', (chunk: Buffer) => client.write(chunk))
    client.on('close', () => server.destroy())
    server.on('close', () => client.destroy())
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((resolve) => (this.#server ? this.#server.close(() => resolve()) : resolve()))
  }
}
