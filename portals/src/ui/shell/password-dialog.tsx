import { operations } from '@twin/models/api'
import { Button, Form, Input, Modal } from 'antd'
import { useAction } from '../../api/index.ts'
import { loadSession, useMe } from '../../console/session.ts'
import { useText } from '../../i18n/index.ts'
import { Refusal } from '../widgets/index.ts'

interface Values {
  readonly current: string
  readonly next: string
  readonly again: string
}

/** Change of one's own password; the rule itself is the server's, its answer is shown at the field. */
export function PasswordForm({ onDone }: { readonly onDone: () => void }) {
  const { t } = useText()
  const { username } = useMe()
  const [form] = Form.useForm<Values>()
  const change = useAction(operations.changePassword, { done: t('session.changed'), quiet: true })
  const submit = async ({ current, next }: Values): Promise<void> => {
    try {
      await change.mutateAsync({ body: { current, next } })
      await loadSession()
      onDone()
    } catch {
      // Said in the form.
    }
  }
  return (
    <Form form={form} layout="vertical" onFinish={(values) => void submit(values)} data-testid="password-form">
      <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
      <Form.Item name="current" label={t('session.current')} rules={[{ required: true, message: t('common.required') }]}>
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      <Form.Item
        name="next"
        label={t('session.next')}
        extra={t('session.rule')}
        rules={[{ required: true, message: t('common.required') }]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Form.Item
        name="again"
        label={t('session.again')}
        dependencies={['next']}
        rules={[
          { required: true, message: t('common.required') },
          ({ getFieldValue }) => ({
            validator: (_, value) =>
              value === getFieldValue('next') ? Promise.resolve() : Promise.reject(new Error(t('session.differs'))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Refusal error={change.error} form={form} />
      <Button type="primary" htmlType="submit" block loading={change.isPending}>
        {t('session.changePassword')}
      </Button>
    </Form>
  )
}

export function PasswordDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useText()
  return (
    <Modal open title={t('session.changePassword')} footer={null} onCancel={onClose} width={400}>
      <PasswordForm onDone={onClose} />
    </Modal>
  )
}
