import { operations } from '@twin/models/api'
import { Alert } from 'antd'
import { useCall } from '../../api/index.ts'
import { useText } from '../../i18n/index.ts'
import { formatNumber, formatTime } from '../format.ts'

/** On every page, for everybody: the server turns new work away, or telemetry waits outside the database. */
export function OverloadBanner() {
  const { t, lang } = useText()
  const { data } = useCall(operations.overload, {}, { every: 5000 })
  const reason = data?.reasons[0]
  const spool = data?.spool
  const kept = spool && spool.messages > 0 ? t('overload.spool', { n: formatNumber(spool.messages, 0) }) : null
  if (reason === undefined && kept === null) return null
  const since = data?.since ? t('overload.since', { time: formatTime(data.since, 'time', lang) }) : null
  return (
    <Alert
      banner
      type={reason === 'database' || reason === 'commits' ? 'error' : 'warning'}
      role="alert"
      data-testid="overload-banner"
      data-reasons={data?.reasons.join(' ')}
      title={[reason === undefined ? null : t(`overload.${reason}`), since, kept].filter((text) => text !== null).join(' ')}
    />
  )
}
