import { operations } from '@twin/models/api'
import { Button, Form, InputNumber, Select } from 'antd'
import { useAction } from '../../api/index.ts'
import { useText } from '../../i18n/index.ts'
import { Refusal } from '../../ui/widgets/index.ts'
import type { BackupStatus } from './backups-page.tsx'

type Plan = BackupStatus['plan']
const NEVER = -1

/** When a backup is made by itself, and what is kept. */
export function BackupPlanForm({ plan, physical }: { readonly plan: Plan; readonly physical: boolean }) {
  const { t } = useText()
  const save = useAction(operations.planBackups, { quiet: true, done: t('common.saved'), refresh: [operations.backups] })
  const [form] = Form.useForm<{ hour: number; keepDays: number; maxGigabytes: number }>()
  return (
    <>
      <div className="section-title">{t('backup.plan')}</div>
      <Form
        form={form}
        layout="inline"
        initialValues={{ ...plan, hour: plan.hour ?? NEVER }}
        onFinish={({ hour, ...kept }) => save.mutate({ body: { ...plan, ...kept, hour: hour === NEVER ? null : hour } })}
        data-testid="backup-plan"
      >
        <Form.Item name="hour" label={t('backup.planHour')}>
          <Select
            style={{ minWidth: 130 }}
            data-testid="plan-hour"
            options={[
              { value: NEVER, label: t('backup.planNever') },
              ...Array.from({ length: 24 }, (_, hour) => ({ value: hour, label: `${String(hour).padStart(2, '0')}:00` })),
            ]}
          />
        </Form.Item>
        {physical ? (
          <>
            <Form.Item name="keepDays" label={t('backup.planKeep')} rules={[{ required: true, message: t('common.required') }]}>
              <InputNumber min={1} max={365} precision={0} />
            </Form.Item>
            <Form.Item name="maxGigabytes" label={t('backup.planMax')} rules={[{ required: true, message: t('common.required') }]}>
              <InputNumber min={1} max={100_000} />
            </Form.Item>
          </>
        ) : null}
        <Form.Item>
          <Button htmlType="submit" loading={save.isPending} data-testid="plan-save">
            {t('common.save')}
          </Button>
        </Form.Item>
        <Refusal error={save.error} form={form} />
      </Form>
    </>
  )
}
