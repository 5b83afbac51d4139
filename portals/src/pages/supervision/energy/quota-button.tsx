import { operations } from '@twin/models/api'
import type { StationConfig } from '@twin/models/stations'
import { Button, InputNumber, Popover } from 'antd'
import { useState } from 'react'
import { useAction } from '../../../api/index.ts'
import { useMay } from '../../../console/session.ts'
import { useText } from '../../../i18n/index.ts'

export function QuotaButton({ config, quota }: { readonly config: StationConfig; readonly quota: number | null }) {
  const { t } = useText()
  const may = useMay('station:operate')
  const [value, setValue] = useState<number | null>(quota)
  const [open, setOpen] = useState(false)
  const save = useAction(operations.setEnergyQuota, { done: t('common.saved'), refresh: [operations.energy, operations.station] })
  if (!may) return null
  const submit = (kwh: number | null): void =>
    save.mutate({ params: { station: config.id }, body: { kwh } }, { onSuccess: () => setOpen(false) })
  return (
    <Popover
      trigger="click"
      placement="bottom"
      open={open}
      onOpenChange={(next) => {
        setOpen(next)
        if (next) setValue(quota)
      }}
      title={t('energy.quotaSet')}
      content={
        <div className="tool-row">
          <InputNumber min={1} value={value} onChange={setValue} suffix="kWh" style={{ width: 150 }} aria-label={t('energy.quota')} />
          <Button type="primary" disabled={!value} loading={save.isPending} onClick={() => submit(value)}>
            {t('common.save')}
          </Button>
          <Button disabled={quota === null} onClick={() => submit(null)}>
            {t('energy.quotaNone')}
          </Button>
        </div>
      }
    >
      <Button data-testid="quota-button">{t('energy.quotaSet')}</Button>
    </Popover>
  )
}
