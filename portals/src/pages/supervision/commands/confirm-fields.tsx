import { Alert, Form, Input } from 'antd'
import { ApiFailure } from '../../../api/index.ts'
import { reasonText, useText } from '../../../i18n/index.ts'
import { type Markable, useFieldMark } from '../../../ui/widgets/index.ts'

export interface ConfirmValues {
  readonly reason?: string
  readonly deviceCode?: string
  readonly password?: string
}

/** Why, and (confirmed) the code on the nameplate and the password once more: nobody acts by accident or on the machine beside. */
export function ConfirmFields({ code, confirmed }: { readonly code: string; readonly confirmed: boolean }) {
  const { t } = useText()
  return (
    <>
      <Form.Item
        name="reason"
        label={t('command.reason')}
        rules={confirmed ? [{ required: true, whitespace: true, message: t('common.required') }] : []}
        style={{ marginTop: 12 }}
      >
        <Input.TextArea rows={2} maxLength={500} data-testid="command-reason" />
      </Form.Item>
      {confirmed ? (
        <fieldset className="panel">
          <legend>{t('command.confirmHint')}</legend>
          <Form.Item
            name="deviceCode"
            label={`${t('command.deviceCode')}: ${code}`}
            rules={[
              { required: true, message: t('common.required') },
              {
                validator: (_, value) =>
                  !value || value === code ? Promise.resolve() : Promise.reject(new Error(t('command.deviceCodeDiffers', { code }))),
              },
            ]}
          >
            <Input autoComplete="off" data-testid="command-device-code" />
          </Form.Item>
          <Form.Item name="password" label={t('command.password')} rules={[{ required: true, message: t('common.required') }]}>
            <Input.Password autoComplete="current-password" data-testid="command-password" />
          </Form.Item>
        </fieldset>
      ) : null}
    </>
  )
}

/** Why the server refused, in the words of its code where it has one, and at the field where it names one. */
export function CommandFailure({ error, form }: { readonly error: Error | null; readonly form: Markable }) {
  const { label } = useText()
  useFieldMark(error, form)
  if (!(error instanceof ApiFailure)) return null
  const words = reasonText(error.code)
  const plain = words.zh === error.code
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      style={{ marginTop: 12 }}
      data-testid="command-error"
      data-code={error.code}
      title={plain ? label(error.text) : label(words)}
      description={plain ? undefined : label(error.text)}
    />
  )
}
