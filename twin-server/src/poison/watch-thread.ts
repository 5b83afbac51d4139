/** A thread of its own: sees a turn that does not end, writes down which one, and ends the process. */
import { writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { workerData } from 'node:worker_threads'
// Not the index, which brings the whole store into this thread.
import { openPool } from '../store/pool.ts'
import { type Ending, strike } from '../store/poison-store.ts'
import { TurnBoard } from './turn-board.ts'

export interface WatchData {
  readonly buffer: SharedArrayBuffer
  readonly databaseUrl: string
  readonly inc: string
  readonly stallMs: number
  /** Resident memory from which a turn that takes long is taken for the one that eats it, bytes. */
  readonly memoryLimit: number
}

const { buffer, databaseUrl, inc, stallMs, memoryLimit } = workerData as WatchData
const board = new TurnBoard(buffer)
const sql = openPool(databaseUrl, { max: 1, name: `twin-watch:${inc}` })
const LOOK_MS = 100
/** Looks in a row in which a turn that takes memory may be found. */
const GREEDY = 2
const WORDS_MS = 2000

let seen = 0
/** Looks at which the same turn was under way. Counted, not timed: a pause of the whole process is not the turn's fault. */
let looks = 0
let ending = false

async function end(how: Ending): Promise<void> {
  ending = true
  const turn = board.read()
  writeSync(2, `${JSON.stringify({ level: 60, how, ...turn, msg: 'a turn does not end: the process ends' })}\n`)
  await Promise.race([strike(sql, inc, turn, how).catch(() => undefined), delay(WORDS_MS)])
  process.kill(process.pid, 'SIGKILL')
}

// Connected before it is needed: when memory runs out there is no time for it.
void sql`select 1`.catch(() => undefined)
setInterval(() => {
  if (ending) return
  const { count } = board
  looks = count % 2 !== 0 && count === seen ? looks + 1 : 0
  seen = count
  if (looks * LOOK_MS >= stallMs) void end('hang')
  else if (looks >= GREEDY && process.memoryUsage.rss() > memoryLimit) void end('memory')
}, LOOK_MS)
