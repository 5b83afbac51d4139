import type { DeviceInput, TurnMark } from '../ports.ts'
import { shardOf } from './shard.ts'
import type { Request } from './types.ts'

/** The same for every delivery of a message; without a sequence its time stands for it. */
export function markOfInput({ station, device, channel, envelope }: DeviceInput): TurnMark {
  const { boot, seq, ts } = envelope
  return { shard: shardOf(station), station, key: `${channel} ${device} ${boot ?? ''} ${seq ?? ts}` }
}

export const markOfTick = (station: string): TurnMark => ({ shard: shardOf(station), station, key: `tick ${station}` })

/** What the station does besides: a command sent, master data changed. */
export const markOfTurn = (station: string): TurnMark => ({ shard: shardOf(station), station, key: `turn ${station}` })

export function markOfRequest(request: Request): TurnMark {
  const { type, station } = request
  const about = 'device' in request ? request.device : 'target' in request ? request.target : ''
  const what = 'code' in request ? request.code : 'id' in request ? request.id : ''
  return { shard: shardOf(station), station, key: `ask ${type} ${station} ${about} ${what}` }
}
