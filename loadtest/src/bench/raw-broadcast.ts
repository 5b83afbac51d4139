import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { type WebSocket, WebSocketServer } from 'ws'

/**
 * Yardstick of the fan-out: one buffer to every WebSocket at a fixed pace, and nothing else.
 *   node loadtest/src/bench/raw-broadcast.ts --port 9200 --bytes 800 --every 100
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '9200' },
    bytes: { type: 'string', default: '1000' },
    every: { type: 'string', default: '100' },
  },
})
const bytes = Buffer.alloc(Number(values.bytes), 7)
const viewers = new Set<WebSocket>()
const http = createServer((_, response) => response.end(String(viewers.size))).listen(Number(values.port), '127.0.0.1')
new WebSocketServer({ server: http, perMessageDeflate: false }).on('connection', (viewer) => {
  viewers.add(viewer)
  viewer.on('close', () => viewers.delete(viewer))
})
setInterval(() => {
  for (const viewer of viewers) viewer.send(bytes, { binary: true })
}, Number(values.every))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0))
