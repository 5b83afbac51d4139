/** A row of master data as it was from a time on; `row` null = gone. Only what an analysis needs is kept. */
export interface DatedRow {
  readonly source: 'asset' | 'device' | 'station' | 'warehouse'
  readonly id: string
  readonly at: number
  readonly row: Readonly<Record<string, unknown>> | null
}
/** One machine at the end of a period. */
export interface MachineAt {
  readonly id: string
  readonly record: 'asset' | 'device'
  readonly title: string
  readonly type: string
  readonly state: string
  readonly region: string | null
  readonly station: string | null
}

/** Kinds of live devices as the asset register names them. */
const typeOfKind: Readonly<Record<string, string>> = {
  tank: 'receiver',
  powerMeter: 'meter',
  flowMeter: 'meter',
  outlet: 'meter',
  coolingTower: 'cooling',
  waterPump: 'pump',
  camera: 'monitoring',
  gateway: 'monitoring',
}
const text = (row: Readonly<Record<string, unknown>> | null | undefined, name: string): string | null => {
  const value = row?.[name]
  return typeof value === 'string' ? value : null
}

/**
 * Machines as they stood at each of the ascending times. History only grows, so a past end never changes. A live device that an asset
 * stands for is one machine with it; whole stations are counted by their units; what was sold, scrapped or written off is there no longer.
 */
export function machinesAt(history: readonly DatedRow[], ends: readonly number[]): MachineAt[][] {
  const ordered = history.toSorted((a, b) => a.at - b.at)
  const now = new Map<string, DatedRow>()
  let next = 0
  return ends.map((end) => {
    for (let one = ordered[next]; one && one.at < end; one = ordered[++next]) now.set(`${one.source} ${one.id}`, one)
    return standing([...now.values()], (source, id) => (id === null ? null : (now.get(`${source} ${id}`)?.row ?? null)))
  })
}

const gone = new Set(['sold', 'scrapped', 'missing'])
function standing(
  rows: readonly DatedRow[],
  find: (source: DatedRow['source'], id: string | null) => Readonly<Record<string, unknown>> | null,
): MachineAt[] {
  const claimed = new Set(rows.flatMap(({ source, row }) => (source === 'asset' ? (text(row, 'device') ?? []) : [])))
  return rows.flatMap(({ source, id, row }): MachineAt[] => {
    if (!row) return []
    const station = text(row, 'station')
    const kind = text(row, 'kind') ?? ''
    const state = text(row, 'state') ?? ''
    if (source === 'asset') {
      if (kind === 'smartStation' || kind === 'centralStation' || gone.has(state)) return []
      const region = text(find('station', station), 'region') ?? text(find('warehouse', text(row, 'warehouse')), 'region')
      const title = [text(row, 'model'), text(row, 'serial')].filter(Boolean).join(' ')
      return [{ id, record: 'asset', title, type: text(row, 'unit_type') ?? kind, state, region, station }]
    }
    if (source !== 'device' || kind === 'station' || claimed.has(id)) return []
    const place = find('station', station)
    if (!place) return []
    const title = [text(row, 'code'), text(row, 'name')].filter(Boolean).join(' ')
    return [{ id, record: 'device', title, type: typeOfKind[kind] ?? kind, state, region: text(place, 'region'), station }]
  })
}
