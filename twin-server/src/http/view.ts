import type { Runtime } from '@twin/actors/runtime'
import { findKind, fromSlab } from '@twin/models/kinds'
import type { StationView } from '@twin/models/live'
import type { DeviceConfig } from '@twin/models/stations'
import { NEVER, qualities } from '@twin/models/twin'
import { refuse } from './pipeline.ts'

const patienceMs = 5000

/** Committed state of a station. Throws `unavailable` when commits do not get through. */
export async function committedView(runtime: Runtime, station: string): Promise<StationView> {
  let timer: NodeJS.Timeout | undefined
  const view = await new Promise<StationView | undefined | 'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), patienceMs)
    runtime.snapshot(station, resolve)
  })
  clearTimeout(timer)
  if (view === 'late') return refuse('unavailable')
  return view ?? refuse('not-found')
}

/** One line per point of a device: value as people read it, unit, time, and quality as it counts at the time of the view. */
export function devicePoints(device: DeviceConfig, view: StationView) {
  const kind = findKind(device.kind)
  const slab = view.slabs[view.order.indexOf(device.id)]
  const state = view.devices[device.id]
  const online = state?.link.state === 'online'
  const since = state && state.link.state !== 'never' ? state.link.since : null
  return (kind?.points ?? []).map((point, index) => {
    const about = { point: point.name, zh: point.label.zh, en: point.label.en, unit: point.unit }
    if (point.type === 'string') {
      const value = state?.texts[point.name] ?? null
      const quality = value === null ? 'never' : online ? 'good' : 'stale'
      return { ...about, value, at: value === null ? null : since, quality }
    }
    const at = slab?.ts[index]
    const stored = slab?.q[index] ?? NEVER
    if (stored === NEVER || at === undefined || Number.isNaN(at)) return { ...about, value: null, at: null, quality: 'never' }
    return { ...about, value: fromSlab(point, slab?.val[index] ?? Number.NaN), at, quality: qualities[stored] ?? 'bad' }
  })
}
