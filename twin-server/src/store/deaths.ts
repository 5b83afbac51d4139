import { fragment } from './connection.ts'
import type { Ownership } from './ownership.ts'

/**
 * Part of the UPDATE of tw_shard `s` by which a process takes shards: counts the death of an owner that neither gave them up nor said
 * good-bye. Deaths further apart than the window are no series.
 */
export function deaths({ inc, crashWindowMs }: Ownership) {
  const window = fragment`make_interval(secs => ${crashWindowMs / 1000}::float8)`
  const died = fragment`s.owner is not null and s.owner <> ${inc} and s.state = 'open'
    and not exists (select 1 from tw_node d where d.inc = s.owner and d.draining)`
  return fragment`
    crashes = case when not (${died}) then s.crashes when s.crashed_at > clock_timestamp() - ${window} then s.crashes + 1 else 1 end,
    crashed_at = case when ${died} then clock_timestamp() else s.crashed_at end`
}
