import { permissionOf, workOrder } from '@twin/models/records'
import { App, Button, Input, Modal } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { send } from '../../../api/index.ts'
import { useMay } from '../../../console/session.ts'
import { useText } from '../../../i18n/index.ts'
import { StateTag } from '../../../records/field-value.tsx'
import { addressOf, type Row, useChange, useList } from '../../../records/record-api.ts'
import { alarmLabels } from '../../../ui/catalogue.ts'
import { placeOf, type AlarmRow } from './alarm-row.tsx'

/** The work order an alarm became, or the way to make it one; it becomes one only once. */
export function WorkOrderOf({ alarm }: { readonly alarm: AlarmRow }) {
  const view = useMay(permissionOf(workOrder, 'view'))
  return view ? <Order alarm={alarm} /> : null
}

function Order({ alarm }: { readonly alarm: AlarmRow }) {
  const { t } = useText()
  const make = useMay(permissionOf(workOrder, 'operate'))
  const [open, setOpen] = useState(false)
  const found = useList(workOrder, { alarm: alarm.occurrence, size: '1' })
  if (!found.data) return null
  const [order] = found.data.rows
  if (order)
    return (
      <span data-testid="alarm-work-order">
        <Link to={`/records/workOrder/${order.id}`}>
          {t('alarm.workOrder')} {String(order['number'])}
        </Link>{' '}
        <StateTag record={workOrder} state={order.state ?? ''} />
      </span>
    )
  if (!make) return null
  return (
    <>
      <Button onClick={() => setOpen(true)} data-testid="make-work-order">
        {t('alarm.makeWorkOrder')}
      </Button>
      {open ? <OrderDialog alarm={alarm} onClose={() => setOpen(false)} /> : null}
    </>
  )
}

function OrderDialog({ alarm, onClose }: { readonly alarm: AlarmRow; readonly onClose: () => void }) {
  const text = useText()
  const { t, label } = text
  const { message } = App.useApp()
  const words = label(alarmLabels.get(alarm.code) ?? { zh: alarm.code, en: alarm.code })
  const [title, setTitle] = useState(`${placeOf(alarm, text).device} ${words}`.slice(0, 120))
  const [description, setDescription] = useState('')
  const { station, device, priority, occurrence } = alarm
  const create = useChange<void, Row>(
    workOrder,
    async () =>
      (await send('post', addressOf(workOrder), {
        title,
        station,
        device,
        priority,
        alarm: occurrence,
        ...(description === '' ? {} : { description }),
      })) as Row,
  )
  return (
    <Modal
      open
      title={t('alarm.makeWorkOrder')}
      okText={t('alarm.makeWorkOrder')}
      cancelText={t('common.cancel')}
      confirmLoading={create.isPending}
      okButtonProps={{ disabled: title.trim() === '', id: 'work-order-confirm' }}
      onCancel={onClose}
      onOk={() =>
        create.mutate(undefined, {
          onSuccess: (row) => void message.success(t('alarm.workOrderMade', { number: String(row['number']) })),
          onSettled: onClose,
        })
      }
    >
      <label>
        {label(workOrder.fields.title.label)}
        <Input maxLength={120} value={title} onChange={(event) => setTitle(event.target.value)} data-testid="work-order-title" />
      </label>
      <label>
        {label(workOrder.fields.description.label)}
        <Input.TextArea rows={3} maxLength={4000} value={description} onChange={(event) => setDescription(event.target.value)} />
      </label>
    </Modal>
  )
}
