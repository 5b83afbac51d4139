import {
  appliesIn,
  carriesMoney,
  createSchema,
  emptyValue,
  type Field,
  fieldSchema,
  type Fields,
  inputSchema,
  isEmpty,
  issueLabel,
  type RecordModel,
} from '@twin/models/records'
import { Alert, App, Button, Drawer, Form, Space } from 'antd'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import type { z } from 'zod'
import { ApiFailure, send } from '../api/index.ts'
import { seesMoney } from '../console/amounts.ts'
import { useText } from '../i18n/index.ts'
import { ConflictDialog } from './conflict-dialog.tsx'
import { FieldControl } from './field-control.tsx'
import { addressOf, type Row, type Titles, useChange, type Values } from './record-api.ts'

interface FormBodyProps {
  readonly record: RecordModel
  readonly fields: Fields
  readonly start: Values
  readonly titles: Titles
  readonly submit: (values: Values) => void
  readonly busy: boolean
  readonly failure: ApiFailure | null
  readonly submitText: string
  readonly onCancel: () => void
  readonly locked?: (name: string) => boolean
  /** Told once something is typed. */
  readonly onTouched?: () => void
}

/** What a form begins with: of sub-rows only what is asked for. */
function startOf(field: Field, value: unknown): unknown {
  if (field.type !== 'rows' || !Array.isArray(value)) return value ?? emptyValue(field) ?? null
  const asked = Object.entries(field.fields).flatMap(([name, sub]) => (sub.computed ? [] : [name]))
  return (value as readonly Values[]).map((row) => Object.fromEntries(asked.map((name) => [name, row[name] ?? null])))
}

const isKept = ({ sensitivity }: Field, value: unknown): boolean =>
  sensitivity === 'secret' || (sensitivity === 'personal' && typeof value === 'string' && value.includes('*'))

/** Form over declared fields: the same rules as the server, told at the field; what the server refuses is told there too. */
export function FieldsForm({
  record,
  fields,
  start,
  titles,
  submit,
  busy,
  failure,
  submitText,
  onCancel,
  locked,
  onTouched,
}: FormBodyProps) {
  const { label, lang, t } = useText()
  const asked = Object.entries(fields).filter(([, field]) => !field.computed)
  const [values, setValues] = useState<Values>(() =>
    // A secret never comes from the server, a personal value only masked: what is not typed again is not sent, and stays.
    Object.fromEntries(asked.map(([name, field]) => [name, isKept(field, start[name]) ? undefined : startOf(field, start[name])])),
  )
  const [told, setTold] = useState<Readonly<Record<string, string>>>({})
  const check = (name: string, value: unknown): string | undefined => {
    const field = fields[name]
    if (!field) return undefined
    const needed = field.required || field.when?.required
    if (value === undefined && isKept(field, start[name])) return undefined
    if (needed && isEmpty(value)) return lang === 'zh' ? '必填' : 'Required'
    if (value === undefined) return undefined
    const parsed = fieldSchema(field).safeParse(value, { reportInput: true })
    const issue = parsed.success ? undefined : parsed.error.issues[0]
    if (!issue) return undefined
    return issueLabel(issue)[lang]
  }
  const send = (): void => {
    const faults = Object.fromEntries(
      asked
        .flatMap(([name, field]) => (locked?.(name) || !appliesIn(field, values) ? [] : [[name, check(name, values[name])] as const]))
        .filter(([, fault]) => fault !== undefined),
    )
    setTold(faults as Record<string, string>)
    const said = asked.map(([name, field]) => [name, appliesIn(field, values) ? values[name] : (emptyValue(field) ?? null)] as const)
    if (Object.keys(faults).length === 0) submit(Object.fromEntries(said))
  }
  const wrong = asked.find(([name]) => told[name] !== undefined)?.[0] ?? failure?.field?.split('.')[0]
  useEffect(() => {
    if (wrong !== undefined) document.getElementById(`f-${wrong}`)?.focus()
  }, [wrong, failure])
  const atField = failure?.field !== undefined && asked.some(([name]) => name === failure.field?.split('.')[0])
  const refused = (name: string): string | undefined => (failure?.field?.split('.')[0] === name ? label(failure.text) : undefined)
  return (
    <Form layout="vertical" onFinish={send} data-testid="record-form">
      <div className="rec-form">
        {asked.map(([name, field]) => {
          if (!appliesIn(field, values)) return null
          const fault = told[name] ?? refused(name)
          const wide = field.type === 'rows' || (field.type === 'text' && (field.multiline === true || field.many === true))
          return (
            <Form.Item
              key={name}
              htmlFor={`f-${name}`}
              required={field.required === true || field.when?.required === true}
              {...(wide ? { className: 'wide' } : {})}
              label={label(field.label)}
              {...(field.help ? { extra: label(field.help) } : {})}
              {...(fault === undefined ? {} : { validateStatus: 'error' as const, help: fault })}
            >
              <FieldControl
                record={record}
                name={name}
                field={field}
                titles={titles}
                beside={{ ...start, ...values }}
                id={`f-${name}`}
                value={values[name]}
                disabled={locked?.(name) ?? false}
                onChange={(value) => {
                  onTouched?.()
                  setValues((before) => ({ ...before, [name]: value }))
                  setTold(({ [name]: _gone, ...rest }) => rest)
                }}
              />
            </Form.Item>
          )
        })}
      </div>
      {failure && !atField ? (
        <Alert type="error" showIcon role="alert" title={label(failure.text)} style={{ marginBottom: 12 }} data-testid="form-failure" />
      ) : null}
      <Space>
        <Button type="primary" htmlType="submit" loading={busy} data-testid="record-save">
          {submitText}
        </Button>
        <Button onClick={onCancel}>{t('rec.cancel')}</Button>
      </Space>
    </Form>
  )
}

/** Closing a form in which something was typed asks first. */
function useCloseAsking(onClose: () => void) {
  const { t } = useText()
  const { modal } = App.useApp()
  const touched = useRef(false)
  const touch = (): void => {
    touched.current = true
  }
  const close = (): void => {
    if (!touched.current) onClose()
    else
      modal.confirm({
        title: t('rec.discard'),
        content: t('rec.discardHint'),
        okText: t('rec.discardGo'),
        okButtonProps: { danger: true },
        cancelText: t('rec.keepTyping'),
        onOk: onClose,
      })
  }
  return { touch, close }
}

/** What the form holds in the shape that the server takes; what does not fit is told at its field, as the server would. */
function fitting(schema: z.ZodType, values: Values): unknown {
  const parsed = schema.safeParse(values, { reportInput: true })
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new ApiFailure(422, 'invalid', issue ? issueLabel(issue) : { zh: '输入无效', en: 'Invalid input' }, issue?.path.join('.'))
}

interface RecordFormProps {
  readonly record: RecordModel
  /** null: a new one. */
  readonly row: Row | null
  /** What a new one begins with. */
  readonly preset?: Values
  readonly titles: Titles
  readonly onClose: () => void
  readonly onSaved?: (row: Row) => void
}

/** New or edit. If somebody else saved meanwhile, both versions are shown and one is chosen. */
export function RecordForm({ record, row: opened, preset = {}, titles, onClose, onSaved }: RecordFormProps): ReactNode {
  // As it was when the form opened: a change by somebody else meanwhile is a conflict, not a new beginning.
  const [row] = useState(opened)
  const { label, t } = useText()
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const save = useChange<{ readonly values: Values; readonly version: number | null }, Row>(
    record,
    async ({ values, version }) => {
      setFailure(null)
      if (!row || version === null) return (await send('post', addressOf(record), fitting(createSchema(record), values))) as Row
      const changed = Object.fromEntries(
        Object.entries(values).filter(
          ([name, value]) => !record.fields[name]?.fixed && JSON.stringify(value) !== JSON.stringify(row[name] ?? null),
        ),
      )
      return (await send('put', addressOf(record, `/${row.id}`), { version, ...changed })) as Row
    },
    (error) => {
      setFailure(error)
      return true
    },
  )
  const { touch, close } = useCloseAsking(onClose)
  const [mine, setMine] = useState<Values>({})
  const submit = (values: Values, version: number | null): void => {
    setMine(values)
    save.mutate(
      { values, version },
      {
        onSuccess: (saved) => {
          onSaved?.(saved)
          onClose()
        },
      },
    )
  }
  // Who is not told an amount does not change it; a new row's he gives himself.
  const asked =
    row === null || seesMoney()
      ? record.fields
      : Object.fromEntries(Object.entries(record.fields).filter(([, field]) => !carriesMoney(field)))
  const conflict = failure?.code === 'version-conflict' ? (failure.detail as { current: Row }) : null
  return (
    <Drawer open size={720} title={`${t(row ? 'rec.edit' : 'rec.new')} · ${label(record.label)}`} onClose={close} destroyOnHidden>
      <p className="muted">{label(record.help)}</p>
      <FieldsForm
        record={record}
        fields={asked}
        start={row ?? preset}
        titles={titles}
        busy={save.isPending}
        failure={conflict ? null : failure}
        submitText={t('rec.save')}
        onCancel={close}
        onTouched={touch}
        locked={(name) => row !== null && record.fields[name]?.fixed === true}
        submit={(values) => submit(values, row?.version ?? null)}
      />
      {conflict && row ? (
        <ConflictDialog
          record={record}
          before={row}
          mine={mine}
          theirs={conflict.current}
          titles={titles}
          onKeep={() => submit(mine, conflict.current.version)}
          onTake={onClose}
        />
      ) : null}
    </Drawer>
  )
}

interface TransitionFormProps {
  readonly record: RecordModel
  readonly row: Row
  readonly name: string
  readonly titles: Titles
  readonly onClose: () => void
}
/** Input of a transition, where it asks for some. */
export function TransitionForm({ record, row: opened, name, titles, onClose }: TransitionFormProps): ReactNode {
  const [row] = useState(opened)
  const { label } = useText()
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const { touch, close } = useCloseAsking(onClose)
  const way = record.lifecycle?.transitions[name]
  const act = useChange<Values>(
    record,
    (input) => {
      setFailure(null)
      return send('post', addressOf(record, `/${row.id}/${name}`), {
        version: row.version,
        input: fitting(inputSchema(way?.input ?? {}), input),
      })
    },
    (error) => {
      setFailure(error)
      return true
    },
  )
  if (!way) return null
  return (
    <Drawer open size={560} title={label(way.label)} onClose={close} destroyOnHidden>
      {way.confirm ? <p>{label(way.confirm)}</p> : null}
      <FieldsForm
        record={record}
        fields={way.input ?? {}}
        start={row}
        titles={titles}
        busy={act.isPending}
        failure={failure}
        submitText={label(way.label)}
        onCancel={close}
        onTouched={touch}
        submit={(values) => act.mutate(values, { onSuccess: onClose })}
      />
    </Drawer>
  )
}
