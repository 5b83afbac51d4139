type Point = readonly [number, number]

/** Whether a plan point lies in the ring; on the edge counts as inside. The ring closes itself. */
export function insideOutline(point: Point, ring: readonly Point[]): boolean {
  const [x, z] = point
  let inside = false
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [ax, az] = ring[i] as Point
    const [bx, bz] = ring[j] as Point
    if (onSegment(x, z, ax, az, bx, bz)) return true
    if (az > z !== bz > z && x < ((bx - ax) * (z - az)) / (bz - az) + ax) inside = !inside
  }
  return inside
}

function onSegment(x: number, z: number, ax: number, az: number, bx: number, bz: number): boolean {
  const cross = (bx - ax) * (z - az) - (bz - az) * (x - ax)
  const length = Math.hypot(bx - ax, bz - az)
  // A millimetre is no reason to refuse.
  if (Math.abs(cross) > 0.001 * Math.max(length, 0.001)) return false
  const along = (x - ax) * (bx - ax) + (z - az) * (bz - az)
  return along >= -0.001 * length && along <= length * length + 0.001 * length
}
