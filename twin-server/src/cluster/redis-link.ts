import { Redis } from 'ioredis'
import type { Log } from '../ingest/index.ts'

/** Payload of a node's key: what the others see of it while it lives. */
export interface NodeLife {
  readonly addr: string
  readonly pgOk: boolean
  readonly draining: boolean
}

export interface OwnEntry {
  readonly inc: string
  readonly epoch: number
  readonly addr: string
}

/** How many entries the directory has, and a mark that changes with it. */
export interface DirectoryMark {
  readonly entries: number
  readonly version: string
}

const NODES = '{tw}:nodes'
const nodeKey = (inc: string): string => `{tw}:node:${inc}`
const OWN = '{tw}:own'
const MOVED = '{tw}:moved'
const VERSION = '{tw}:ver'

/** Sign of life; answers the living and their payloads. Times are those of Redis. */
const HEARTBEAT = `
local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000)
if ARGV[1] ~= '' then
  redis.call('SET', KEYS[2] .. ARGV[1], ARGV[2], 'PX', ARGV[3])
  redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - 60000)
local out = {}
for _, inc in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf')) do
  local life = redis.call('GET', KEYS[2] .. inc)
  if life then out[#out + 1] = inc out[#out + 1] = life end
end
return { redis.call('HLEN', KEYS[3]), redis.call('GET', KEYS[4]) or '', out }`

/** Writes entries with a higher epoch than stored and tells everybody. ARGV: inc, addr, shard, epoch, shard, epoch … */
const OWN_PUT = `
local put = {}
for i = 3, #ARGV, 2 do
  local old = redis.call('HGET', KEYS[1], ARGV[i])
  if not old or tonumber(string.match(old, '|(%d+)|')) < tonumber(ARGV[i + 1]) then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[1] .. '|' .. ARGV[i + 1] .. '|' .. ARGV[2])
    put[#put + 1] = ARGV[i] .. ':' .. ARGV[i + 1]
  end
end
if #put > 0 then redis.call('INCR', KEYS[3]) redis.call('PUBLISH', KEYS[2], ARGV[1] .. '|' .. ARGV[2] .. '|' .. table.concat(put, ',')) end
return #put`

interface Scripts {
  twHeartbeat(
    nodes: string,
    prefix: string,
    own: string,
    version: string,
    inc: string,
    life: string,
    ttl: number,
  ): Promise<[number, string, string[]]>
  twOwnPut(own: string, moved: string, version: string, inc: string, addr: string, ...pairs: number[]): Promise<number>
}

/** Hint, directory, doorbell and fan-out. Whatever it says may be late or lost; nothing true depends on it. */
export class RedisLink {
  readonly #redis: Redis & Scripts
  readonly #sub: Redis
  readonly #handlers = new Map<string, (payload: Buffer) => void>()

  constructor(url: string, log: Log) {
    const options = {
      lazyConnect: true,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      commandTimeout: 1500,
      connectTimeout: 1500,
      retryStrategy: (times: number) => Math.min(2000, 100 * 2 ** Math.min(times, 5)) * (0.5 + Math.random() / 2),
    }
    const redis = new Redis(url, options)
    redis.defineCommand('twHeartbeat', { numberOfKeys: 4, lua: HEARTBEAT })
    redis.defineCommand('twOwnPut', { numberOfKeys: 3, lua: OWN_PUT })
    this.#redis = redis as Redis & Scripts
    this.#sub = new Redis(url, { ...options, commandTimeout: 5000, enableOfflineQueue: true, maxRetriesPerRequest: null })
    for (const client of [this.#redis, this.#sub]) client.on('error', (error) => log.info({ error: error.message }, 'Redis'))
    this.#sub.on('messageBuffer', (channel: Buffer, payload: Buffer) => {
      try {
        this.#handlers.get(channel.toString())?.(payload)
      } catch (error) {
        // Of a newer version, or not of ours.
        log.warn({ channel: channel.toString(), error: String(error) }, 'news not understood')
      }
    })
  }

  async start(): Promise<void> {
    await Promise.all([this.#redis.connect().catch(() => undefined), this.#sub.connect().catch(() => undefined)])
  }

  async heartbeat(inc: string | null, life: NodeLife, ttlMs: number): Promise<{ directory: DirectoryMark; alive: Map<string, NodeLife> }> {
    const [entries, version, flat] = await this.#redis.twHeartbeat(NODES, nodeKey(''), OWN, VERSION, inc ?? '', JSON.stringify(life), ttlMs)
    const alive = new Map<string, NodeLife>()
    for (let i = 0; i + 1 < flat.length; i += 2) alive.set(flat[i] ?? '', JSON.parse(flat[i + 1] ?? '{}') as NodeLife)
    return { directory: { entries, version }, alive }
  }

  async leave(inc: string): Promise<void> {
    await this.#redis.del(nodeKey(inc))
    await this.#redis.zrem(NODES, inc)
  }

  async putOwn(inc: string, addr: string, shards: ReadonlyMap<number, { readonly epoch: number }>): Promise<number> {
    const pairs = [...shards].flatMap(([shard, { epoch }]) => [shard, epoch])
    let put = 0
    // Lua has a limit of arguments it unpacks.
    for (let at = 0; at < pairs.length; at += 4000)
      put += await this.#redis.twOwnPut(OWN, MOVED, VERSION, inc, addr, ...pairs.slice(at, at + 4000))
    return put
  }

  async owners(): Promise<Map<number, OwnEntry>> {
    const found = new Map<number, OwnEntry>()
    for (const [shard, entry] of Object.entries(await this.#redis.hgetall(OWN))) {
      const [inc = '', epoch = '0', ...addr] = entry.split('|')
      found.set(Number(shard), { inc, epoch: Number(epoch), addr: addr.join('|') })
    }
    return found
  }

  onMoved(listener: (shard: number, entry: OwnEntry) => void): Promise<void> {
    return this.subscribe(MOVED, (payload) => {
      const [inc = '', addr = '', list = ''] = payload.toString().split('|')
      for (const pair of list.split(',')) {
        const [shard, epoch] = pair.split(':').map(Number)
        if (shard !== undefined && epoch !== undefined) listener(shard, { inc, epoch, addr })
      }
    })
  }

  /** One handler a channel. */
  async subscribe(channel: string, handler: (payload: Buffer) => void): Promise<void> {
    this.#handlers.set(channel, handler)
    await this.#sub.subscribe(channel)
  }
  async unsubscribe(channel: string): Promise<void> {
    this.#handlers.delete(channel)
    await this.#sub.unsubscribe(channel)
  }
  /** Best effort: what can't be sent now is lost. */
  publish(channel: string, payload: Buffer | string): void {
    if (this.#redis.status === 'ready') this.#redis.publish(channel, payload).catch(() => undefined)
  }

  close(): void {
    this.#redis.disconnect()
    this.#sub.disconnect()
  }
}
