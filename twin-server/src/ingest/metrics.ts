import type { RejectReason } from '@twin/models/wire'

/** Counters since start; the http part turns them into Prometheus lines. */
export interface IngestMetrics {
  messages: number
  bytes: number
  /** Taken, not yet acknowledged. */
  inFlight: number
  inFlightBytes: number
  accepted: number
  duplicate: number
  rejected: number
  /** Letters handed over for burial, by reason. */
  readonly buried: Record<string, number>
  /** Messages that came faster than their device may send. */
  throttled: number
  /** The ten devices throttled most, for the operator: id → messages. */
  readonly throttledDevices: Map<string, number>
  connections: number
  connectionsRefused: number
  /** Connections made to wait by the accept rate. */
  connectionsDelayed: number
  authFailures: number
  subscriptionsRefused: number
  published: number
  publishFailures: number
  watermarks: number
  /** Sessions the external broker had forgotten. */
  sessionsLost: number
}

export function createIngestMetrics(): IngestMetrics {
  return {
    messages: 0,
    bytes: 0,
    inFlight: 0,
    inFlightBytes: 0,
    accepted: 0,
    duplicate: 0,
    rejected: 0,
    buried: {},
    throttled: 0,
    throttledDevices: new Map(),
    connections: 0,
    connectionsRefused: 0,
    connectionsDelayed: 0,
    authFailures: 0,
    subscriptionsRefused: 0,
    published: 0,
    publishFailures: 0,
    watermarks: 0,
    sessionsLost: 0,
  }
}

export function countBuried(metrics: IngestMetrics, reason: RejectReason): void {
  metrics.buried[reason] = (metrics.buried[reason] ?? 0) + 1
}
