import { Unpackr } from 'msgpackr'
import WebSocket from 'ws'
import { liveStep, type LiveTopic, type ServerMessage } from '../../models/src/live/index.ts'
import { cookieOf } from './cookie.ts'

const unpackr = new Unpackr({ useRecords: false })

/** A person looking at one topic through one node, by the rules of the protocol. */
export class Viewer {
  held: LiveTopic | undefined
  snapshots = 0
  frames = 0
  syncs = 0
  /** Times that what was held went back to an older epoch or sequence. */
  regressions = 0
  closed: string | null = null
  readonly topic: string
  #socket: WebSocket | undefined

  constructor(topic: string) {
    this.topic = topic
  }

  async open(url: string, username: string, password: string): Promise<this> {
    return this.enter(url, await cookieOf(url, username, password))
  }

  async enter(url: string, cookie: string): Promise<this> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, {
      headers: { cookie, origin: url },
    })
    this.#socket = socket
    await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject))
    socket.on('close', (_code, reason) => (this.closed = reason.toString() || 'closed'))
    socket.on('message', (data) => this.#take(unpackr.unpack(data as Buffer) as ServerMessage))
    socket.send(JSON.stringify({ op: 'subscribe', topic: this.topic }))
    return this
  }

  #take(message: ServerMessage): void {
    if (message.k === 'closed') this.closed = message.reason
    if (message.k !== 'snap' && message.k !== 'f') return
    if (message.k === 'snap') this.snapshots++
    const before = this.held
    const { held, did } = liveStep(this.held, message)
    if (before && held && (held.e < before.e || (held.e === before.e && held.s < before.s))) this.regressions++
    this.held = held
    if (did === 'applied' && message.k === 'f') this.frames++
    if (did === 'sync') {
      this.syncs++
      this.#socket?.send(JSON.stringify({ op: 'sync', topic: this.topic }))
    }
  }

  close(): void {
    this.#socket?.terminate()
  }
}
