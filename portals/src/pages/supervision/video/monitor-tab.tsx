import { Empty } from 'antd'
import { useState } from 'react'
import { useText } from '../../../i18n/index.ts'
import { useStationView } from '../../../live/index.ts'
import { Await } from '../../../ui/widgets/index.ts'
import { StationDiagram } from '../station/station-diagram.tsx'
import type { StationTabProps } from '../station/station-page.tsx'
import { useCameras } from './camera-api.ts'
import { CameraPlayer } from './camera-player.tsx'
import './video.css'

/** The monitoring picture: the process mimic with live values, and beside it what the station's cameras see. */
export function MonitorTab({ config, feed }: StationTabProps) {
  const { t } = useText()
  const { view, now } = useStationView(feed, 250)
  const [selected, setSelected] = useState<string | null>(null)
  const cameras = useCameras(config.id)
  return (
    <div className="monitor" data-testid="monitor">
      <div className="monitor-mimic">
        <StationDiagram config={config} view={view} now={now} selected={selected} onSelect={setSelected} />
      </div>
      <div className="monitor-cameras">
        {feed.mode === 'history' ? (
          <Empty description={t('video.liveOnly')} />
        ) : (
          <Await query={cameras}>
            {cameras.data?.length === 0 ? (
              <Empty description={t('video.noneHere')} />
            ) : (
              cameras.data?.map((camera) => <CameraPlayer key={camera.id} camera={camera} />)
            )}
          </Await>
        )}
      </div>
    </div>
  )
}
