import { operations } from '@twin/models/api'
import { Form, Input, Modal, Select } from 'antd'
import { useAction } from '../../../api/index.ts'
import { useText } from '../../../i18n/index.ts'
import { Refusal } from '../../../ui/widgets/index.ts'
import type { AlarmRow } from './alarm-row.tsx'

const refresh = [operations.alarms, operations.alarm, operations.alarmKpi]
interface DialogProps {
  readonly alarm: AlarmRow
  readonly onClose: () => void
}

export function ShelveDialog({ alarm, onClose }: DialogProps) {
  const { t } = useText()
  const [form] = Form.useForm<{ readonly minutes: number; readonly reason: string }>()
  const shelve = useAction(operations.shelveAlarm, { quiet: true, done: t('alarm.shelved'), refresh })
  return (
    <Modal
      open
      title={t('alarm.shelve')}
      okText={t('alarm.shelve')}
      cancelText={t('common.cancel')}
      confirmLoading={shelve.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <p className="muted">{t('alarm.shelveHint')}</p>
      <Form
        form={form}
        layout="vertical"
        initialValues={{ minutes: 60 }}
        onFinish={(body) => shelve.mutate({ params: { device: alarm.device, code: alarm.code }, body }, { onSuccess: onClose })}
      >
        <Form.Item name="minutes" label={t('alarm.shelveMinutes')}>
          <Select
            options={[15, 30, 60, 120, 240, 480].map((value) => ({ value, label: value < 60 ? `${value} min` : `${value / 60} h` }))}
          />
        </Form.Item>
        <Form.Item
          name="reason"
          label={t('alarm.shelveReason')}
          rules={[{ required: true, whitespace: true, message: t('common.required') }]}
        >
          <Input.TextArea rows={2} maxLength={500} data-testid="shelve-reason" />
        </Form.Item>
        <Refusal error={shelve.error} form={form} />
      </Form>
    </Modal>
  )
}

export function ServiceDialog({ alarm, onClose }: DialogProps) {
  const { t } = useText()
  const out = alarm.hidden !== 'outOfService'
  const [form] = Form.useForm<{ readonly workOrder: string }>()
  const service = useAction(operations.serviceAlarm, { quiet: true, done: t('alarm.serviceDone'), refresh })
  return (
    <Modal
      open
      title={t(out ? 'alarm.service' : 'alarm.serviceReturn')}
      cancelText={t('common.cancel')}
      confirmLoading={service.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form
        form={form}
        layout="vertical"
        onFinish={({ workOrder }) =>
          service.mutate({ params: { device: alarm.device, code: alarm.code }, body: { out, workOrder } }, { onSuccess: onClose })
        }
      >
        <Form.Item
          name="workOrder"
          label={t('alarm.workOrder')}
          initialValue=""
          rules={out ? [{ required: true, whitespace: true, message: t('common.required') }] : []}
        >
          <Input maxLength={60} />
        </Form.Item>
        <Refusal error={service.error} form={form} />
      </Form>
    </Modal>
  )
}
