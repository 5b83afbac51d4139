import { z } from 'zod'
import { defineOperation } from './define.ts'
import { csv } from './schemas.ts'

const time = z.number().int()
const label = z.object({ zh: z.string(), en: z.string() })
const params = z.object({ analysis: z.enum(['investment', 'use', 'distribution', 'output']) })
const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'YYYY-MM-DD')
const query = {
  /** First and last local day; months are taken whole. */
  from: date,
  to: date,
  step: z.enum(['day', 'month']).default('month'),
  measures: csv.optional(),
  /** Dimension to split the lines by. */
  split: z.string().optional(),
  region: csv.optional(),
  station: csv.optional(),
  device: csv.optional(),
  type: csv.optional(),
  kind: csv.optional(),
  state: csv.optional(),
}
/** One point's rows: its period and, where lines are split, its line. */
const place = {
  period: z.string().optional(),
  key: z.string().optional(),
  measure: z.string().optional(),
}
const point = z.object({
  value: z.number().nullable(),
  numerator: z.number().nullable().optional(),
  denominator: z.number().nullable().optional(),
  count: z.number().int(),
  ids: z.array(z.string()).optional(),
})

/** Analyses: lines of points over periods, each point with the rows it is made of. */
export const analysisOperations = {
  analysis: defineOperation({
    method: 'get',
    path: '/api/analysis/:analysis',
    tag: 'analysis',
    summary: { zh: '统计分析', en: 'Lines of an analysis over time' },
    permission: 'signed-in',
    params,
    query: z.object(query),
    result: z.object({
      periods: z.array(z.object({ key: z.string(), from: time, to: time })),
      lines: z.array(
        z.object({ key: z.string().nullable(), measure: z.string().nullable(), title: label, unit: z.string(), points: z.array(point) }),
      ),
    }),
  }),
  analysisRows: defineOperation({
    method: 'get',
    path: '/api/analysis/:analysis/rows',
    tag: 'analysis',
    summary: { zh: '统计分析明细', en: 'Rows behind a point' },
    permission: 'signed-in',
    params,
    query: z.object({ ...query, ...place }),
    result: z.object({
      total: z.number().int(),
      rows: z.array(
        z.object({
          period: z.string(),
          title: z.string(),
          at: time.nullable(),
          keys: z.record(z.string(), label.nullable()),
          values: z.record(z.string(), z.number().nullable()),
          opens: z.object({ record: z.string(), id: z.string() }).nullable(),
        }),
      ),
    }),
  }),
  analysisExport: defineOperation({
    method: 'get',
    path: '/api/analysis/:analysis/export',
    tag: 'analysis',
    summary: { zh: '导出统计分析', en: 'Export an analysis with its rows' },
    permission: 'signed-in',
    params,
    query: z.object({ ...query, ...place, what: z.enum(['lines', 'rows']).default('lines'), format: z.enum(['csv', 'xlsx']) }),
    result: 'file',
  }),
}
