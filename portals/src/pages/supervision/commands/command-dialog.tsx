import { operations } from '@twin/models/api'
import type { CommandDefinition } from '@twin/models/kinds'
import type { DeviceConfig, StationConfig } from '@twin/models/stations'
import { Alert, Button, Divider, Form, Modal, Tag } from 'antd'
import { useState } from 'react'
import { useAction } from '../../../api/index.ts'
import { useText } from '../../../i18n/index.ts'
import { argumentsFrom, ParameterField } from '../../../ui/mapper/index.ts'
import { CommandProgress } from './command-progress.tsx'
import { CommandCheck } from './command-check.tsx'
import { CommandFailure, ConfirmFields, type ConfirmValues } from './confirm-fields.tsx'

interface CommandDialogProps {
  readonly config: StationConfig
  readonly device: DeviceConfig
  readonly command: CommandDefinition
  readonly onClose: () => void
}
interface Values extends ConfirmValues {
  readonly args?: Readonly<Record<string, unknown>>
}

/** One command from its declaration: arguments, pre-check, confirmation by risk, then its way through the states. */
export function CommandDialog({ config, device, command, onClose }: CommandDialogProps) {
  const { t, label, name } = useText()
  const [form] = Form.useForm<Values>()
  const [issued, setIssued] = useState<string | null>(null)
  // One key per dialog: a second click or a repeated request is the same command, never a second one.
  const [key, setKey] = useState(() => crypto.randomUUID())
  const issue = useAction(operations.issueCommand, { quiet: true, refresh: [operations.commands] })
  const args = Form.useWatch('args', form) ?? {}
  const confirmed = command.confirm !== 'none'
  // The reason is a field of its own; a catalogue that lists it as an argument gets the same text.
  const fields = command.params.filter((parameter) => !(parameter.name === 'reason' && parameter.type === 'string'))
  const withReason = (values: Values): Record<string, unknown> => ({
    ...safeArguments(fields, values.args ?? {}),
    ...(fields.length < command.params.length ? { reason: values.reason ?? '' } : {}),
  })

  const submit = async (values: Values): Promise<void> => {
    try {
      const row = await issue.mutateAsync({
        params: { device: device.id },
        body: {
          code: command.code,
          args: withReason(values),
          reason: values.reason ?? '',
          idempotencyKey: key,
          ...(confirmed ? { confirm: { password: values.password ?? '', deviceCode: values.deviceCode ?? '' } } : {}),
        },
      })
      setIssued(row.id)
    } catch {
      // Shown in the dialog below; a refused attempt is over, so the next one is a command of its own.
      setKey(crypto.randomUUID())
    }
  }

  return (
    <Modal
      open
      width={620}
      footer={null}
      onCancel={onClose}
      mask={{ closable: false }}
      title={
        <span data-testid="command-dialog-title">
          {label(command.label)} · {name(device)} <Tag>{command.riskClass}</Tag>
        </span>
      }
    >
      <div data-testid="command-dialog" data-code={command.code}>
        <div className="muted" style={{ marginBottom: 8 }}>
          {t(`command.risk.${command.riskClass}`)}
          {command.presenceForbids ? ` · ${t('command.presenceForbids')}` : ''}
          {command.requiresVideo && config.policy.videoRequired ? ` · ${t('command.requiresVideo')}` : ''}
        </div>
        {issued ? (
          <>
            <CommandProgress id={issued} station={config.id} />
            <Divider />
            <div className="tool-row">
              <Button type="primary" onClick={onClose} data-testid="command-close">
                {t('common.close')}
              </Button>
            </div>
          </>
        ) : (
          <Form form={form} layout="vertical" onFinish={(values) => void submit(values)}>
            {fields.length > 0 ? fields.map((parameter) => <ParameterField key={parameter.name} parameter={parameter} />) : null}
            <CommandCheck device={device.id} code={command.code} args={withReason({ args, reason: '—' })} />
            <ConfirmFields code={device.code} confirmed={confirmed} />
            {command.confirm === 'twoPerson' ? (
              <Alert type="info" showIcon title={t('command.twoPerson')} style={{ marginTop: 12 }} />
            ) : null}
            <CommandFailure error={issue.error} form={form} />
            <div className="tool-row" style={{ marginTop: 16 }}>
              <Button
                type="primary"
                htmlType="submit"
                danger={command.riskClass === 'R3' || command.riskClass === 'R4'}
                loading={issue.isPending}
                data-testid="command-send"
              >
                {t('command.send')}
              </Button>
              <Button onClick={onClose}>{t('common.cancel')}</Button>
            </div>
          </Form>
        )}
      </div>
    </Modal>
  )
}

/** While somebody is typing, half an object is no object yet. */
function safeArguments(fields: CommandDefinition['params'], values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  try {
    return argumentsFrom(fields, values)
  } catch {
    return {}
  }
}
