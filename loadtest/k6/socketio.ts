/** Viewers over socket.io, speaking Engine.IO 4 by hand: 0 open, 40 connect, 42 event, 2/3 ping and pong; frames are binary. */
import { Counter } from 'k6/metrics'
import { WebSocket } from 'k6/websockets'
import { base, seconds, signIn, stationIds, vus } from './session.ts'

export const options = {
  vus,
  duration: `${seconds}s`,
  thresholds: { live_frames: ['count>0'], live_closed: ['count<1'] },
}
const frames = new Counter('live_frames')
const closed = new Counter('live_closed')

export function setup(): { token: string; stations: string[] } {
  const token = signIn()
  return { token, stations: stationIds(token) }
}

export default function ({ token, stations }: ReturnType<typeof setup>): void {
  const topic = `st:${stations[(__VU + __ITER) % stations.length]}:f`
  const url = `${base.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`
  const socket = new WebSocket(url, null, { headers: { authorization: `Bearer ${token}`, origin: base } })
  let leaving = false
  socket.addEventListener('message', (event) => {
    const data = 'data' in event ? event.data : undefined
    if (data === undefined) return
    if (typeof data !== 'string') frames.add(1)
    else if (data.startsWith('0')) socket.send('40')
    else if (data === '2') socket.send('3')
    else if (data.startsWith('40')) {
      socket.send(`42${JSON.stringify(['subscribe', { topic }])}`)
      setTimeout(() => socket.send(`42${JSON.stringify(['sync', { topic }])}`), 5000)
      setTimeout(() => {
        leaving = true
        socket.close()
      }, 10_000)
    }
  })
  socket.addEventListener('close', () => {
    if (!leaving) closed.add(1)
  })
}
