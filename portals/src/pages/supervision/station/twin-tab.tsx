import { Alert, Segmented } from 'antd'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { useText } from '../../../i18n/index.ts'
import { useStationView } from '../../../live/index.ts'
import { usePreferences } from '../../../ui/preferences.ts'
import { Boundary, Loading } from '../../../ui/widgets/index.ts'
import { DevicePanel } from './device-panel.tsx'
import { StationDiagram } from './station-diagram.tsx'
import type { StationTabProps } from './station-page.tsx'

const SceneHost = lazy(() => import('./scene-host.tsx').then((module) => ({ default: module.SceneHost })))

interface TwinTabProps extends StationTabProps {
  readonly selected: string | null
  readonly onSelect: (device: string | null) => void
}

let webgl: boolean | undefined
function hasWebgl(): boolean {
  webgl ??= (() => {
    const canvas = document.createElement('canvas')
    const context = canvas.getContext('webgl2')
    context?.getExtension('WEBGL_lose_context')?.loseContext()
    return context !== null
  })()
  return webgl
}

/** The station in 3D or as a plan, and beside it the selected device. */
export function TwinTab({ config, feed, selected, onSelect }: TwinTabProps) {
  const { t } = useText()
  const { view3d, set } = usePreferences()
  const [failed, setFailed] = useState(false)
  const { view, now } = useStationView(feed, 250)
  const can = hasWebgl() && !failed
  const use3d = view3d && can
  const devices = useMemo(() => new Map(config.devices.map((device) => [device.id, device])), [config])
  const device = devices.get(selected ?? '') ?? devices.get(config.id) ?? config.devices[0]
  useEffect(() => {
    if (selected && !devices.has(selected)) onSelect(null)
  }, [selected, devices, onSelect])

  const diagram = <StationDiagram config={config} view={view} now={now} selected={selected} onSelect={onSelect} />
  return (
    <div className="twin">
      <div className="twin-main">
        <div className="twin-tools">
          <Segmented<'3d' | '2d'>
            value={use3d ? '3d' : '2d'}
            options={[
              { value: '3d', label: t('station.view3d'), disabled: !can },
              { value: '2d', label: t('station.view2d') },
            ]}
            onChange={(value) => set({ view3d: value === '3d' })}
            data-testid="view-switch"
          />
        </div>
        {can ? null : <Alert banner type="info" title={t(failed ? 'station.sceneFailed' : 'station.noWebgl')} />}
        {use3d ? (
          <Boundary instead={diagram} onError={() => setFailed(true)}>
            <Suspense fallback={<Loading />}>
              <SceneHost
                config={config}
                view={view}
                now={now}
                selected={selected}
                onSelect={onSelect}
                onUnavailable={() => setFailed(true)}
              />
            </Suspense>
          </Boundary>
        ) : (
          diagram
        )}
      </div>
      {device ? <DevicePanel config={config} device={device} feed={feed} onSelect={onSelect} /> : null}
    </div>
  )
}
