import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FaultRequest } from './faults.ts'
import type { Fleet } from './fleet.ts'

const MAX_BODY = 16 * 1024

/** `GET /status` and `POST /fault` (see faults.ts) on loopback, for demos and drills. */
export async function startControl(fleet: Fleet, port: number): Promise<{ readonly port: number; close(): void }> {
  const server: Server = createServer((request, response) => {
    const reply = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (request.method === 'GET' && request.url === '/status') return reply(200, fleet.status())
    if (request.method !== 'POST' || request.url !== '/fault') return reply(404, { error: 'GET /status or POST /fault' })
    readJson(request).then(
      (body) => {
        const fault = body as Partial<FaultRequest> | null
        if (typeof fault?.station !== 'string' || typeof fault.fault !== 'string')
          return reply(422, { error: 'station and fault are needed' })
        const refused = fleet.fault({ ...fault, station: fault.station, fault: fault.fault })
        return refused === null ? reply(200, { ok: true }) : reply(409, { error: refused })
      },
      (error: unknown) => reply(400, { error: String(error) }),
    )
    return undefined
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > MAX_BODY) throw new Error('too long')
  }
  return JSON.parse(text)
}
