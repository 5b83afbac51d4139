import type { Readings } from '../expressions/types.ts'
import type { CommandArgs } from './types.ts'

/** Readings in which `param.<name>` answers with the command's arguments. */
export function withParams(readings: Readings, args: CommandArgs): Readings {
  return {
    value: (owner, index) => readings.value(owner, index),
    stuckS: (owner, index) => readings.stuckS(owner, index),
    avg: (owner, index, windowS) => readings.avg(owner, index, windowS),
    rate: (owner, index, windowS) => readings.rate(owner, index, windowS),
    count: (owner, index, windowS) => readings.count(owner, index, windowS),
    expected: (owner, index) => readings.expected?.(owner, index) ?? true,
    cfg: (name) => readings.cfg(name),
    param: (name) => {
      const value = args[name]
      return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' ? value : undefined
    },
  }
}
