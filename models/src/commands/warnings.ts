import { findPoint, kindOf } from '../kinds/index.ts'
import type { CheckInput } from './types.ts'

const shedding: ReadonlySet<string> = new Set(['compressor.stop', 'compressor.unload'])

/** What a person should know before confirming; none of it forbids. */
export function commandWarnings(input: CheckInput): readonly string[] {
  const { command, args, policy, readings } = input
  const { code, requiresVideo } = command.definition
  const warnings: string[] = []
  if (shedding.has(code)) warnings.push(...sheddingWarnings(input))
  if (code === 'station.stop' || code === 'station.unloadAll') warnings.push('供气将中断 The supply will be interrupted')
  if (code === 'valve.close' && readings.cfg('suppliesCustomer') !== 0) warnings.push('将切断客户供气 Customers will be cut off')
  if (code === 'dryer.stop' && args['forced'] === true) warnings.push('空气将未经干燥输出 Undried air will be delivered')
  if (requiresVideo && !policy.videoRequired) warnings.push('本站未要求视频监护 Video is not required at this station')
  return warnings
}

/** A loaded unit that goes away: can the others carry the flow, or will the header fall below its minimum? */
function sheddingWarnings({ command, target, readings }: CheckInput): readonly string[] {
  const runState = command.kind.points[findPoint(command.kind, 'runState')]
  const loaded = runState?.values?.[readings.value('self', findPoint(command.kind, 'runState'))] === 'LOADED'
  if (!loaded) return []
  const station = (point: string): number => readings.value('station', findPoint(kindOf('station'), point))
  const own = target.settings['ratedFlow'] ?? station('largestUnitCapacity')
  const left = station('availableCapacity') - own
  const flow = station('headerFlow')
  if (station('loadedUnits') <= 1 && flow > 0)
    return ['这是唯一加载的机组,母管压力将下降 This is the only loaded unit; header pressure will fall']
  if (left < flow)
    return [
      `其余机组产能 ${left.toFixed(1)} m³/min 小于用气量 ${flow.toFixed(1)} m³/min,母管压力将低于最低允许压力 ` +
        'The other units cannot carry the flow; header pressure will drop below its minimum',
    ]
  if (Number.isNaN(left) || Number.isNaN(flow))
    return ['无法判断停机后的母管压力 The effect on header pressure cannot be judged: data missing or stale']
  return []
}
