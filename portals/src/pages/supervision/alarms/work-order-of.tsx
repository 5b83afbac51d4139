import { permissionOf, workOrder } from '@twin/models/records'
import { App, Button, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { send } from '../../../api/index.ts'
import { useMay } from '../../../console/session.ts'
import { useText } from '../../../i18n/index.ts'
import { StateTag } from '../../../records/field-value.tsx'
import { addressOf, type Row, useChange, useList } from '../../../records/record-api.ts'
import { Refusal } from '../../../ui/widgets/index.ts'
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
  const [form] = Form.useForm<{ readonly title: string; readonly description?: string }>()
  const { station, device, priority, occurrence } = alarm
  const create = useChange<{ readonly title: string; readonly description?: string }, Row>(
    workOrder,
    async ({ title, description = '' }) =>
      (await send('post', addressOf(workOrder), {
        title,
        station,
        device,
        priority,
        alarm: occurrence,
        ...(description === '' ? {} : { description }),
      })) as Row,
    () => true,
  )
  return (
    <Modal
      open
      title={t('alarm.makeWorkOrder')}
      okText={t('alarm.makeWorkOrder')}
      cancelText={t('common.cancel')}
      confirmLoading={create.isPending}
      okButtonProps={{ id: 'work-order-confirm' }}
      onCancel={onClose}
      onOk={() => form.submit()}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={{ title: `${placeOf(alarm, text).device} ${words}`.slice(0, 120) }}
        onFinish={(values) =>
          create.mutate(values, {
            onSuccess: (row) => {
              void message.success(t('alarm.workOrderMade', { number: String(row['number']) }))
              onClose()
            },
          })
        }
      >
        <Form.Item
          name="title"
          label={label(workOrder.fields.title.label)}
          rules={[{ required: true, whitespace: true, message: t('common.required') }]}
        >
          <Input maxLength={120} data-testid="work-order-title" />
        </Form.Item>
        <Form.Item name="description" label={label(workOrder.fields.description.label)}>
          <Input.TextArea rows={3} maxLength={4000} />
        </Form.Item>
        <Refusal error={create.error} form={form} />
      </Form>
    </Modal>
  )
}
