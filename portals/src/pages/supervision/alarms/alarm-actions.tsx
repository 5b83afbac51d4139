import { operations } from '@twin/models/api'
import { Alert, Button } from 'antd'
import { useState } from 'react'
import { useAction } from '../../../api/index.ts'
import { useMay } from '../../../console/session.ts'
import { useText } from '../../../i18n/index.ts'
import { alarmDefinitions } from '../../../ui/catalogue.ts'
import { HelpTip } from '../../../ui/widgets/index.ts'
import { AckDialog } from './ack-dialog.tsx'
import { needsAck, type AlarmRow } from './alarm-row.tsx'
import { ServiceDialog, ShelveDialog } from './shelve-dialog.tsx'
import { WorkOrderOf } from './work-order-of.tsx'

const refresh = [operations.alarms, operations.alarm, operations.alarmKpi]

/** What may be done with an occurrence now, by whoever may do it. */
export function AlarmActions({ alarm }: { readonly alarm: AlarmRow }) {
  const { t } = useText()
  const operate = useMay('alarm:operate')
  const administer = useMay('alarm:administer')
  const [dialog, setDialog] = useState<'ack' | 'shelve' | 'service' | null>(null)
  const reset = useAction(operations.resetAlarm, { done: t('alarm.resetDone'), refresh })
  const unshelve = useAction(operations.unshelveAlarm, { done: t('alarm.unshelved'), refresh })
  const definition = alarmDefinitions.get(alarm.code)
  const params = { device: alarm.device, code: alarm.code }
  return (
    <div className="tool-row">
      {operate && needsAck(alarm) ? (
        <Button type="primary" onClick={() => setDialog('ack')} data-testid="drawer-ack">
          {t('alarm.ack')}
        </Button>
      ) : null}
      {operate && definition?.latched && alarm.phase !== 'CLOSED' ? (
        <Button
          onClick={() => reset.mutate({ params: { occurrence: alarm.occurrence }, body: {} })}
          loading={reset.isPending}
          data-testid="drawer-reset"
        >
          {t('alarm.reset')}
        </Button>
      ) : null}
      {operate && alarm.phase !== 'CLOSED' ? (
        alarm.hidden === 'shelved' ? (
          <Button onClick={() => unshelve.mutate({ params, body: {} })} loading={unshelve.isPending}>
            {t('alarm.unshelve')}
          </Button>
        ) : (
          <Button
            disabled={alarm.priority === 'P1'}
            onClick={() => setDialog('shelve')}
            title={t('alarm.shelveHint')}
            data-testid="drawer-shelve"
          >
            {t('alarm.shelve')}
          </Button>
        )
      ) : null}
      {administer ? (
        <Button onClick={() => setDialog('service')}>{t(alarm.hidden === 'outOfService' ? 'alarm.serviceReturn' : 'alarm.service')}</Button>
      ) : null}
      <WorkOrderOf alarm={alarm} />
      {operate ? <HelpTip term="shelve" /> : null}
      {definition?.latched ? <Alert type="info" title={t('alarm.latched')} /> : null}
      {dialog === 'ack' ? <AckDialog rows={[alarm]} onClose={() => setDialog(null)} onDone={() => undefined} /> : null}
      {dialog === 'shelve' ? <ShelveDialog alarm={alarm} onClose={() => setDialog(null)} /> : null}
      {dialog === 'service' ? <ServiceDialog alarm={alarm} onClose={() => setDialog(null)} /> : null}
    </div>
  )
}
