import { appliesTo, findKind } from '@twin/models/kinds'
import type { StationConfig } from '@twin/models/stations'

export interface Preset {
  readonly name: string
  readonly series: readonly string[]
}
const KEY = 'twin.trend-presets'

/** Presets this person saved on this browser. */
export function savedPresets(): readonly Preset[] {
  try {
    const list = JSON.parse(localStorage.getItem(KEY) ?? '[]') as unknown
    return Array.isArray(list) ? (list as Preset[]) : []
  } catch {
    return []
  }
}

export function savePreset(preset: Preset): readonly Preset[] {
  const next = [...savedPresets().filter((other) => other.name !== preset.name), preset].slice(-20)
  localStorage.setItem(KEY, JSON.stringify(next))
  return next
}

export function forgetPreset(name: string): readonly Preset[] {
  const next = savedPresets().filter((other) => other.name !== name)
  localStorage.setItem(KEY, JSON.stringify(next))
  return next
}

const curves = (config: StationConfig, device: string): string[] => {
  const found = config.devices.find((candidate) => candidate.id === device)
  const kind = found ? findKind(found.kind) : undefined
  if (!found || !kind) return []
  return kind.headline.flatMap((name) => {
    const point = kind.points.find((candidate) => candidate.name === name)
    return point && (point.type === 'float' || point.type === 'int') && appliesTo(kind, point, found.variant) ? [`${found.id}:${name}`] : []
  })
}

/** What a station offers without anybody saving anything: its own main values, and one main value of every unit of its most frequent kind. */
export function stationPresets(config: StationConfig): { readonly overview: readonly string[]; readonly units: readonly string[] } {
  const counts = Map.groupBy(
    config.devices.filter((device) => device.id !== config.id && (findKind(device.kind)?.shape.parts.length ?? 0) > 0),
    (device) => device.kind,
  )
  const [, members = []] = [...counts].toSorted(([, a], [, b]) => b.length - a.length)[0] ?? []
  return {
    overview: curves(config, config.id).slice(0, 6),
    units: members.flatMap((device) => curves(config, device.id).slice(0, 1)).slice(0, 24),
  }
}
