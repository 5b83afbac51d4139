/** Viewers over plain WebSocket: subscribe, look, ask for a new start once, leave. */
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
  const socket = new WebSocket(`${base.replace('http', 'ws')}/ws`, null, { headers: { authorization: `Bearer ${token}`, origin: base } })
  let leaving = false
  socket.addEventListener('open', () => {
    socket.send(JSON.stringify({ op: 'subscribe', topic }))
    setTimeout(() => socket.send(JSON.stringify({ op: 'sync', topic })), 5000)
    setTimeout(() => {
      leaving = true
      socket.close()
    }, 10_000)
  })
  socket.addEventListener('message', () => frames.add(1))
  socket.addEventListener('close', () => {
    if (!leaving) closed.add(1)
  })
}
