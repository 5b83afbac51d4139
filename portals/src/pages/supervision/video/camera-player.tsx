import { Spin } from 'antd'
import { useRef } from 'react'
import { ApiFailure } from '../../../api/index.ts'
import { useText } from '../../../i18n/index.ts'
import type { CameraRow } from './camera-api.ts'
import { useLivePicture } from './use-live-picture.ts'
import './video.css'

/** The live picture of one camera; its session ends with it. */
export function CameraPlayer({ camera }: { readonly camera: CameraRow }) {
  const { t, label } = useText()
  const element = useRef<HTMLVideoElement>(null)
  const picture = useLivePicture(camera.id, element)
  return (
    <figure className="camera-player" data-testid={`player-${camera.id}`} data-state={picture.state}>
      <video ref={element} muted playsInline controls={picture.state !== 'opening'} aria-label={camera.name} />
      {picture.state === 'opening' ? (
        <div className="camera-cover">
          <Spin />
          <span>{t('video.opening')}</span>
        </div>
      ) : null}
      {picture.state === 'failed' ? (
        <div className="camera-cover" role="status" data-testid="camera-failed">
          <strong>{t('video.noPicture')}</strong>
          <span>{picture.error instanceof ApiFailure ? label(picture.error.text) : t('video.lost')}</span>
        </div>
      ) : null}
      <figcaption>{camera.name}</figcaption>
    </figure>
  )
}
