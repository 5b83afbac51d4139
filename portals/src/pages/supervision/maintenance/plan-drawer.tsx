import { useQuery } from '@tanstack/react-query'
import { maintenancePlan, maintenanceRecord } from '@twin/models/records'
import { Alert, App, Button, Checkbox, DatePicker, Drawer, Form, InputNumber, Select } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { type ApiFailure, send } from '../../../api/index.ts'
import { useText } from '../../../i18n/index.ts'
import { addressOf, useChange, useList, withQuery } from '../../../records/record-api.ts'
import { formatNumber } from '../../../ui/format.ts'
import { StationSelect } from '../station-select.tsx'

interface Capacity {
  readonly capacity: number
  readonly capacityLeft: number
  readonly flow: number | null
}

/** Plans services for a day and shows at once what the station can still deliver then; the server checks again when it is saved. */
export function PlanDrawer({ station: first, onClose }: { readonly station?: string; readonly onClose: () => void }) {
  const { t, label } = useText()
  const { message } = App.useApp()
  const [station, setStation] = useState(first)
  const [date, setDate] = useState(() => dayjs().add(1, 'day').format('YYYY-MM-DD'))
  const [services, setServices] = useState<readonly string[]>([])
  const [demand, setDemand] = useState<number | null>(null)
  const [confirmed, setConfirmed] = useState(false)
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const open = useList(maintenanceRecord, { station: station ?? '-', state: 'ahead,due,overdue', sort: 'dueOn', size: '200' })
  const asked = withQuery('/api/maintenance/capacity', { station: station ?? '', date, services: services.join(',') })
  const capacity = useQuery<Capacity>({
    queryKey: [maintenancePlan.name, 'capacity', asked],
    queryFn: async ({ signal }) => (await send('get', asked, undefined, signal)) as Capacity,
    enabled: station !== undefined,
  })
  const left = capacity.data?.capacityLeft
  const short = left !== undefined && demand !== null && left < demand
  const save = useChange<void>(
    maintenancePlan,
    () => send('post', addressOf(maintenancePlan), { station, plannedOn: date, services, demand, confirmed: short && confirmed }),
    (error) => {
      setFailure(error)
      return true
    },
  )
  /** At the field that the server named. */
  const told = (field: string) =>
    failure?.field?.split('.')[0] === field ? { validateStatus: 'error' as const, help: label(failure.text) } : {}
  const ready = station !== undefined && services.length > 0 && demand !== null && (!short || confirmed)
  return (
    <Drawer open size={560} title={t('maint.plan')} onClose={onClose} destroyOnHidden>
      <Form layout="vertical" data-testid="plan-form">
        <Form.Item label={t('maint.planStation')} required {...told('station')}>
          <StationSelect
            value={station}
            onChange={(next) => {
              setStation(next)
              setServices([])
            }}
          />
        </Form.Item>
        <Form.Item label={t('maint.planDate')} required htmlFor="plan-date" {...told('plannedOn')}>
          <DatePicker
            id="plan-date"
            value={dayjs(date)}
            allowClear={false}
            onChange={(next) => (next ? setDate(next.format('YYYY-MM-DD')) : undefined)}
            style={{ width: '100%' }}
          />
        </Form.Item>
        <Form.Item label={t('maint.planServices')} required htmlFor="plan-services" {...told('services')}>
          <Select
            id="plan-services"
            mode="multiple"
            data-testid="plan-services"
            value={[...services]}
            onChange={(next: string[]) => setServices(next)}
            options={(station === undefined ? [] : (open.data?.rows ?? [])).map((row) => ({
              value: row.id,
              label: `${String(row['name'])} · ${typeof row['dueOn'] === 'string' ? row['dueOn'] : '—'}`,
            }))}
            optionFilterProp="label"
          />
        </Form.Item>
        <Form.Item
          label={t('maint.planDemand')}
          required
          htmlFor="plan-demand"
          {...told('demand')}
          extra={capacity.data?.flow == null ? null : t('maint.planNow', { flow: formatNumber(capacity.data.flow, 1) })}
        >
          <InputNumber id="plan-demand" min={0} value={demand} onChange={setDemand} style={{ width: '100%' }} data-testid="plan-demand" />
        </Form.Item>
        {capacity.data ? (
          <Alert
            type={short ? 'error' : 'success'}
            showIcon
            data-testid="plan-capacity"
            data-short={short}
            title={t('maint.capacity', { left: formatNumber(capacity.data.capacityLeft, 1), all: formatNumber(capacity.data.capacity, 1) })}
            description={short ? t('maint.short') : null}
          />
        ) : null}
        {short ? (
          <Form.Item>
            <Checkbox checked={confirmed} onChange={(event) => setConfirmed(event.target.checked)} data-testid="plan-confirm">
              {t('maint.confirm')}
            </Checkbox>
          </Form.Item>
        ) : null}
        {failure ? <Alert type="error" showIcon title={label(failure.text)} data-testid="plan-failure" /> : null}
        <Form.Item style={{ marginTop: 16 }}>
          <Button
            type="primary"
            disabled={!ready}
            loading={save.isPending}
            data-testid="plan-save"
            onClick={() => {
              setFailure(null)
              save.mutate(undefined, {
                onSuccess: () => {
                  void message.success(t('maint.planned'))
                  onClose()
                },
              })
            }}
          >
            {t('maint.savePlan')}
          </Button>
        </Form.Item>
      </Form>
    </Drawer>
  )
}
