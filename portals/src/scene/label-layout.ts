/** A label wants to stand centred above its anchor; all in screen pixels. */
export interface LabelBox {
  readonly id: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** Higher goes first: selected, alarmed, machines, then the rest. */
  readonly weight: number
  /** Distance to the camera, nearer goes first among equals. */
  readonly depth: number
}
export interface PlacedLabel {
  readonly id: string
  readonly x: number
  readonly y: number
}

/** Moves a label up in steps until it is free, or leaves it out. No two placed labels overlap. */
export function layOutLabels(boxes: readonly LabelBox[], width: number, height: number): PlacedLabel[] {
  const gap = 4
  const placed: { left: number; top: number; right: number; bottom: number }[] = []
  const result: PlacedLabel[] = []
  for (const box of boxes.toSorted((a, b) => b.weight - a.weight || a.depth - b.depth)) {
    if (box.x < 0 || box.x > width || box.y < -box.height || box.y > height + box.height) continue
    for (let step = 0; step < 7; step++) {
      const x = Math.min(Math.max(box.x, box.width / 2), width - box.width / 2)
      const y = Math.max(box.y - step * (box.height / 2 + gap), box.height)
      const left = x - box.width / 2
      const rect = { left, top: y - box.height, right: left + box.width, bottom: y }
      if (
        placed.some((p) => rect.left < p.right + gap && rect.right > p.left - gap && rect.top < p.bottom + gap && rect.bottom > p.top - gap)
      )
        continue
      placed.push(rect)
      result.push({ id: box.id, x, y })
      break
    }
  }
  return result
}
