import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

interface Backend {
  readonly port: number
  ready: boolean
}

/**
 * A load balancer by the rules of deploy/haproxy.cfg: one address for all nodes, each asked for /api/ready again and again; requests go in
 * turn to those that are ready, over connections that are kept; one that finds nobody listening goes to the next. A request that was sent
 * is never repeated: what a node cuts short, the client sees.
 */
export class Balancer {
  port = 0
  readonly #backends: Backend[] = []
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 })
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #timer: NodeJS.Timeout | undefined
  #turn = 0

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async start(checkMs = 250): Promise<this> {
    this.#server = createServer((incoming, outgoing) => this.#pass(incoming, outgoing))
    this.#server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => this.#upgrade(incoming, socket, head))
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve))
    const address = this.#server.address()
    if (address && typeof address === 'object') this.port = address.port
    this.#timer = setInterval(() => void this.#check(checkMs), checkMs)
    return this
  }

  async before(ports: readonly number[]): Promise<void> {
    for (const port of ports) this.#backends.push({ port, ready: false })
    await this.#check(1000)
  }

  async #check(timeoutMs: number): Promise<void> {
    await Promise.all(
      this.#backends.map(async (backend) => {
        const signal = AbortSignal.timeout(Math.max(1000, timeoutMs))
        backend.ready = await fetch(`http://127.0.0.1:${backend.port}/api/ready`, { signal }).then(
          async (answer) => {
            await answer.body?.cancel()
            return answer.ok
          },
          () => false,
        )
      }),
    )
  }

  #next(): Backend[] {
    const ready = this.#backends.filter((backend) => backend.ready)
    const first = ready.length > 0 ? this.#turn++ % ready.length : 0
    return [...ready.slice(first), ...ready.slice(0, first)]
  }

  #headers({ headers, socket }: IncomingMessage): IncomingMessage['headers'] {
    return { ...headers, 'x-forwarded-for': headers['x-forwarded-for'] ?? socket.remoteAddress }
  }

  #pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const refuse = (): void => {
      if (outgoing.headersSent) outgoing.destroy()
      else outgoing.writeHead(503).end('no node is ready')
    }
    const attempt = (backends: readonly Backend[]): void => {
      const [backend, ...others] = backends
      if (!backend) return refuse()
      const { method, url } = incoming
      const onward = request({
        ...{ host: '127.0.0.1', port: backend.port, method, path: url, headers: this.#headers(incoming), agent: this.#agent },
      })
      onward.on('response', (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
        answer.on('error', refuse)
      })
      onward.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ECONNREFUSED' && !incoming.readableDidRead) attempt(others)
        else refuse()
      })
      // Only once there is somebody to send it to.
      onward.on('socket', (socket) => {
        const send = (): void => void incoming.pipe(onward)
        if (socket.connecting) socket.once('connect', send)
        else send()
      })
      outgoing.on('close', () => onward.destroy())
    }
    attempt(this.#next())
  }

  #upgrade(incoming: IncomingMessage, client: Duplex, head: Buffer): void {
    const [backend] = this.#next()
    client.on('error', () => client.destroy())
    if (!backend) return void client.destroy()
    const server = connect(backend.port, '127.0.0.1', () => {
      const lines = Object.entries(this.#headers(incoming)).flatMap(([name, value]) => [value].flat().map((each) => `${name}: ${each}`))
      server.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
      server.write(head)
      server.pipe(client)
      client.pipe(server)
    })
    server.on('error', () => client.destroy())
    server.on('close', () => client.destroy())
    client.on('close', () => server.destroy())
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#agent.destroy()
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((resolve) => (this.#server ? this.#server.close(() => resolve()) : resolve()))
  }
}
