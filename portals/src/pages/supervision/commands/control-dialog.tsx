import { Alert, Button, Form, Modal } from 'antd'
import { useState, type ReactNode } from 'react'
import { useText } from '../../../i18n/index.ts'
import { CommandFailure, ConfirmFields, type ConfirmValues } from './confirm-fields.tsx'

/** What every request for a whole station carries. */
export interface Asked {
  readonly reason: string
  readonly idempotencyKey: string
  readonly confirm: { readonly password: string; readonly deviceCode: string }
}

interface ControlDialogProps<V extends object> {
  readonly title: string
  readonly warn?: string
  readonly code: string
  readonly ok: string
  readonly initial?: Partial<V>
  readonly children?: ReactNode
  /** Rejects with why not; the dialog says it and stays. */
  readonly onSubmit: (values: V, asked: Asked) => Promise<unknown>
  readonly onClose: () => void
}

/** Asks for what a station-wide request needs and for its confirmation; what comes of it is shown by the panel behind. */
export function ControlDialog<V extends object>({ title, warn, code, ok, initial, children, onSubmit, onClose }: ControlDialogProps<V>) {
  const { t } = useText()
  const [form] = Form.useForm<V & ConfirmValues>()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<Error | null>(null)
  // One key per dialog: a second click is the same request.
  const [key, setKey] = useState(() => crypto.randomUUID())

  const submit = async (values: V & ConfirmValues): Promise<void> => {
    setBusy(true)
    setError(null)
    try {
      const { reason = '', password = '', deviceCode = '' } = values
      await onSubmit(values, { reason, idempotencyKey: key, confirm: { password, deviceCode } })
      onClose()
    } catch (failure) {
      setError(failure instanceof Error ? failure : new Error(String(failure)))
      setKey(crypto.randomUUID())
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal open footer={null} onCancel={onClose} mask={{ closable: false }} title={<span data-testid="control-dialog">{title}</span>}>
      <Form
        form={form}
        layout="vertical"
        {...(initial ? { initialValues: initial } : {})}
        onFinish={(values) => void submit(values as V & ConfirmValues)}
      >
        {warn ? <Alert type="warning" showIcon title={warn} style={{ marginBottom: 12 }} /> : null}
        {children}
        <ConfirmFields code={code} confirmed />
        <CommandFailure error={error} form={form} />
        <div className="tool-row" style={{ marginTop: 16 }}>
          <Button type="primary" danger htmlType="submit" loading={busy} data-testid="control-send">
            {ok}
          </Button>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
        </div>
      </Form>
    </Modal>
  )
}
