import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Watches a server from its first connection on; the answer ends it without cutting anybody short: nobody new is taken, connections that
 * wait for nothing end at once, requests under way get their answer within `graceMs`. Streams of events and upgraded connections are not
 * waited for: whoever holds one comes back by itself.
 */
export function orderlyClose(server: Server): (graceMs: number) => Promise<void> {
  const sockets = new Set<Socket>()
  const busy = new Map<Socket, number>()
  let closing = false
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('request', ({ socket, headers }: IncomingMessage, response: ServerResponse) => {
    if (headers.accept === 'text/event-stream') return
    busy.set(socket, (busy.get(socket) ?? 0) + 1)
    response.once('close', () => {
      const left = (busy.get(socket) ?? 1) - 1
      if (left > 0) busy.set(socket, left)
      else busy.delete(socket)
      // After what the kernel still has to send.
      if (closing && left <= 0) socket.destroySoon()
    })
  })
  return async (graceMs) => {
    closing = true
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const socket of sockets) if (!busy.has(socket)) socket.destroy()
    const late = setTimeout(() => {
      for (const socket of sockets) socket.destroy()
    }, graceMs)
    await closed
    clearTimeout(late)
  }
}
