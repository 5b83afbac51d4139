import type { Closed } from '@twin/models/live'
import { inScope, type Principal } from '../security/index.ts'

export type TopicName = { readonly kind: 'fleet' } | { readonly kind: 'station'; readonly station: string; readonly fast: boolean }

const STATION = /^st:([\w-]{1,64}):([fs])$/

export function parseTopicName(topic: string): TopicName | undefined {
  if (topic === 'fleet') return { kind: 'fleet' }
  const match = STATION.exec(topic)
  return match?.[1] === undefined ? undefined : { kind: 'station', station: match[1], fast: match[2] === 'f' }
}

/** Why this person may not see the topic; undefined = may. Asked at subscription and again whenever rights change. */
export function topicFault(principal: Principal | undefined, topic: TopicName): Closed['reason'] | undefined {
  if (!principal) return 'not-signed-in'
  if (principal.mustChangePassword || !principal.permissions.has('station:view')) return 'not-permitted'
  return topic.kind === 'station' && !inScope(principal, topic.station) ? 'not-permitted' : undefined
}

/** People who may see the same stations share one stream. */
export function scopeKey(principal: Principal): string {
  return principal.stations === null ? '*' : [...principal.stations].toSorted().join(',')
}
