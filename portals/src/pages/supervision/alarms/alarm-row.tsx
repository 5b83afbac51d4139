import type { schemas } from '@twin/models/api'
import { Tag, Tooltip } from 'antd'
import type { z } from 'zod'
import { useText } from '../../../i18n/index.ts'
import { formatNumber } from '../../../ui/format.ts'

export type AlarmRow = z.output<typeof schemas.alarmRow>

/** Whether somebody still has to acknowledge it. */
export function needsAck(row: Pick<AlarmRow, 'phase'>): boolean {
  return row.phase === 'UNACK' || row.phase === 'RTN_UNACK' || row.phase === 'LATCHED_UNACK'
}

export function AlarmMarks({ row }: { readonly row: AlarmRow }) {
  const { t } = useText()
  return (
    <>
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
