import type { DeviceConfig } from '@twin/models/stations'
import { type Principal, inScope } from '../../security/index.ts'
import type { Handlers } from '../call.ts'
import type { HttpParts, Resolution } from '../parts.ts'
import { refuse } from '../pipeline.ts'
import { type Cell, type Row, tableFile } from '../table-file.ts'
import { checkSpan } from './alarm-statistics.ts'
import { readSeries, readable } from './series.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const maxSeries = 24
const everything = Number.MAX_SAFE_INTEGER

/** How much an export reads at once. */
const windows: Readonly<Record<Resolution, number>> = { raw: 6 * hourMs, '1m': 2 * dayMs, '1h': 60 * dayMs, '1d': 400 * dayMs }

interface Wanted {
  readonly device: DeviceConfig
  readonly point: string
  readonly name: string
}

export function historyHandlers({ runtime, store }: HttpParts): Pick<Handlers, 'history' | 'historyExport'> {
  function wanted(principal: Principal, names: readonly string[]): Wanted[] {
    if (names.length === 0 || names.length > maxSeries)
      refuse('invalid', { field: 'series', message: { zh: `请选择 1 至 ${maxSeries} 条曲线`, en: `Choose 1 to ${maxSeries} series` } })
    return names.map((name) => {
      const [id = '', point = ''] = name.split(':', 2)
      const station = runtime.stationOf(id)
      const device = station?.devices.find((one) => one.id === id)
      if (!station || !device || station.org !== principal.org || !inScope(principal, station.id))
        return refuse('not-found', { field: 'series' })
      return { device, point, name: `${device.name} ${point}` }
    })
  }

  return {
    history: async ({ principal, query }) => {
      const { series, ...range } = query
      if (range.to <= range.from) checkSpan(range.from, range.to)
      const all = wanted(principal, series)
      return { series: await Promise.all(all.map(({ device, point }) => readSeries(store, device, point, range))) }
    },
    historyExport: async ({ principal, query, note }) => {
      const { from, to } = query
      checkSpan(from, to)
      const all = wanted(principal, query.series)
      note({ target: 'history', after: { series: query.series, from, to, resolution: query.resolution } })
      const resolution = query.resolution === 'auto' ? chosen(to - from) : query.resolution
      const rolled = resolution !== 'raw'
      // Unknown points are refused before the download begins.
      const units = await Promise.all(
        all.map(({ device, point }) => readSeries(store, device, point, { from, to: from + 1, resolution, maxPoints: 10 })),
      )
      const header = ['时间 Time', ...all.flatMap(({ name }, i) => columns(units[i]?.unit ? `${name} (${units[i].unit})` : name, rolled))]
      async function* rows(): AsyncGenerator<Row> {
        const width = rolled ? 3 : 1
        for (let start = from; start < to; start += windows[resolution]) {
          const end = Math.min(to, start + windows[resolution])
          const lines = new Map<number, Cell[]>()
          for (const [place, { device, point }] of all.entries()) {
            const data = await readSeries(store, device, point, { from: start, to: end, resolution, maxPoints: everything })
            for (const [i, at] of data.t.entries()) {
              const line = lines.get(at) ?? Array.from<Cell>({ length: all.length * width }).fill(null)
              lines.set(at, line)
              line[place * width] = rolled ? (data.v[i] ?? null) : readable(device, point, data.v[i] ?? null)
              if (!rolled) continue
              line[place * width + 1] = data.min?.[i] ?? null
              line[place * width + 2] = data.max?.[i] ?? null
            }
          }
          for (const [at, line] of [...lines].toSorted(([a], [b]) => a - b)) yield [new Date(at), ...line]
        }
      }
      return tableFile('history', query.format, header, rows())
    },
  }
}

function columns(name: string, rolled: boolean): string[] {
  return rolled ? [name, `${name} 最小 min`, `${name} 最大 max`] : [name]
}
function chosen(span: number): Resolution {
  if (span <= dayMs) return 'raw'
  if (span <= 14 * dayMs) return '1m'
  return span <= 180 * dayMs ? '1h' : '1d'
}
