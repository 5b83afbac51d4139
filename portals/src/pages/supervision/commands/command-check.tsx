import { operations } from '@twin/models/api'
import { Alert, Spin } from 'antd'
import { useDeferredValue } from 'react'
import { useCall } from '../../../api/index.ts'
import { reasonText, useText } from '../../../i18n/index.ts'

interface CommandCheckProps {
  readonly device: string
  readonly code: string
  readonly args: Readonly<Record<string, unknown>>
}

/** What would forbid the command right now; asked again every few seconds, since permissives change. */
export function CommandCheck({ device, code, args }: CommandCheckProps) {
  const { t, label } = useText()
  const calm = useDeferredValue(args)
  const check = useCall(operations.commandCheck, { params: { device }, body: { code, args: calm } }, { every: 3000, keep: true })
  if (check.isPending)
    return (
      <div role="status">
        <Spin size="small" /> {t('command.checking')}
      </div>
    )
  if (!check.data) return <Alert type="warning" showIcon title={t('common.failed')} />
  const { allowed, rejectCode, detail, warnings } = check.data
  return (
    <div data-testid="command-check" data-allowed={allowed} data-code={rejectCode ?? ''}>
      <Alert
        type={allowed ? 'success' : 'error'}
        showIcon
        title={allowed ? t('command.allowed') : `${t('command.refused')}: ${rejectCode ? label(reasonText(rejectCode)) : ''}`}
        description={detail ? <span className="mono">{detail}</span> : undefined}
      />
      {warnings.length > 0 ? (
        <Alert type="warning" showIcon style={{ marginTop: 8 }} title={t('command.warnings')} description={warnings.join(' · ')} />
      ) : null}
    </div>
  )
}
