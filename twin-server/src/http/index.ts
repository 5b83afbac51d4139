export { createHttp, type App, type Http } from './server.ts'
export type { HttpConfig, HttpLog, HttpParts, HttpStore, Resolution, SeriesData, SeriesQuery } from './parts.ts'
export type { MetricSample, MetricSource } from './http-metrics.ts'
export { expireUntaken } from './handlers/command-intake.ts'
