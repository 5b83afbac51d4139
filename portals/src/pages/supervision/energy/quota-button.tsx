import { operations } from '@twin/models/api'
import type { StationConfig } from '@twin/models/stations'
import { Button, InputNumber, Modal } from 'antd'
import { useState } from 'react'
import { useAction } from '../../../api/index.ts'
import { Refusal } from '../../../ui/widgets/index.ts'
import { useMay } from '../../../console/session.ts'
import { useText } from '../../../i18n/index.ts'

export function QuotaButton({ config, quota }: { readonly config: StationConfig; readonly quota: number | null }) {
  const { t } = useText()
  const may = useMay('station:operate')
  const [value, setValue] = useState<number | null>(quota)
  const [open, setOpen] = useState(false)
  const save = useAction(operations.setEnergyQuota, {
    quiet: true,
    done: t('common.saved'),
    refresh: [operations.energy, operations.station],
  })
  if (!may) return null
  const submit = (kwh: number | null): void =>
    save.mutate({ params: { station: config.id }, body: { kwh } }, { onSuccess: () => setOpen(false) })
  return (
    <>
      <Button
        data-testid="quota-button"
        onClick={() => {
          setValue(quota)
          setOpen(true)
        }}
      >
        {t('energy.quotaSet')}
      </Button>
      {open ? (
        <Modal
          open
          width={420}
          title={t('energy.quotaSet')}
          onCancel={() => setOpen(false)}
          footer={
            <>
              <Button disabled={quota === null} onClick={() => submit(null)}>
                {t('energy.quotaNone')}
              </Button>
              <Button type="primary" disabled={!value} loading={save.isPending} onClick={() => submit(value)} data-testid="quota-save">
                {t('common.save')}
              </Button>
            </>
          }
        >
          <InputNumber
            autoFocus
            min={1}
            value={value}
            onChange={setValue}
            onPressEnter={() => value && submit(value)}
            suffix="kWh"
            {...(save.error ? { status: 'error' as const } : {})}
            style={{ width: '100%' }}
            aria-label={t('energy.quota')}
          />
          <Refusal error={save.error} />
        </Modal>
      ) : null}
    </>
  )
}
