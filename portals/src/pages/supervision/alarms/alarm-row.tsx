import type { schemas } from '@twin/models/api'
import { Tag, Tooltip } from 'antd'
import type { z } from 'zod'
import { type Text, useText } from '../../../i18n/index.ts'
import { formatNumber, formatTime } from '../../../ui/format.ts'

export type AlarmRow = z.output<typeof schemas.alarmRow>

/** A group alarm of a station over its units; their acknowledgement is its own. */
export function isGroup(row: Pick<AlarmRow, 'station' | 'device' | 'members'>): boolean {
  return row.device === row.station && row.members > 0
}

/** Station and device as the reader's language calls them. */
export function placeOf(row: AlarmRow, { name }: Pick<Text, 'name'>): { readonly station: string; readonly device: string } {
  return {
    station: name({ name: row.stationName, nameEn: row.stationNameEn }),
    device:
      row.device === row.station
        ? name({ name: row.deviceName, nameEn: row.stationNameEn })
        : name({ name: row.deviceName, kind: row.deviceKind, code: row.deviceCode }),
  }
}

/** Whether somebody still has to acknowledge it. */
export function needsAck(row: Pick<AlarmRow, 'phase'>): boolean {
  return row.phase === 'UNACK' || row.phase === 'RTN_UNACK' || row.phase === 'LATCHED_UNACK'
}

export function AlarmMarks({ row }: { readonly row: AlarmRow }) {
  const { t, lang } = useText()
  return (
    <>
      {isGroup(row) ? (
        <Tag color="purple" data-testid="group-mark">
          {t('alarm.group', { n: row.members })}
        </Tag>
      ) : null}
      {row.escalatedAt ? (
        <Tooltip title={formatTime(row.escalatedAt, 'full', lang)}>
          <Tag color="red" data-testid="escalated-mark">
            {t('alarm.escalated')}
          </Tag>
        </Tooltip>
      ) : null}
      {row.hidden ? <Tag>{t(`alarm.hidden.${row.hidden}`)}</Tag> : null}
      {row.historical ? (
        <Tooltip title={t('alarm.historicalHint')}>
          <Tag>{t('alarm.historical')}</Tag>
        </Tooltip>
      ) : null}
      {row.chattering ? <Tag color="magenta">{t('alarm.chattering')}</Tag> : null}
      {typeof row.values['distance'] === 'number' ? (
        <Tag data-testid="alarm-distance">{t('alarm.distance', { n: formatNumber(row.values['distance'], 0) })}</Tag>
      ) : null}
      {row.groupedUnder ? (
        <Tooltip title={t('alarm.groupedUnder')}>
          <Tag>⤷</Tag>
        </Tooltip>
      ) : null}
    </>
  )
}
