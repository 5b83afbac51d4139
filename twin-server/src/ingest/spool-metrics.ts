import type { SpoolStatus } from './spool.ts'

/** Numbers of the spool for Prometheus; none where there is no spool. */
export function spoolSamples(status: SpoolStatus | undefined, now: number) {
  if (!status) return []
  const one = (name: string, help: string, value: number) => ({ name: `twin_spool_${name}`, help, value })
  return [
    one('active', 'Telemetry goes around Postgres: 1 = yes', Number(status.active)),
    one('away', 'Postgres takes no commits: 1 = yes', Number(status.away)),
    one('messages', 'Messages waiting on the disk', status.messages),
    one('bytes', 'Bytes waiting on the disk', status.bytes),
    one('oldest_seconds', 'Age of the oldest message waiting on the disk, s', status.oldest === null ? 0 : (now - status.oldest) / 1000),
    one('spooled', 'Messages put on the disk since start', status.spooled),
    one('drained', 'Messages taken from the disk since start', status.drained),
    one('dropped', 'Messages dropped since start, by the policy drop', status.dropped),
    one('torn', 'Torn tails cut off at the start', status.torn),
    one('full', 'The disk takes no more: 1 = yes', Number(status.trouble !== null)),
  ]
}
