import type { Runtime } from '@twin/actors/runtime'
import type { MetricSample } from './http-metrics.ts'

export function runtimeSamples(runtime: Runtime): readonly MetricSample[] {
  const m = runtime.metrics()
  const one = (name: string, help: string, value: number, labels?: Readonly<Record<string, string>>): MetricSample => ({
    name: `twin_runtime_${name}`,
    help,
    value,
    ...(labels ? { labels } : {}),
  })
  return [
    one('stations', 'Stations alive', m.stations),
    one('devices', 'Devices alive', m.devices),
    one('quarantined', 'Actors in quarantine', m.quarantined.length),
    ...Object.entries(m.inputs).map(([outcome, value]) => one('inputs', 'Device messages by outcome since start', value, { outcome })),
    ...Object.entries(m.rejects).map(([reason, value]) => one('rejects', 'Rejected values by reason since start', value, { reason })),
    one('values', 'Point values taken since start', m.values),
    one('commits', 'Group commits since start', m.commits),
    ...(['last', 'p50', 'p99'] as const).map((q) => one('commit_ms', 'Duration of group commits, ms', m.commitMs[q], { q })),
    one('pending', 'Inputs waiting for their commit', m.pending),
    one('pending_bytes', 'Bytes waiting for their commit', m.pendingBytes),
    one('steps', 'Actor steps since start', m.steps),
    one('actor_failures', 'Actor steps that threw since start', m.actorFailures),
  ]
}
