import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** A number with labels, as other parts report theirs. */
export interface MetricSample {
  readonly name: string
  readonly help: string
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}
/** Asked at every scrape. */
export type MetricSource = () => readonly MetricSample[]

export interface HttpMetrics {
  observe(operation: string, status: number, seconds: number): void
  text(): Promise<string>
  readonly contentType: string
}

/** Prometheus registry of this server: process, HTTP per operation, and whatever the given sources report. */
export function createHttpMetrics(sources: readonly MetricSource[]): HttpMetrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const latency = new Histogram({
    name: 'twin_http_request_seconds',
    help: 'HTTP requests by operation and status',
    labelNames: ['operation', 'status'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 8],
    registers: [registry],
  })
  const gauges = new Map<string, Gauge>()
  return {
    contentType: registry.contentType,
    observe: (operation, status, seconds) => latency.observe({ operation, status: String(status) }, seconds),
    text() {
      for (const gauge of gauges.values()) gauge.reset()
      for (const { name, help, labels = {}, value } of sources.flatMap((source) => source())) {
        const gauge = gauges.get(name) ?? new Gauge({ name, help, labelNames: Object.keys(labels), registers: [registry] })
        gauges.set(name, gauge)
        gauge.set(labels, value)
      }
      return registry.metrics()
    },
  }
}
