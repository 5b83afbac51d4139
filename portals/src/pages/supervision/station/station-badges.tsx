import type { StationView } from '@twin/models/live'
import type { StationConfig } from '@twin/models/stations'
import { Tag, Tooltip } from 'antd'
import { useText, wordLabel } from '../../../i18n/index.ts'
import { alarmLabels } from '../../../ui/catalogue.ts'
import { formatNumber } from '../../../ui/format.ts'
import { HelpTip } from '../../../ui/widgets/index.ts'

interface StationBadgesProps {
  readonly config: StationConfig
  readonly view: StationView | undefined
  readonly now: number
}

/** What everybody at this station must know before doing anything. */
export function StationBadges({ config, view }: StationBadgesProps) {
  const { t, label, name, lang } = useText()
  const state = view?.station
  const names = new Map(config.devices.map((device) => [device.id, name(device)]))
  const presence = state?.presence ?? 'unknown'
  const colours = { vacant: 'green', occupied: 'red', unknown: 'orange' } as const
  // Documents that hold a device: its repair, a lock-out tag, its scrapping.
  const held = config.devices.flatMap(({ id, code }) =>
    [...new Set((view?.devices[id]?.held ?? []).map(({ kind }) => kind))].map((kind) => `${code} ${t(`maint.held.${kind}`)}`),
  )
  const replay = Object.values(view?.devices ?? {}).find((device) => device.replay)?.replay
  return (
    <div className="tool-row" data-testid="station-badges">
      <Tooltip title={t('station.presenceHint')}>
        <Tag color={colours[presence]} data-testid="presence-badge" data-presence={presence}>
          {t(`station.presence.${presence}`)}
        </Tag>
      </Tooltip>
      {config.policy.videoRequired ? null : (
        <Tooltip title={t('station.videoNotRequiredHint')}>
          <Tag color="gold" data-testid="video-badge">
            {t('station.videoNotRequired')}
          </Tag>
        </Tooltip>
      )}
      {state?.video.open ? (
        <Tag color="blue">
          {t('station.videoOpen', { reason: label(alarmLabels.get(state.video.reason ?? '') ?? wordLabel(state.video.reason ?? '')) })}
        </Tag>
      ) : null}
      {held.length > 0 ? (
        <Tag color="orange" data-testid="degraded-badge">
          {t('maint.degraded', { units: held.join(lang === 'zh' ? '、' : ', ') })}
        </Tag>
      ) : null}
      {state?.lockedBy ? <Tag color="red">{t('station.lockout')}</Tag> : null}
      {state?.flood ? <Tag color="red">{t('station.flood', { n: state.flood.count })}</Tag> : null}
      {state?.fence ? <Tag color="red">{t('station.fenceOutside', { distance: formatNumber(state.fence.distance, 0) })}</Tag> : null}
      {state && Object.keys(state.holds).length > 0 ? <Tag color="volcano">{t('station.hold')}</Tag> : null}
      {replay ? (
        <Tag color="purple" data-testid="replay-badge">
          {t('station.replay', { source: replay.source, speed: replay.speed })}
        </Tag>
      ) : null}
      {state && state.missing.length > 0 ? (
        <Tag color="orange" data-testid="partial-badge">
          {t('station.partialNaming', { units: state.missing.map((id) => names.get(id) ?? id).join(lang === 'zh' ? '、' : ', ') })}{' '}
          <HelpTip term="partial" />
        </Tag>
      ) : null}
    </div>
  )
}
