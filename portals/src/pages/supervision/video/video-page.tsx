import { Alert, Badge, Button, Empty } from 'antd'
import { Link, useSearchParams } from 'react-router'
import { permits, useMe } from '../../../console/session.ts'
import { useText } from '../../../i18n/index.ts'
import { Await, Page } from '../../../ui/widgets/index.ts'
import { useFleet } from '../overview/use-fleet.ts'
import { StationSelect } from '../station-select.tsx'
import { type CameraRow, useCameras, useVideoEngine } from './camera-api.ts'
import { CameraPlayer } from './camera-player.tsx'
import { Recordings } from './recordings.tsx'
import './video.css'

const tones = { online: 'success', offline: 'error', unknown: 'default' } as const

/** Cameras of all stations in scope: their state, the live picture of the chosen one, and its recordings. */
export function VideoPage() {
  const { t } = useText()
  const { permissions } = useMe()
  const [search, setSearch] = useSearchParams()
  const station = search.get('station') ?? undefined
  const cameras = useCameras(station)
  const engine = useVideoEngine()
  const chosen = cameras.data?.find(({ id }) => id === search.get('camera'))
  const set = (name: string, value: string | null): void => {
    const next = new URLSearchParams(search)
    if (value === null) next.delete(name)
    else next.set(name, value)
    setSearch(next, { replace: true })
  }
  return (
    <Page
      title={t('video.title')}
      testId="video-page"
      extra={
        <>
          <StationSelect value={station} onChange={(id) => set('station', id)} />
          {station ? <Button onClick={() => set('station', null)}>{t('video.allStations')}</Button> : null}
          {permits(permissions, 'videoCamera:approve') ? (
            <Link to="/records/videoCamera">
              <Button data-testid="manage-cameras">{t('video.manage')}</Button>
            </Link>
          ) : null}
        </>
      }
    >
      {engine.data?.engine === null ? <Alert type="warning" showIcon title={t('video.noEngine')} /> : null}
      <Await query={cameras}>
        {cameras.data?.length === 0 ? (
          <Empty description={t('video.none')}>
            {permits(permissions, 'videoCamera:approve') ? <Link to="/records/videoCamera">{t('video.manage')}</Link> : null}
          </Empty>
        ) : (
          <div className="camera-layout">
            <ul className="camera-list" aria-label={t('video.title')}>
              {cameras.data?.map((camera) => (
                <CameraItem key={camera.id} camera={camera} chosen={camera === chosen} onChoose={() => set('camera', camera.id)} />
              ))}
            </ul>
            <div className="camera-main">
              {chosen ? (
                <>
                  <CameraPlayer key={chosen.id} camera={chosen} />
                  <Recordings key={`r${chosen.id}`} camera={chosen} />
                </>
              ) : (
                <Empty description={t('video.choose')} />
              )}
            </div>
          </div>
        )}
      </Await>
    </Page>
  )
}

function CameraItem({ camera, chosen, onChoose }: { readonly camera: CameraRow; readonly chosen: boolean; readonly onChoose: () => void }) {
  const { t, name } = useText()
  const { stations } = useFleet()
  const station = stations?.find(({ id }) => id === camera.station)
  return (
    <li>
      <button
        type="button"
        aria-pressed={chosen}
        onClick={onChoose}
        data-testid={`camera-${camera.id}`}
        data-status={camera.status}
        className={chosen ? 'camera-item chosen' : 'camera-item'}
      >
        <span>{camera.name}</span>
        <span className="muted">{station ? name(station) : camera.station}</span>
        <Badge status={tones[camera.status]} text={t(`video.status.${camera.status}`)} />
      </button>
    </li>
  )
}
