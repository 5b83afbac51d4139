import { type Analysis, analyses, type AnalysisPoint, type AnalysisRow, foldAnalysis, isMoneyUnit, rowsOf } from '@twin/models/analysis'
import { dayOf } from '@twin/models/energy'
import type { Label } from '@twin/models/kinds'
import { moneyPermission } from '@twin/models/records'
import { type Asked, edgesIn, sources } from '../../modules/supervision/index.ts'
import type { Principal } from '../../security/index.ts'
import { inScope } from '../../security/index.ts'
import type { Call, Handlers, ResultOf } from '../call.ts'
import type { HttpParts } from '../parts.ts'
import { refuse } from '../pipeline.ts'
import { type Cell, tableFile } from '../table-file.ts'
import { openRegions, type Regions } from './region-levels.ts'

/** Months and days that belong to no station are cut here. */
const ZONE = 'Asia/Shanghai'
const MOST = { month: 60, day: 400 } as const
const MOST_ROWS = 2000
type Query = Call<'analysis'>['query']
type Place = Pick<Call<'analysisRows'>['query'], 'period' | 'key' | 'measure'>

/** Rows of one question, with names for what their keys say. */
interface Found {
  readonly analysis: Analysis
  readonly asked: Asked
  readonly edges: readonly number[]
  readonly rows: readonly AnalysisRow[]
  /** Whether this person may read a figure in this unit: amounts need their own right. */
  readonly open: (unit: string) => boolean
  readonly title: (dimension: string, key: string | null) => Label
}
const same = (text: string): Label => ({ zh: text, en: text })
const none: Label = { zh: '未指定', en: 'Not given' }
const all: Label = { zh: '合计', en: 'All' }

export function analysisHandlers({ runtime, store, clock }: HttpParts): Pick<Handlers, 'analysis' | 'analysisRows' | 'analysisExport'> {
  async function find(name: keyof typeof analyses, query: Query, principal: Principal): Promise<Found> {
    const analysis: Analysis = analyses[name]
    if (!principal.permissions.has(analysis.permission)) refuse('not-permitted')
    const { step, split = null } = query
    const measures = query.measures ?? analysis.chosen
    const bad = (field: string, zh: string, en: string): never => refuse('invalid', { field, message: { zh, en } })
    if (!analysis.steps.includes(step)) bad('step', '此分析没有该粒度', 'This analysis has no such step')
    if (split !== null && !analysis.dimensions[split]?.split) bad('split', '不能按此维度展开', 'It cannot be split by this')
    if (measures.length === 0 || measures.some((one) => !analysis.measures[one])) bad('measures', '没有此指标', 'No such measure')
    if (query.to < query.from) bad('to', '结束不能早于开始', 'The end cannot come before the start')
    if (Date.parse(query.to) - Date.parse(query.from) > 31 * 86_400_000 * MOST[step]) bad('to', '时间跨度过长', 'The span is too long')
    const edges = edgesIn({ from: query.from, to: query.to, step }, ZONE)
    if (edges.length - 1 > MOST[step]) bad('to', `最多 ${MOST[step]} 个期间`, `At most ${MOST[step]} periods`)

    const regions = await openRegions(store.db)
    const seen = runtime.stations().filter((station) => station.org === principal.org && inScope(principal, station.id))
    const wanted = query.device ? new Set(query.device) : null
    const stations = seen.filter(
      (station) =>
        (query.station?.includes(station.id) ?? true) &&
        (query.region?.some((region) => regions.within(station.region, region)) ?? true) &&
        (wanted === null || station.devices.some(({ id }) => wanted.has(id))),
    )
    const asked: Asked = {
      org: principal.org,
      zone: ZONE,
      from: query.from,
      to: query.to,
      step,
      periods: edges.length - 1,
      now: clock.now(),
      stations,
      everything: principal.stations === null,
      devices: wanted,
      measures,
      split,
    }
    const level = regions.below(query.region)
    const rows = (await sources[name](store, asked))
      .filter((row) => matches(row, query, regions, analysis))
      .map((row) => ({ ...row, keys: { ...row.keys, region: regions.at(row.keys['region'] ?? null, level) } }))
    const devices = new Map(seen.flatMap(({ devices: own, name: at }) => own.map((device) => [device.id, `${at} · ${device.name}`])))
    const title = (dimension: string, key: string | null): Label => {
      if (key === null || key === '') return none
      const word = analysis.dimensions[dimension]?.words?.[key]
      if (word) return word
      if (dimension === 'region') return regions.title(key)
      const station = dimension === 'station' ? seen.find(({ id }) => id === key) : undefined
      return station ? { zh: station.name, en: station.nameEn || station.name } : same(devices.get(key) ?? key)
    }
    const money = principal.permissions.has(moneyPermission)
    return { analysis, asked, edges, rows, title, open: (unit) => money || !isMoneyUnit(unit) }
  }

  /** Label and unit of a line. */
  function named(
    { analysis, asked, title }: Found,
    key: string | null,
    measure: string | null,
  ): { readonly title: Label; readonly unit: string } {
    const one = measure === null ? undefined : analysis.measures[measure]
    const unit = one?.unit ?? analysis.measures[asked.measures[0] ?? '']?.unit ?? ''
    if (asked.split === null) return { title: one?.label ?? analysis.total ?? all, unit }
    return { title: key !== null ? title(asked.split, key) : measure === null ? (analysis.total ?? all) : all, unit }
  }
  const lines = (found: Found): ResultOf<'analysis'>['lines'] =>
    foldAnalysis(found.analysis, found.rows, {
      periods: found.asked.periods,
      measures: found.asked.measures,
      split: found.asked.split,
    }).map((line) => {
      const name = named(found, line.key, line.measure)
      const points: readonly AnalysisPoint[] = found.open(name.unit)
        ? line.points
        : line.points.map(({ count }) => ({ value: null, count }))
      return { ...line, ...name, points: points.map(({ ids, ...point }) => ({ ...point, ...(ids ? { ids: [...ids] } : {}) })) }
    })
  /** Values of a row that this person may read, by name. */
  const valuesOf = ({ analysis, open }: Found): Readonly<Record<string, { readonly label: Label; readonly unit: string }>> => {
    const measured = Object.values(analysis.measures).flatMap((one) => ('value' in one ? [[one.value, one] as const] : []))
    return Object.fromEntries([...measured, ...Object.entries(analysis.details)].filter(([, { unit }]) => open(unit)))
  }
  const keyOf = ({ edges, asked }: Found, period: number): string =>
    dayOf(edges[period] ?? 0, ZONE).slice(0, asked.step === 'month' ? 7 : 10)

  function behind(found: Found, { period, key, measure }: Place): readonly AnalysisRow[] {
    const { analysis, asked, rows } = found
    const here = rows.filter(
      (row) =>
        (period === undefined || keyOf(found, row.period) === period) &&
        (key === undefined || asked.split === null || (row.keys[asked.split] ?? '') === key),
    )
    return rowsOf(analysis, here, asked.measures, measure && analysis.measures[measure] ? measure : null)
  }

  return {
    async analysis({ params, query, principal }) {
      const found = await find(params.analysis, query, principal)
      return {
        periods: found.edges.slice(0, -1).map((from, i) => ({ key: keyOf(found, i), from, to: found.edges[i + 1] ?? from })),
        lines: lines(found),
      }
    },
    async analysisRows({ params, query, principal }) {
      const found = await find(params.analysis, query, principal)
      const rows = behind(found, query)
      const dimensions = Object.keys(found.analysis.dimensions)
      const readable = valuesOf(found)
      return {
        total: rows.length,
        rows: rows.slice(0, MOST_ROWS).map((row) => ({
          period: keyOf(found, row.period),
          title: row.title,
          at: row.at ?? null,
          keys: Object.fromEntries(dimensions.map((name) => [name, row.keys[name] ? found.title(name, row.keys[name]) : null])),
          values: Object.fromEntries(Object.entries(row.values).filter(([name]) => Object.hasOwn(readable, name))),
          opens: row.opens ?? null,
        })),
      }
    },
    async analysisExport({ params, query, principal, note }) {
      const found = await find(params.analysis, query, principal)
      const { analysis } = found
      note({ target: params.analysis, after: { from: query.from, to: query.to, step: query.step, split: query.split ?? null } })
      const both = ({ zh, en }: Label): string => (zh === en ? zh : `${zh} ${en}`)
      const unitOf = (unit: string): string => (unit === '1' || unit === '' ? '' : ` (${unit === 'fen' ? '¥' : unit})`)
      const shown = (value: number | null, unit: string): Cell => (value === null ? null : unit === 'fen' ? value / 100 : value)
      if (query.what === 'rows') {
        const dimensions = Object.entries(analysis.dimensions)
        const values = Object.entries(valuesOf(found))
        return tableFile(
          `analysis-${params.analysis}`,
          query.format,
          [
            '期间 Period',
            '名称 Name',
            ...dimensions.map(([, { label }]) => both(label)),
            ...values.map(([, one]) => both(one.label) + unitOf(one.unit)),
          ],
          each(
            behind(found, query).map((row) => [
              keyOf(found, row.period),
              row.title,
              ...dimensions.map(([name]) => (row.keys[name] ? both(found.title(name, row.keys[name])) : null)),
              ...values.map(([name, one]) => shown(row.values[name] ?? null, one.unit)),
            ]),
          ),
        )
      }
      const made = lines(found).filter((line) => found.open(line.unit))
      return tableFile(
        `analysis-${params.analysis}`,
        query.format,
        ['期间 Period', ...made.map((line) => both(line.title) + unitOf(line.unit))],
        each(
          found.edges.slice(0, -1).map((_, i) => [keyOf(found, i), ...made.map((line) => shown(line.points[i]?.value ?? null, line.unit))]),
        ),
      )
    },
  }
}

function matches({ keys }: AnalysisRow, query: Query, regions: Regions, analysis: Analysis): boolean {
  const { region } = query
  if (region && !region.some((one) => regions.within(keys['region'] ?? null, one))) return false
  return (['station', 'device', 'type', 'kind', 'state'] as const).every((name) => {
    const asked = query[name]
    // A dimension the analysis does not have filters nothing; devices are the source's own to pick.
    return !asked || !analysis.dimensions[name] || asked.includes(keys[name] ?? '')
  })
}

async function* each(rows: readonly (readonly Cell[])[]): AsyncGenerator<readonly Cell[]> {
  yield* rows
}
