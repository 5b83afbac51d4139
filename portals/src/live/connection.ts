import { createLiveState, type FleetView, type LiveState, type ServerMessage, type StationView } from '@twin/models/live'
import { Unpackr } from 'msgpackr'
import { io, type Socket } from 'socket.io-client'
import type { StationFeed } from './feed.ts'
import { serverNow, useLive } from './store.ts'

interface Topic {
  readonly name: string
  readonly state: LiveState
  readonly listeners: Set<() => void>
}

const PING_MS = 5000
const unpackr = new Unpackr({ useRecords: false, int64AsType: 'number' })

/** One socket for all pages. Topics are counted by their listeners: the first subscribes, the last unsubscribes. */
export class LiveConnection {
  #socket: Socket | undefined
  #ping: ReturnType<typeof setInterval> | undefined
  readonly #topics = new Map<string, Topic>()
  #stopFleet: (() => void) | undefined
  /** Told when the server no longer takes us: the session may be over. */
  whenRefused: () => void = () => {}

  start(): void {
    if (this.#socket) return
    const socket = io({ transports: ['websocket'], reconnectionDelayMax: 5000 })
    this.#socket = socket
    socket.on('connect', () => {
      useLive.setState({ link: 'online', refused: {} })
      for (const [name, topic] of this.#topics) {
        topic.state.reconnected()
        this.#ask('subscribe', name)
      }
      this.#sendPing()
    })
    socket.on('disconnect', (reason) => {
      useLive.setState({ link: 'offline' })
      // A server that ends the connection itself is not asked again by the library.
      if (reason === 'io server disconnect') {
        this.whenRefused()
        socket.connect()
      }
    })
    socket.on('connect_error', () => {
      useLive.setState({ link: 'offline' })
      this.whenRefused()
    })
    socket.on('f', (bytes: ArrayBuffer) => this.#receive(unpackr.unpack(new Uint8Array(bytes)) as ServerMessage))
    this.#ping = setInterval(() => this.#sendPing(), PING_MS)
    this.#stopFleet = this.subscribe('fleet', () => useLive.setState({ fleet: this.view('fleet') as FleetView | undefined }))
  }

  stop(): void {
    clearInterval(this.#ping)
    this.#stopFleet?.()
    this.#socket?.disconnect()
    this.#socket = undefined
    this.#topics.clear()
    useLive.setState({ link: 'connecting', fleet: undefined, refused: {}, lastAt: 0 })
  }

  subscribe(name: string, listener: () => void): () => void {
    let topic = this.#topics.get(name)
    if (!topic) {
      topic = { name, state: createLiveState(name), listeners: new Set() }
      this.#topics.set(name, topic)
      this.#ask('subscribe', name)
    }
    const held = topic
    held.listeners.add(listener)
    return () => {
      held.listeners.delete(listener)
      if (held.listeners.size > 0 || this.#topics.get(name) !== held) return
      this.#topics.delete(name)
      this.#ask('unsubscribe', name)
    }
  }

  view(name: string): StationView | FleetView | undefined {
    return this.#topics.get(name)?.state.current()?.view
  }

  #ask(op: 'subscribe' | 'unsubscribe' | 'sync', topic: string): void {
    if (this.#socket?.connected) this.#socket.emit(op, { op, topic })
  }

  #sendPing(): void {
    if (this.#socket?.connected) this.#socket.emit('ping', { op: 'ping', t: Date.now() })
  }

  #receive(message: ServerMessage): void {
    if (message.k === 'pong') {
      // Half the round trip: good to some milliseconds, which is enough to age values.
      useLive.setState({ offset: Math.round(message.t - (message.c + Date.now()) / 2) })
      return
    }
    const topic = this.#topics.get(message.r)
    if (!topic) return
    if (message.k === 'closed') {
      useLive.setState((state) => ({ refused: { ...state.refused, [message.r]: message.reason } }))
      if (message.reason === 'slow') this.#ask('subscribe', message.r)
      if (message.reason === 'not-signed-in') this.whenRefused()
      return
    }
    const outcome = topic.state.accept(message)
    if (outcome === 'sync') return this.#ask('sync', message.r)
    if (outcome === 'dropped') return
    if (message.r === 'fleet') useLive.setState({ lastAt: message.t })
    for (const listener of topic.listeners) listener()
  }
}

export const live = new LiveConnection()

/** The station as it is; `fast` asks for 100 ms frames, for the scene. */
export function liveFeed(station: string, fast: boolean): StationFeed {
  const name = `st:${station}:${fast ? 'f' : 's'}`
  const view = (): StationView | undefined => live.view(name) as StationView | undefined
  return {
    mode: 'live',
    view,
    subscribe: (listener) => live.subscribe(name, listener),
    now() {
      const held = view()
      // A station that plays a recording lives in the recording's time.
      const replaying = held && Object.values(held.devices).some((device) => device.replay)
      return replaying ? held.at : serverNow()
    },
  }
}
