import type { IncomingMessage, Server as HttpServer } from 'node:http'
import { Server, type Socket } from 'socket.io'
import type { Principal } from '../security/index.ts'
import { readOperation } from './codec.ts'
import type { Admission, Transport } from './live-hub.ts'
import { headersOf } from './ws-transport.ts'

type Answer = (result: { readonly ok: boolean; readonly reason?: string }) => void

/** socket.io at /socket.io, WebSocket only. Requests are events with an acknowledgement, everything sent is the binary event `f`. */
export function attachSocketIo(server: HttpServer, admission: Admission): Transport {
  const admitted = new WeakMap<IncomingMessage, { readonly headers: Headers; readonly principal: Principal }>()
  const io = new Server({
    path: '/socket.io',
    transports: ['websocket'],
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: 16 * 1024,
    destroyUpgradeTimeout: 10_000,
    allowRequest(request, decide) {
      const headers = headersOf(request)
      const ask = async (): Promise<void> => {
        const verdict = await admission.admit(headers).catch(() => 'full' as const)
        if (typeof verdict === 'object') admitted.set(request, { headers, principal: verdict })
        decide(typeof verdict === 'string' ? verdict : null, typeof verdict === 'object')
      }
      void ask()
    },
  })
  io.attach(server)
  io.on('connection', (socket) => {
    const entry = admitted.get(socket.request)
    if (!entry) {
      socket.disconnect(true)
      return
    }
    const session = admission.open(
      {
        send: (bytes) => socket.emit('f', bytes),
        buffered: () => bufferedBy(socket),
        close: () => void socket.disconnect(true),
      },
      entry.headers,
      entry.principal,
    )
    socket.on('disconnect', () => session.disconnected())
    for (const op of ['subscribe', 'unsubscribe', 'sync', 'ping'])
      socket.on(op, (body: unknown, answer: unknown) => {
        const fault = session.handle(readOperation(op, body))
        if (typeof answer === 'function') (answer as Answer)(fault ? { ok: false, reason: fault } : { ok: true })
      })
  })
  return {
    async close() {
      io.disconnectSockets(true)
      io.engine.close()
    },
  }
}

/** What waits in the WebSocket and, because the engine sends the next batch only when the last one left, what waits before it. */
function bufferedBy(socket: Socket): number {
  const { transport, writeBuffer } = socket.conn as unknown as {
    readonly transport: { readonly socket?: { readonly bufferedAmount: number } }
    readonly writeBuffer: readonly { readonly data?: string | Uint8Array }[]
  }
  let bytes = transport.socket?.bufferedAmount ?? 0
  for (const { data } of writeBuffer) bytes += data?.length ?? 0
  return bytes
}
