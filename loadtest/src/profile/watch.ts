import { setTimeout as delay } from 'node:timers/promises'
import { io } from 'socket.io-client'
import WebSocket from 'ws'

export type Transport = 'ws' | 'socketio'

interface Line {
  say(op: 'subscribe' | 'sync', topic: string): void
  /** Told once when the other side ends it. */
  onEnd(told: () => void): void
  close(): void
}

/** Opens a line that calls `heard` for every message. */
function open(transport: Transport, base: string, token: string, heard: () => void): Promise<Line> {
  const headers = { authorization: `Bearer ${token}`, origin: base }
  return new Promise((resolve, reject) => {
    if (transport === 'ws') {
      const socket = new WebSocket(`${base.replace('http', 'ws')}/ws`, { headers })
      socket.on('message', heard)
      socket.once('error', reject)
      socket.once('open', () =>
        resolve({
          say: (op, topic) => socket.send(JSON.stringify({ op, topic })),
          onEnd: (told) => socket.once('close', told),
          close: () => socket.terminate(),
        }),
      )
      return
    }
    const socket = io(base, { transports: ['websocket'], extraHeaders: headers, reconnection: false, forceNew: true })
    socket.on('f', heard)
    socket.once('connect_error', reject)
    socket.once('connect', () =>
      resolve({
        say: (op, topic) => socket.emit(op, { topic }),
        onEnd: (told) => socket.once('disconnect', told),
        close: () => socket.disconnect(),
      }),
    )
  })
}

export interface Visit {
  /** From asking for the connection to the first picture, ms; null: none came. */
  readonly firstMs: number | null
  readonly frames: number
  /** Ended by the server. */
  readonly cut: boolean
}

/** One viewer: comes, subscribes, looks, asks for a new start half-way, leaves. */
export async function visit(transport: Transport, base: string, token: string, station: string, seconds: number): Promise<Visit> {
  const topic = `st:${station}:f`
  const began = performance.now()
  let firstMs: number | null = null
  let frames = 0
  let cut = false
  const line = await open(transport, base, token, () => {
    firstMs ??= performance.now() - began
    frames++
  })
  line.onEnd(() => (cut = true))
  line.say('subscribe', topic)
  await delay(seconds * 500)
  line.say('sync', topic)
  await delay(seconds * 500)
  const ended = cut
  line.close()
  return { firstMs, frames, cut: ended }
}
