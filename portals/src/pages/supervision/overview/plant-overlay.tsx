import type { StationSummary } from '@twin/models/live'
import type { Map as LibreMap } from 'maplibre-gl'
import { useEffect, useState } from 'react'
import { useText } from '../../../i18n/index.ts'
import { formatWithUnit } from '../../../ui/format.ts'
import { totalsOf } from './fleet-filter.ts'

/** px of a plant's ring by its rated flow, m3/min: area grows with it. */
export function ringRadius(ratedFlow: number): number {
  return Math.min(40, 9 + 1.6 * Math.sqrt(Math.max(0, ratedFlow)))
}

const SPOKE = 34

/** Ends of the lines from a plant to its outlets, fanned out below it: a schematic, because a works is smaller than a pixel of the country. */
export function spokes(count: number, radius: number): readonly (readonly [number, number])[] {
  return Array.from({ length: count }, (_, i) => {
    const angle = count === 1 ? 90 : 30 + (120 * i) / (count - 1)
    const reach = radius + SPOKE + (i % 2) * 20
    return [reach * Math.cos((angle * Math.PI) / 180), reach * Math.sin((angle * Math.PI) / 180)]
  })
}

interface PlantOverlayProps {
  readonly map: LibreMap
  readonly plants: readonly StationSummary[]
  readonly place: (station: StationSummary) => { readonly lat: number; readonly lng: number } | null
}

/** Central stations: a ring as large as their rated flow, and a line to every customer. */
export function PlantOverlay({ map, plants, place }: PlantOverlayProps) {
  const { t, name } = useText()
  const [, setMoved] = useState(0)
  useEffect(() => {
    const moved = (): void => setMoved((n) => n + 1)
    map.on('move', moved)
    map.on('resize', moved)
    return () => {
      map.off('move', moved)
      map.off('resize', moved)
    }
  }, [map])
  const totals = totalsOf(plants)
  return (
    <>
      <svg className="plant-overlay" aria-label={t('overview.plants')} data-testid="plant-overlay">
        {plants.map((plant) => {
          const at = place(plant)
          if (!at) return null
          const { x, y } = map.project([at.lng, at.lat])
          const radius = ringRadius(plant.ratedFlow)
          const ends = spokes(plant.outlets.length, radius)
          return (
            <g key={plant.id} data-plant={plant.id} data-rated={plant.ratedFlow} aria-label={name(plant)}>
              {plant.outlets.map((outlet, i) => {
                const [dx, dy] = ends[i] ?? [0, 0]
                return (
                  <g key={outlet.id} data-outlet={outlet.id}>
                    <line x1={x} y1={y} x2={x + dx} y2={y + dy} />
                    <circle className="plant-outlet" cx={x + dx} cy={y + dy} r={3.5} />
                    <text x={x + dx} y={y + dy + 14} textAnchor="middle">
                      {outlet.name}
                    </text>
                  </g>
                )
              })}
              <circle className="plant-ring" cx={x} cy={y} r={radius} />
            </g>
          )
        })}
      </svg>
      <div className="plant-legend panel" data-testid="plant-legend">
        <strong>{t('overview.plants')}</strong>
        <span>{t('overview.plantsHint')}</span>
        <span className="num">
          {t('overview.flow')} <b data-testid="plants-flow">{formatWithUnit(totals.flow, 'm3/min', 1)}</b>
        </span>
      </div>
    </>
  )
}
