import { connect, type Socket } from 'node:net'

/**
 * The least of an MQTT 3.1.1 client that publishes with QoS 1: a load generator must not be what is measured, and a full client costs three
 * times as much per message.
 */
export interface MqttSocket {
  /** Puts a PUBLISH into the next packet of bytes; `flush` sends it. Returns the packet id, 0 when the window is full. */
  publish(topic: Buffer, payload: string): number
  flush(): void
  readonly inFlight: number
  close(): void
}

export interface MqttSocketOptions {
  readonly host: string
  readonly port: number
  readonly clientId: string
  readonly username?: string
  readonly password?: string
  /** Unacknowledged messages at most. */
  readonly window: number
  readonly onAck: (packetId: number) => void
  readonly onClose: (reason: string) => void
}

const KEEPALIVE_S = 120

/** Packet ids go round in 1 … this: wide enough that an acknowledgement that lags never meets its id again. */
export const packetIds = (window: number): number => Math.min(65_535, 8 * window)

export function openMqttSocket(options: MqttSocketOptions): Promise<MqttSocket> {
  const socket = connect(options.port, options.host)
  socket.setNoDelay(true)
  return new Promise((resolve, reject) => {
    let open = false
    let refused = 'connection closed before it was accepted'
    socket.once('error', (error) => (refused = error.message))
    socket.once('close', () => (open ? options.onClose(refused) : reject(new Error(`${options.clientId}: ${refused}`))))
    socket.once('connect', () => socket.write(connectPacket(options)))
    const session = new Session(socket, options, (code) => {
      if (code !== 0) {
        refused = `refused with code ${code}`
        socket.destroy()
        return
      }
      open = true
      resolve(session)
    })
  })
}

class Session implements MqttSocket {
  readonly #socket: Socket
  readonly #options: MqttSocketOptions
  readonly #ping: NodeJS.Timeout
  #out = Buffer.allocUnsafe(64 * 1024)
  #end = 0
  #rest: Buffer = Buffer.alloc(0)
  #last = 0
  inFlight = 0

  constructor(socket: Socket, options: MqttSocketOptions, connected: (code: number) => void) {
    this.#socket = socket
    this.#options = options
    this.#ping = setInterval(() => socket.write(Buffer.from([0xc0, 0])), (KEEPALIVE_S * 1000) / 2)
    socket.on('data', (chunk: Buffer) => this.#read(chunk, connected))
    socket.once('close', () => clearInterval(this.#ping))
  }

  publish(topic: Buffer, payload: string): number {
    if (this.inFlight >= this.#options.window) return 0
    const size = Buffer.byteLength(payload)
    const remaining = 2 + topic.length + 2 + size
    this.#room(remaining + 5)
    const out = this.#out
    let at = this.#end
    out[at++] = 0x32
    at = writeLength(out, at, remaining)
    at = out.writeUInt16BE(topic.length, at)
    at += topic.copy(out, at)
    this.#last = (this.#last % packetIds(this.#options.window)) + 1
    at = out.writeUInt16BE(this.#last, at)
    this.#end = at + out.write(payload, at)
    this.inFlight++
    return this.#last
  }

  flush(): void {
    if (this.#end === 0) return
    this.#socket.write(Buffer.from(this.#out.subarray(0, this.#end)))
    this.#end = 0
  }

  close(): void {
    clearInterval(this.#ping)
    this.#socket.end(Buffer.from([0xe0, 0]))
  }

  #read(chunk: Buffer, connected: (code: number) => void): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    // All that a broker sends to a publisher is shorter than 128 bytes.
    while (at + 2 <= bytes.length && at + 2 + (bytes[at + 1] ?? 0) <= bytes.length) {
      const kind = (bytes[at] ?? 0) >> 4
      if (kind === 2) connected(bytes[at + 3] ?? 255)
      else if (kind === 4) {
        this.inFlight--
        this.#options.onAck(bytes.readUInt16BE(at + 2))
      }
      at += 2 + (bytes[at + 1] ?? 0)
    }
    this.#rest = bytes.subarray(at)
  }

  #room(bytes: number): void {
    if (this.#end + bytes <= this.#out.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#out.length * 2, this.#end + bytes))
    this.#out.copy(larger, 0, 0, this.#end)
    this.#out = larger
  }
}

function connectPacket({ clientId, username, password }: MqttSocketOptions): Buffer {
  const text = (value: string): Buffer => {
    const bytes = Buffer.from(value)
    return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes])
  }
  const flags = 0x02 | (username === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40)
  const body = Buffer.concat([
    text('MQTT'),
    Buffer.from([4, flags, KEEPALIVE_S >> 8, KEEPALIVE_S & 0xff]),
    text(clientId),
    ...(username === undefined ? [] : [text(username)]),
    ...(password === undefined ? [] : [text(password)]),
  ])
  const head = Buffer.alloc(5)
  head[0] = 0x10
  return Buffer.concat([head.subarray(0, writeLength(head, 1, body.length)), body])
}

function writeLength(out: Buffer, at: number, length: number): number {
  let left = length
  let place = at
  do {
    const digit = left & 0x7f
    left >>= 7
    out[place++] = left > 0 ? digit | 0x80 : digit
  } while (left > 0)
  return place
}
