import { DeleteOutlined, PlusOutlined, UploadOutlined } from '@ant-design/icons'
import { emptyValue, type Field, isMany, type RecordModel, type ReferenceField, type RowsField } from '@twin/models/records'
import { App, Button, Card, DatePicker, Input, InputNumber, Select, Space, Switch, Upload } from 'antd'
import dayjs from 'dayjs'
import { type ReactNode, useState } from 'react'
import { expectationOf } from '@twin/models/help'
import { failureLabel } from '../api/index.ts'
import { useText } from '../i18n/index.ts'
import { unitSign } from '../ui/format.ts'
import { plain } from './plain.ts'
import { type Titles, upload, useOptions, type Values } from './record-api.ts'
import { fieldEditors } from './special.ts'

export interface ControlProps {
  readonly record: RecordModel
  readonly name: string
  readonly field: Field
  readonly value: unknown
  readonly onChange: (value: unknown) => void
  readonly titles: Titles
  /** What the other fields of the form have at the moment. */
  readonly beside?: Values
  readonly id: string
  readonly disabled?: boolean
}

/** A word to choose explains itself when pointed at, like a word anywhere. */
const choiceOption = ({ data }: { readonly data: { readonly zh: string; readonly label: string } }): ReactNode => (
  <span data-word={data.zh}>{data.label}</span>
)

/** The editor of a field, by its type; a module may put another in its place (`special.ts`). */
export function FieldControl(props: ControlProps): ReactNode {
  const { record, name, field, value, onChange, id, disabled = false } = props
  const { label, t } = useText()
  const hint = disabled ? '' : label(expectationOf(field))
  const Special = fieldEditors[`${record.name}.${name}`]
  if (Special) return <Special {...props} />
  switch (field.type) {
    case 'text':
      if (isMany(field))
        return (
          <Select
            id={id}
            mode="tags"
            value={[...((value ?? []) as string[])]}
            onChange={onChange}
            disabled={disabled}
            style={{ width: '100%' }}
            open={false}
            suffixIcon={null}
            placeholder={hint}
          />
        )
      if (field.sensitivity === 'secret')
        return (
          <Input.Password
            id={id}
            autoComplete="new-password"
            placeholder={t('rec.secretKept')}
            maxLength={field.max ?? 200}
            value={(value ?? '') as string}
            disabled={disabled}
            onChange={(event) => onChange(event.target.value || undefined)}
          />
        )
      return field.multiline ? (
        <Input.TextArea
          id={id}
          autoSize={{ minRows: 3, maxRows: 12 }}
          placeholder={hint}
          maxLength={field.max ?? 4000}
          value={(value ?? '') as string}
          disabled={disabled}
          onChange={(event) => onChange(event.target.value || null)}
        />
      ) : (
        <Input
          id={id}
          placeholder={hint}
          maxLength={field.max ?? 200}
          value={(value ?? '') as string}
          disabled={disabled}
          {...(value === undefined ? { placeholder: t('rec.secretKept') } : {})}
          onChange={(event) => onChange(event.target.value || (field.sensitivity === 'personal' ? undefined : null))}
        />
      )
    case 'number':
      return (
        <InputNumber
          id={id}
          style={{ width: '100%' }}
          placeholder={hint}
          value={value as number | null}
          min={field.min ?? -1e15}
          max={field.max ?? 1e15}
          {...(field.integer ? { precision: 0 } : {})}
          {...(field.unit ? { suffix: unitSign(field.unit) } : {})}
          disabled={disabled}
          onChange={onChange}
        />
      )
    case 'money':
      return (
        <InputNumber
          id={id}
          style={{ width: '100%' }}
          prefix="¥"
          placeholder={hint}
          precision={2}
          min={(field.min ?? 0) / 100}
          value={value === null || value === undefined ? null : Number(value) / 100}
          disabled={disabled}
          onChange={(yuan) => onChange(yuan === null ? null : Math.round(yuan * 100))}
        />
      )
    case 'date':
      return (
        <DatePicker
          id={id}
          style={{ width: '100%' }}
          value={value ? dayjs(value as string) : null}
          disabled={disabled}
          onChange={(day) => onChange(day ? day.format('YYYY-MM-DD') : null)}
        />
      )
    case 'time':
      return (
        <DatePicker
          id={id}
          showTime
          style={{ width: '100%' }}
          value={value ? dayjs(value as number) : null}
          disabled={disabled}
          onChange={(at) => onChange(at ? at.valueOf() : null)}
        />
      )
    case 'flag':
      return <Switch id={id} checked={value === true} disabled={disabled} onChange={onChange} />
    case 'choice':
      return (
        <Select
          id={id}
          style={{ width: '100%' }}
          placeholder={hint}
          allowClear={!field.required}
          showSearch={{ optionFilterProp: 'label' }}
          disabled={disabled}
          {...(isMany(field) ? { mode: 'multiple' as const } : {})}
          value={value ?? null}
          onChange={(next: unknown) => onChange(next ?? null)}
          options={Object.entries(field.options).map(([code, words]) => ({ value: code, label: label(words), zh: words.zh }))}
          optionRender={choiceOption}
        />
      )
    case 'reference':
      return <ReferenceControl {...props} field={field} />
    case 'file':
    case 'image':
      return <FileControl {...props} />
    case 'geo':
      return <GeoControl {...props} />
    case 'rows':
      return <RowsControl {...props} field={field} />
  }
}

/** The filter of what is offered, with `{name}` put in from the other fields; without a value it does not count. */
function offered(only: ReferenceField['only'], beside: Values): Readonly<Record<string, string>> {
  const filled = Object.entries(only ?? {}).map(([field, words]) => [
    field,
    words.replaceAll(/\{(\w+)\}/g, (_, name: string) => plain(beside[name] ?? '')),
  ])
  return Object.fromEntries(filled.filter(([, words]) => words !== '')) as Record<string, string>
}

/** Asks the server while one types, so that it works for ten rows and for a million. */
function ReferenceControl({
  field,
  value,
  onChange,
  titles,
  beside = {},
  id,
  disabled = false,
}: ControlProps & { readonly field: ReferenceField }) {
  const { label } = useText()
  const [text, setText] = useState('')
  const [open, setOpen] = useState(false)
  const [names, setNames] = useState<Values>({})
  const found = useOptions(field.to, text, open, offered(field.only, beside))
  const chosen = [value ?? []].flat().map(String)
  const known = new Map([
    ...chosen.map((each) => [each, plain(names[each] ?? titles[field.to]?.[each] ?? each)] as const),
    ...(found.data?.options ?? []).map((option) => [option.id, option.title] as const),
  ])
  return (
    <Select
      id={id}
      style={{ width: '100%' }}
      placeholder={disabled ? '' : label(expectationOf(field))}
      allowClear
      disabled={disabled}
      showSearch={{ filterOption: false, onSearch: setText }}
      loading={found.isFetching}
      {...(isMany(field) ? { mode: 'multiple' as const } : {})}
      onOpenChange={setOpen}
      value={isMany(field) ? chosen : (chosen[0] ?? null)}
      onChange={(next: unknown) => {
        const picked = [next ?? []].flat().map(String)
        setNames((before) => ({ ...before, ...Object.fromEntries(picked.map((each) => [each, known.get(each)])) }))
        onChange(isMany(field) ? picked : (picked[0] ?? null))
      }}
      options={[...known].map(([option, title]) => ({ value: option, label: title }))}
    />
  )
}

function FileControl({ record, name, field, value, onChange, titles, id, disabled = false }: ControlProps) {
  const { t, label } = useText()
  const { message } = App.useApp()
  const [names, setNames] = useState<Readonly<Record<string, string>>>({})
  const ids = [value ?? []].flat().map(String)
  const many = isMany(field)
  return (
    <Upload
      id={id}
      disabled={disabled}
      listType={field.type === 'image' ? 'picture' : 'text'}
      {...(field.type === 'image' ? { accept: 'image/*' } : {})}
      fileList={ids.map((file) => ({
        uid: file,
        name: names[file] ?? titles['file']?.[file] ?? file,
        status: 'done' as const,
        url: `/api/files/${file}`,
      }))}
      customRequest={({ file, onSuccess, onError }) => {
        const take = async (): Promise<void> => {
          try {
            const stored = await upload(record, name, file as File)
            setNames((before) => ({ ...before, [stored.id]: stored.name }))
            onChange(many ? [...ids, stored.id] : stored.id)
            onSuccess?.(stored)
          } catch (error) {
            void message.error(label(failureLabel(error)))
            onError?.(error instanceof Error ? error : new Error('upload'))
          }
        }
        void take()
      }}
      onRemove={(file) => onChange(many ? ids.filter((each) => each !== file.uid) : null)}
    >
      {many || ids.length === 0 ? <Button icon={<UploadOutlined />}>{t('rec.choose')}</Button> : null}
    </Upload>
  )
}

function GeoControl({ value, onChange, id, disabled = false }: ControlProps) {
  const { t } = useText()
  const given = value as { lat: number; lng: number } | null
  const [draft, setDraft] = useState<{ readonly lat: number | null; readonly lng: number | null }>(given ?? { lat: null, lng: null })
  const set = (next: { readonly lat: number | null; readonly lng: number | null }): void => {
    setDraft(next)
    onChange(next.lat === null || next.lng === null ? null : next)
  }
  return (
    <Space.Compact style={{ width: '100%' }}>
      <InputNumber
        id={id}
        prefix="φ"
        placeholder={t('rec.latitude')}
        aria-label={t('rec.latitude')}
        min={-90}
        max={90}
        value={draft.lat}
        disabled={disabled}
        style={{ width: '50%' }}
        onChange={(lat) => set({ ...draft, lat })}
      />
      <InputNumber
        prefix="λ"
        placeholder={t('rec.longitude')}
        aria-label={t('rec.longitude')}
        min={-180}
        max={180}
        value={draft.lng}
        disabled={disabled}
        style={{ width: '50%' }}
        onChange={(lng) => set({ ...draft, lng })}
      />
    </Space.Compact>
  )
}

function RowsControl({
  record,
  name,
  field,
  value,
  onChange,
  titles,
  beside = {},
  id,
  disabled = false,
}: ControlProps & { readonly field: RowsField }) {
  const { t, label } = useText()
  const rows = (value ?? []) as readonly Values[]
  const asked = Object.entries(field.fields).filter(([, sub]) => !sub.computed)
  return (
    <Space orientation="vertical" style={{ width: '100%' }}>
      {rows.map((row, at) => (
        <Card
          key={at}
          size="small"
          extra={
            <Button
              size="small"
              type="text"
              danger
              icon={<DeleteOutlined />}
              aria-label={t('rec.remove')}
              disabled={disabled}
              onClick={() => onChange(rows.filter((_, i) => i !== at))}
            />
          }
          title={`${label(field.label)} ${at + 1}`}
        >
          <div className="rec-subrow">
            {asked.map(([subName, sub]) => (
              <label key={subName} htmlFor={`${id}-${at}-${subName}`}>
                <span className="muted">
                  {label(sub.label)}
                  {sub.required ? ' *' : ''}
                </span>
                <FieldControl
                  record={record}
                  name={`${name}.${subName}`}
                  field={sub}
                  value={row[subName]}
                  titles={titles}
                  beside={{ ...beside, ...row }}
                  id={`${id}-${at}-${subName}`}
                  disabled={disabled}
                  onChange={(next) => onChange(rows.map((each, i) => (i === at ? { ...each, [subName]: next } : each)))}
                />
              </label>
            ))}
          </div>
        </Card>
      ))}
      <Button
        icon={<PlusOutlined />}
        disabled={disabled}
        onClick={() => onChange([...rows, Object.fromEntries(asked.map(([subName, sub]) => [subName, emptyValue(sub) ?? null]))])}
      >
        {t('rec.addRow')}
      </Button>
    </Space>
  )
}
