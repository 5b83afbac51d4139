import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Principal } from '../security/index.ts'
import { decodeOperation } from './codec.ts'
import type { Admission, Transport } from './live-hub.ts'

const HEARTBEAT_MS = 30_000
const CLOSE_CODES = { 'not-signed-in': 4401, 'not-permitted': 4403, 'unknown-topic': 4404, slow: 4008, 'shutting-down': 1001 } as const
const REFUSALS = { unauthorised: 401, forbidden: 403, full: 503 } as const

/** Headers of a request in the form that authentication reads. */
export function headersOf(request: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  return headers
}

/** Plain WebSocket at /ws: requests as JSON text or msgpack, answers always msgpack. */
export function attachWs(server: Server, admission: Admission): Transport {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 16 * 1024 })
  const alive = new WeakSet<WebSocket>()

  const connect = (ws: WebSocket, headers: Headers, principal: Principal): void => {
    const session = admission.open(
      {
        send: (bytes) => ws.send(bytes, { binary: true }),
        buffered: () => ws.bufferedAmount,
        close(reason) {
          ws.close(CLOSE_CODES[reason], reason)
          // A peer that does not read never answers the close.
          setTimeout(() => ws.terminate(), 1000).unref()
        },
      },
      headers,
      principal,
    )
    alive.add(ws)
    ws.on('pong', () => alive.add(ws))
    ws.on('error', () => ws.terminate())
    ws.on('close', () => session.disconnected())
    ws.on('message', (data, isBinary) => session.handle(decodeOperation(data as Buffer, isBinary)))
  }
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (request.url?.split('?')[0] !== '/ws') return
    socket.on('error', destroy)
    void admit(request, socket, head)
  }
  const admit = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const headers = headersOf(request)
    const verdict = await admission.admit(headers).catch(() => 'full' as const)
    if (typeof verdict === 'string') refuse(socket, REFUSALS[verdict])
    else {
      socket.off('error', destroy)
      sockets.handleUpgrade(request, socket, head, (ws) => connect(ws, headers, verdict))
    }
  }
  server.on('upgrade', onUpgrade)
  const heartbeat = setInterval(() => {
    for (const ws of sockets.clients) {
      if (!alive.has(ws)) ws.terminate()
      else {
        alive.delete(ws)
        ws.ping()
      }
    }
  }, HEARTBEAT_MS)
  return {
    async close() {
      server.off('upgrade', onUpgrade)
      clearInterval(heartbeat)
      for (const ws of sockets.clients) ws.close(1001)
      setTimeout(() => {
        for (const ws of sockets.clients) ws.terminate()
      }, 500).unref()
      await new Promise<void>((resolve) => sockets.close(() => resolve()))
    },
  }
}

function refuse(socket: Duplex, status: number): void {
  if (!socket.writable) return
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function destroy(this: Duplex): void {
  this.destroy()
}
