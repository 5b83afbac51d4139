import { AimOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useText } from '../../../i18n/index.ts'
import type { MapSettings } from './map-settings.ts'

interface MapFooterProps {
  readonly settings: MapSettings
  readonly inset: readonly (readonly (readonly [number, number])[])[] | undefined
  readonly onFit: () => void
}

/** What a published map must carry: its approval number (or that it is a demonstration) and the South China Sea inset. */
export function MapFooter({ settings, inset, onFit }: MapFooterProps) {
  const { t } = useText()
  return (
    <>
      {inset ? (
        <figure className="map-inset" data-testid="map-inset">
          <svg viewBox="-1 -1 66 96" role="img" aria-label={t('overview.nanhai')}>
            {inset.map((ring, i) => (
              // oxlint-disable-next-line react/no-array-index-key -- a fixed drawing
              <polygon key={i} points={ring.map(([x, y]) => `${x},${y}`).join(' ')} />
            ))}
          </svg>
          <figcaption>{t('overview.nanhai')}</figcaption>
        </figure>
      ) : null}
      <div className="map-footer" data-testid="map-footer">
        {settings.approval ? t('overview.approval', { n: settings.approval }) : `${t('overview.demoMap')} · ${t('overview.noApproval')}`} ·{' '}
        {settings.crs}
      </div>
      <Button
        className="map-fit"
        size="small"
        icon={<AimOutlined />}
        onClick={onFit}
        aria-label={t('overview.fit')}
        title={t('overview.fit')}
      />
    </>
  )
}
