import { findKind } from '@twin/models/kinds'
import type { StationView } from '@twin/models/live'
import type { StationConfig } from '@twin/models/stations'
import { useMemo, useRef, type KeyboardEvent } from 'react'
import { useText } from '../../../i18n/index.ts'
import { layOutLabels } from '../../../scene/label-layout.ts'
import { headlineOf, readDevice, unitState, valueWithUnit, type DeviceReadings } from '../../../ui/mapper/index.ts'
import { useSize } from '../../../ui/widgets/index.ts'
import { fitPlan, planBounds, type Fit } from './plan.ts'

interface StationDiagramProps {
  readonly config: StationConfig
  readonly view: StationView | undefined
  readonly now: number
  readonly selected: string | null
  readonly onSelect: (device: string | null) => void
}

const mediumColour = { air: 'var(--primary)', water: 'var(--running)', condensate: 'var(--muted)' } as const
const LINE = 14

/** The station from above as plain SVG: the same layout as the 3D scene, for browsers without WebGL and for those who prefer it. */
export function StationDiagram({ config, view, now, selected, onSelect }: StationDiagramProps) {
  const { t, lang } = useText()
  const box = useRef<SVGSVGElement>(null)
  const size = useSize(box)
  const fit = useMemo(() => fitPlan(planBounds(config), size), [config, size])
  const reads = config.devices.flatMap((device) => {
    const shaped = (findKind(device.kind)?.shape.parts.length ?? 0) > 0
    return shaped ? (readDevice(device, view, now) ?? []) : []
  })
  const running = new Set(reads.filter((read) => unitState(read, view) === 'running').map((read) => read.device.id))
  const labels = reads.map((read) => labelOf(read, fit, lang, read.device.id === selected))
  const placed = layOutLabels(labels, size.width, size.height)
  return (
    <svg
      ref={box}
      className="diagram"
      viewBox={`0 0 ${size.width} ${size.height}`}
      role="group"
      aria-label={t('station.diagram')}
      data-testid="station-diagram"
    >
      {config.outline ? (
        <polygon className="diagram-outline" points={config.outline.map((corner) => fit.at(corner).join(',')).join(' ')} />
      ) : null}
      {config.pipes.map((pipe) => (
        <g
          key={pipe.id}
          style={{ color: mediumColour[pipe.medium] }}
          className={running.has(pipe.from) ? 'diagram-pipe flowing' : 'diagram-pipe'}
        >
          <polyline points={pipe.path.map(([x, , z]) => fit.at([x, z]).join(',')).join(' ')} />
        </g>
      ))}
      {reads.map((read) => (
        <Unit key={read.device.id} read={read} view={view} fit={fit} selected={read.device.id === selected} onSelect={onSelect} />
      ))}
      {placed.map((spot) => {
        const label = labels.find((one) => one.id === spot.id)
        return (
          <text key={spot.id} className="diagram-label" x={spot.x} textAnchor="middle" fontSize={12} aria-hidden="true">
            <tspan className="diagram-name" x={spot.x} y={spot.y - (label?.value ? LINE : 0) - 4}>
              {label?.code}
            </tspan>
            {label?.value ? (
              <tspan className={label.stale ? 'diagram-value stale' : 'diagram-value'} x={spot.x} y={spot.y - 4}>
                {label.value}
              </tspan>
            ) : null}
          </text>
        )
      })}
    </svg>
  )
}

/** Code and first number of a unit, wanting to stand above it. */
function labelOf(read: DeviceReadings, fit: Fit, lang: 'zh' | 'en', chosen: boolean) {
  const { device } = read
  const line = headlineOf(read).find((reading) => typeof reading.value === 'number')
  const value = line ? valueWithUnit(line.point, line.value, lang) : ''
  const [x, y] = fit.at([device.placement.position[0], device.placement.position[2]])
  const [, height] = footprint(read, fit)
  return {
    id: device.id,
    code: device.code,
    value,
    stale: line?.stale ?? true,
    x,
    y: y - height / 2,
    width: Math.max(device.code.length, value.length) * 7 + 6,
    height: value ? LINE * 2 : LINE,
    weight: (chosen ? 100 : 0) + (value ? 1 : 0),
    depth: 0,
  }
}

/** Width and height on screen, px; a plan turned by a quarter turns its units too. */
function footprint({ kind, device }: DeviceReadings, fit: Fit): readonly [number, number] {
  const [width, , depth] = kind.shape.size
  const quarter = Math.round(device.placement.rotation / 90) % 2 !== 0
  const turned = quarter !== fit.turned
  return turned ? [depth * fit.scale, width * fit.scale] : [width * fit.scale, depth * fit.scale]
}

interface UnitProps {
  readonly read: DeviceReadings
  readonly view: StationView | undefined
  readonly fit: Fit
  readonly selected: boolean
  readonly onSelect: (device: string | null) => void
}

function Unit({ read, view, fit, selected, onSelect }: UnitProps) {
  const { t, label, name } = useText()
  const { device, kind } = read
  const [x, y] = fit.at([device.placement.position[0], device.placement.position[2]])
  const [width, height] = footprint(read, fit).map((side) => Math.max(side, 10)) as [number, number]
  const state = unitState(read, view)
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
      aria-label={`${name(device)}, ${label(kind.label)}, ${t(`run.${state}`)}`}
      onClick={act}
      onKeyDown={onKeyDown}
    >
      <title>{name(device)}</title>
      <rect x={x - width / 2} y={y - height / 2} width={width} height={height} rx={Math.min(width, height) * 0.15} />
    </g>
  )
}
