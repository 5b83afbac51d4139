import { findKind } from '@twin/models/kinds'
import type { StationView } from '@twin/models/live'
import type { DeviceConfig, StationConfig } from '@twin/models/stations'
import { useMemo, type KeyboardEvent } from 'react'
import { useText } from '../../../i18n/index.ts'
import { headlineOf, readDevice, unitState, valueWithUnit, type DeviceReadings } from '../../../ui/mapper/index.ts'
import { planBounds, type Bounds } from './plan.ts'

interface StationDiagramProps {
  readonly config: StationConfig
  readonly view: StationView | undefined
  readonly now: number
  readonly selected: string | null
  readonly onSelect: (device: string | null) => void
}

const mediumColour = { air: 'var(--primary)', water: 'var(--running)', condensate: 'var(--muted)' } as const

/** The station from above as plain SVG: the same layout as the 3D scene, for browsers without WebGL and for those who prefer it. */
export function StationDiagram({ config, view, now, selected, onSelect }: StationDiagramProps) {
  const { t } = useText()
  const bounds = useMemo(() => planBounds(config), [config])
  const units = config.devices.filter((device) => (findKind(device.kind)?.shape.parts.length ?? 0) > 0)
  const running = (id: string): boolean => {
    const device = config.devices.find((candidate) => candidate.id === id)
    const read = device ? readDevice(device, view, now) : undefined
    return read ? unitState(read, view) === 'running' : false
  }
  return (
    <svg
      className="diagram"
      viewBox={`${bounds.x} ${bounds.z} ${bounds.width} ${bounds.depth}`}
      role="group"
      aria-label={t('station.diagram')}
      data-testid="station-diagram"
    >
      {config.outline ? <polygon className="diagram-outline" points={config.outline.map(([x, z]) => `${x},${z}`).join(' ')} /> : null}
      {config.pipes.map((pipe) => (
        <g key={pipe.id} style={{ color: mediumColour[pipe.medium] }} className={running(pipe.from) ? 'diagram-pipe flowing' : 'diagram-pipe'}>
          <polyline points={pipe.path.map(([x, , z]) => `${x},${z}`).join(' ')} />
        </g>
      ))}
      {units.map((device) => (
        <Unit
          key={device.id}
          device={device}
          read={readDevice(device, view, now)}
          view={view}
          bounds={bounds}
          selected={device.id === selected}
          onSelect={onSelect}
        />
      ))}
    </svg>
  )
}

interface UnitProps {
  readonly device: DeviceConfig
  readonly read: DeviceReadings | undefined
  readonly view: StationView | undefined
  readonly bounds: Bounds
  readonly selected: boolean
  readonly onSelect: (device: string | null) => void
}

function Unit({ device, read, view, bounds, selected, onSelect }: UnitProps) {
  const { t, lang, label } = useText()
  const kind = findKind(device.kind)
  if (!kind || !read) return null
  const [x, , z] = device.placement.position
  const [width, , depth] = kind.shape.size
  const state = unitState(read, view)
  const line = headlineOf(read).find((reading) => reading.value !== null && typeof reading.value === 'number')
  const font = bounds.width / 75
  const act = (): void => onSelect(selected ? null : device.id)
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' && event.key !== ' ') return
    event.preventDefault()
    act()
  }
  return (
    <g
      className={`diagram-unit ${selected ? 'selected' : ''}`}
      data-state={state}
      data-device={device.id}
      data-testid="diagram-unit"
      role="button"
      tabIndex={0}
      aria-pressed={selected}
      aria-label={`${device.name}, ${label(kind.label)}, ${t(`run.${state}`)}`}
      onClick={act}
      onKeyDown={onKeyDown}
    >
      <g transform={`translate(${x} ${z}) rotate(${-device.placement.rotation})`}>
        <rect x={-width / 2} y={-depth / 2} width={width} height={depth} rx={Math.min(width, depth) * 0.12} />
      </g>
      <text x={x} y={z - depth / 2 - font * 0.5} fontSize={font} textAnchor="middle" className="diagram-name">
        {device.name}
      </text>
      {line ? (
        <text x={x} y={z + font * 0.35} fontSize={font} textAnchor="middle" className={line.stale ? 'diagram-value stale' : 'diagram-value'}>
          {valueWithUnit(line.point, line.value, lang)}
        </text>
      ) : null}
    </g>
  )
}
