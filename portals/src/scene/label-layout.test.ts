import fc from 'fast-check'
import { expect, it } from 'vitest'
import { layOutLabels } from './label-layout.ts'

it('never lets two labels overlap, and places the heaviest first', () => {
  const box = fc.record({
    x: fc.integer({ min: -50, max: 850 }),
    y: fc.integer({ min: -50, max: 650 }),
    width: fc.integer({ min: 20, max: 200 }),
    height: fc.integer({ min: 12, max: 70 }),
    weight: fc.integer({ min: 0, max: 3 }),
    depth: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.array(box, { maxLength: 40 }), (given) => {
      const boxes = given.map((b, i) => ({ ...b, id: String(i) }))
      const placed = layOutLabels(boxes, 800, 600)
      for (const [i, a] of placed.entries())
        for (const b of placed.slice(i + 1)) {
          const [p, q] = [boxes[Number(a.id)], boxes[Number(b.id)]]
          if (!p || !q) throw new Error('placed a label that was not given')
          const apartX = Math.abs(a.x - b.x) >= (p.width + q.width) / 2
          const apartY = a.y <= b.y - q.height || b.y <= a.y - p.height
          expect(apartX || apartY).toBe(true)
        }
    }),
  )
  const one = { x: 400, y: 300, width: 100, height: 40, depth: 0.5 }
  const [first] = layOutLabels(
    [
      { ...one, id: 'plain', weight: 0 },
      { ...one, id: 'alarmed', weight: 100 },
    ],
    800,
    600,
  )
  expect(first).toEqual({ id: 'alarmed', x: 400, y: 300 })
})
