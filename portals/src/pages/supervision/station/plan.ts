import { findKind } from '@twin/models/kinds'
import type { StationConfig } from '@twin/models/stations'

export interface Bounds {
  readonly x: number
  readonly z: number
  readonly width: number
  readonly depth: number
}
type Point = readonly [number, number]

/** What a plan of the station must show, metres, with a margin for labels. */
export function planBounds(config: StationConfig): Bounds {
  const points: Point[] = [...(config.outline ?? [])]
  for (const device of config.devices) {
    const size = findKind(device.kind)?.shape.size ?? [0, 0, 0]
    if (size[0] === 0) continue
    const [x, , z] = device.placement.position
    const reach = Math.max(size[0], size[2]) / 2
    points.push([x - reach, z - reach], [x + reach, z + reach])
  }
  for (const pipe of config.pipes) for (const [x, , z] of pipe.path) points.push([x, z])
  if (points.length === 0) points.push([0, 0], [10, 10])
  const xs = points.map(([x]) => x)
  const zs = points.map(([, z]) => z)
  const margin = 1.5
  const x = Math.min(...xs) - margin
  const z = Math.min(...zs) - margin
  return { x, z, width: Math.max(...xs) + margin - x, depth: Math.max(...zs) + margin - z }
}

/** Whether a point lies within a ring; on the edge counts as inside. */
export function insideRing([px, pz]: Point, ring: readonly Point[]): boolean {
  let inside = false
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [ax, az] = ring[i] ?? [0, 0]
    const [bx, bz] = ring[j] ?? [0, 0]
    const cross = (bx - ax) * (pz - az) - (bz - az) * (px - ax)
    const within = Math.min(ax, bx) <= px && px <= Math.max(ax, bx) && Math.min(az, bz) <= pz && pz <= Math.max(az, bz)
    if (Math.abs(cross) < 1e-9 && within) return true
    if (az > pz !== bz > pz && px < ((bx - ax) * (pz - az)) / (bz - az) + ax) inside = !inside
  }
  return inside
}

/** Metres that 12 px of text take when the plan is drawn into an element of this size. */
export function textSize({ width, depth }: Bounds, element: { readonly width: number; readonly height: number }): number {
  return 12 * Math.max(width / element.width, depth / element.height)
}

/** How a plan is drawn into an element of px. */
export interface Fit {
  /** px per metre. */
  readonly scale: number
  /** Drawn turned by a quarter, because it fits better that way. */
  readonly turned: boolean
  at(point: Point): Point
}

const PAD = { x: 30, top: 56, bottom: 24 }

/** Largest drawing of the plan that fits, turned by a quarter where that makes it larger. */
export function fitPlan(bounds: Bounds, element: { readonly width: number; readonly height: number }): Fit {
  const width = Math.max(element.width - 2 * PAD.x, 50)
  const height = Math.max(element.height - PAD.top - PAD.bottom, 50)
  const straight = Math.min(width / bounds.width, height / bounds.depth)
  const quarter = Math.min(width / bounds.depth, height / bounds.width)
  const turned = quarter > straight
  const scale = Math.max(straight, quarter)
  const left = PAD.x + (width - scale * (turned ? bounds.depth : bounds.width)) / 2
  const top = PAD.top + (height - scale * (turned ? bounds.width : bounds.depth)) / 2
  return {
    scale,
    turned,
    at: ([x, z]) =>
      turned
        ? [left + (z - bounds.z) * scale, top + (bounds.x + bounds.width - x) * scale]
        : [left + (x - bounds.x) * scale, top + (z - bounds.z) * scale],
  }
}
