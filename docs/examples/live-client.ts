// Follows a topic: node docs/examples/live-client.ts http://127.0.0.1:8080 USER PASSWORD [fleet | st:STATION:s | st:STATION:f]
// With TWIN_TOKEN in the environment, user and password are not needed.
import { createLiveState, type ServerMessage } from '@twin/models/live'
import { unpack } from 'msgpackr'
import { WebSocket } from 'ws'

const [base = 'http://127.0.0.1:8080', username, password, topic = 'fleet'] = process.argv.slice(2)
const signIn = async (): Promise<string> => {
  const body = JSON.stringify({ username, password })
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${base}/api/auth/sign-in/username`, { method: 'POST', headers, body })
  if (!answer.ok) throw new Error(`sign-in refused: ${answer.status} ${await answer.text()}`)
  return ((await answer.json()) as { token: string }).token
}
const authorization = `Bearer ${process.env.TWIN_TOKEN ?? (await signIn())}`
const socket = new WebSocket(`${base.replace('http', 'ws')}/ws`, { headers: { authorization } })
const ask = (op: 'subscribe' | 'sync'): void => socket.send(JSON.stringify({ op, topic }))
const state = createLiveState(topic)
socket.on('open', () => ask('subscribe'))
socket.on('close', (code) => console.error(`closed ${code}`))
socket.on('message', (bytes: Buffer) => {
  const message = unpack(bytes) as ServerMessage
  if (message.k === 'closed') console.error(`${message.r}: ${message.reason}`)
  if (message.k !== 'snap' && message.k !== 'f') return
  if (state.accept(message) === 'sync') return ask('sync')
  const values = message.k === 'f' ? (message.d?.val.length ?? 0) : 'all'
  console.log(message.k, `s=${message.s} values=${values}`, JSON.stringify(state.current()?.view).length, 'characters')
})
