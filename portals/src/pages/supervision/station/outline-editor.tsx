import { operations } from '@twin/models/api'
import { findKind } from '@twin/models/kinds'
import type { DeviceConfig, StationConfig } from '@twin/models/stations'
import { App, Button, Table, Tag, type TableColumnsType } from 'antd'
import { useMemo, useRef, useState, type PointerEvent } from 'react'
import { useAction } from '../../../api/index.ts'
import { useText } from '../../../i18n/index.ts'
import { formatNumber } from '../../../ui/format.ts'
import { useSize } from '../../../ui/widgets/index.ts'
import { insideRing, planBounds, textSize } from './plan.ts'

type Corner = readonly [number, number]
type Drag = { readonly kind: 'corner'; readonly index: number } | { readonly kind: 'unit'; readonly device: DeviceConfig }
const half = (value: number): number => Math.round(value * 10) / 10

/** The plant from above: corners of its outline and the place of every unit, dragged or typed by keyboard, in plan metres. */
export function OutlineEditor({ config, editable }: { readonly config: StationConfig; readonly editable: boolean }) {
  const { t, name } = useText()
  const { message } = App.useApp()
  const svg = useRef<SVGSVGElement>(null)
  const [corners, setCorners] = useState<readonly Corner[]>(config.outline ?? [])
  const [drawing, setDrawing] = useState(false)
  const [drag, setDrag] = useState<Drag | null>(null)
  const [moved, setMoved] = useState<Readonly<Record<string, Corner>>>({})
  const bounds = useMemo(() => {
    const b = planBounds(config)
    return { x: b.x - 4, z: b.z - 4, width: b.width + 8, depth: b.depth + 8 }
  }, [config])
  const font = textSize(bounds, useSize(svg))
  const saveOutline = useAction(operations.setOutline, { done: t('common.saved'), refresh: [operations.station] })
  const placeUnit = useAction(operations.placeUnit, { done: t('position.unitMoved'), refresh: [operations.station] })
  const units = config.devices.filter((device) => (findKind(device.kind)?.shape.parts.length ?? 0) > 0)
  const placeOf = (device: DeviceConfig): Corner => moved[device.id] ?? [device.placement.position[0], device.placement.position[2]]

  const at = (event: PointerEvent): Corner => {
    const matrix = svg.current?.getScreenCTM()
    if (!matrix) return [0, 0]
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse())
    return [half(x), half(y)]
  }
  const onPointerDown = (event: PointerEvent): void => {
    if (!editable || !drawing || drag) return
    const corner = at(event)
    setCorners((held) => [...held, corner])
  }
  const onPointerMove = (event: PointerEvent): void => {
    if (!drag) return
    const point = at(event)
    if (drag.kind === 'corner') setCorners((held) => held.map((corner, i) => (i === drag.index ? point : corner)))
    else setMoved((held) => ({ ...held, [drag.device.id]: point }))
  }
  const onPointerUp = (): void => {
    if (drag?.kind === 'unit') move(drag.device, placeOf(drag.device))
    setDrag(null)
  }
  const forget = (device: string): void => setMoved((held) => Object.fromEntries(Object.entries(held).filter(([id]) => id !== device)))
  const move = (device: DeviceConfig, [x, z]: Corner): void => {
    if (corners.length >= 3 && !insideRing([x, z], corners)) {
      void message.error(t('position.unitOutside'))
      forget(device.id)
      return
    }
    const [, y] = device.placement.position
    placeUnit.mutate(
      { params: { device: device.id }, body: { position: [x, y, z], rotation: device.placement.rotation } },
      { onError: () => forget(device.id) },
    )
  }
  const save = (outline: readonly Corner[] | null): void =>
    saveOutline.mutate({
      params: { station: config.id },
      body: { outline: outline ? outline.map(([x, z]): [number, number] => [x, z]) : null },
    })

  return (
    <section className="panel" data-testid="outline-editor">
      <h2>{t('position.outline')}</h2>
      {editable ? (
        <div className="tool-row">
          <Button type={drawing ? 'primary' : 'default'} aria-pressed={drawing} onClick={() => setDrawing(!drawing)}>
            {t('position.outlineDraw')}
          </Button>
          <Button disabled={corners.length === 0} onClick={() => setCorners(corners.slice(0, -1))}>
            {t('position.outlineUndo')}
          </Button>
          <Button type="primary" disabled={corners.length < 3} loading={saveOutline.isPending} onClick={() => save(corners)}>
            {t('position.outlineSave')}
          </Button>
          <Button
            disabled={corners.length === 0}
            onClick={() => {
              setCorners([])
              save(null)
            }}
          >
            {t('position.outlineClear')}
          </Button>
          <span className="muted">{t('position.outlineHint')}</span>
        </div>
      ) : null}
      <svg
        ref={svg}
        className={drawing ? 'outline-plan drawing' : 'outline-plan'}
        viewBox={`${bounds.x} ${bounds.z} ${bounds.width} ${bounds.depth}`}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerLeave={onPointerUp}
        role="img"
        aria-label={t('position.outline')}
      >
        <polygon className="diagram-outline" points={corners.map((corner) => corner.join(',')).join(' ')} />
        {units.map((device) => {
          const [x, z] = placeOf(device)
          const size = findKind(device.kind)?.shape.size ?? [1, 1, 1]
          const outside = corners.length >= 3 && !insideRing([x, z], corners)
          return (
            <g
              key={device.id}
              className={outside ? 'diagram-unit outside' : 'diagram-unit'}
              data-state={outside ? 'alarm' : 'standby'}
              onPointerDown={(event) => {
                if (!editable || drawing) return
                event.stopPropagation()
                setDrag({ kind: 'unit', device })
              }}
            >
              <rect
                x={x - size[0] / 2}
                y={z - size[2] / 2}
                width={size[0]}
                height={size[2]}
                transform={`rotate(${-device.placement.rotation} ${x} ${z})`}
              />
              <text x={x} y={z - size[2] / 2 - 0.2} fontSize={font} textAnchor="middle" className="diagram-name">
                {name(device)}
              </text>
            </g>
          )
        })}
        {corners.map(([x, z], i) => (
          <circle
            // oxlint-disable-next-line react/no-array-index-key -- corners have no other identity
            key={i}
            className="outline-corner"
            cx={x}
            cy={z}
            r={font * 0.55}
            onPointerDown={(event) => {
              if (!editable) return
              event.stopPropagation()
              setDrag({ kind: 'corner', index: i })
            }}
          />
        ))}
      </svg>
      <UnitTable units={units} corners={corners} placeOf={placeOf} />
    </section>
  )
}

interface UnitTableProps {
  readonly units: readonly DeviceConfig[]
  readonly corners: readonly Corner[]
  readonly placeOf: (device: DeviceConfig) => Corner
}

function UnitTable({ units, corners, placeOf }: UnitTableProps) {
  const { t, name } = useText()
  const columns: TableColumnsType<DeviceConfig> = [
    { title: t('common.device'), key: 'name', render: (_, device) => `${name(device)} (${device.code})` },
    {
      title: `${t('position.coordinates')} x / z (m)`,
      key: 'place',
      render: (_, device) =>
        placeOf(device)
          .map((value) => formatNumber(value, 1))
          .join(' / '),
    },
    { title: `${t('position.rotation')} (°)`, key: 'rotation', render: (_, device) => formatNumber(device.placement.rotation, 0) },
    {
      title: '',
      key: 'outside',
      render: (_, device) =>
        corners.length >= 3 && !insideRing(placeOf(device), corners) ? <Tag color="red">{t('position.unitOutside')}</Tag> : null,
    },
  ]
  return (
    <Table<DeviceConfig>
      size="small"
      rowKey="id"
      columns={columns}
      dataSource={[...units]}
      pagination={{ pageSize: 12, hideOnSinglePage: true }}
      scroll={{ x: 'max-content' }}
    />
  )
}
