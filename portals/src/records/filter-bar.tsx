import { isSearchable, type RecordModel } from '@twin/models/records'
import { Button, DatePicker, Input, Select } from 'antd'
import dayjs from 'dayjs'
import { useText } from '../i18n/index.ts'
import { PhoneFold } from '../ui/widgets/index.ts'
import { fieldOf } from './field-value.tsx'
import { type Query, useOptions } from './record-api.ts'
import { useState } from 'react'

interface FilterBarProps {
  readonly record: RecordModel
  readonly q: string
  readonly filter: Query
  readonly onChange: (q: string, filter: Query) => void
}

/** Search, and one picker per field that the declaration offers for filtering. */
export function FilterBar({ record, q, filter, onChange }: FilterBarProps) {
  const { t } = useText()
  return (
    <div className="tool-row" data-testid="filter-bar">
      {isSearchable(record) ? (
        <Input.Search
          key={q}
          allowClear
          defaultValue={q}
          placeholder={t('rec.search')}
          aria-label={t('rec.search')}
          data-testid="record-search"
          style={{ width: 220 }}
          onSearch={(text) => onChange(text, filter)}
        />
      ) : null}
      {(record.views.filters ?? []).length > 0 ? (
        <PhoneFold count={Object.keys(filter).length}>
          {(record.views.filters ?? []).map((name) => (
            <OneFilter key={name} record={record} name={name} filter={filter} onChange={(next) => onChange(q, next)} />
          ))}
        </PhoneFold>
      ) : null}
      {q !== '' || Object.keys(filter).length > 0 ? (
        <Button type="link" onClick={() => onChange('', {})}>
          {t('rec.clear')}
        </Button>
      ) : null}
    </div>
  )
}

interface OneFilterProps {
  readonly record: RecordModel
  readonly name: string
  readonly filter: Query
  readonly onChange: (filter: Query) => void
}
function OneFilter({ record, name, filter, onChange }: OneFilterProps) {
  const { label, t } = useText()
  const [text, setText] = useState('')
  const [open, setOpen] = useState(false)
  const field = fieldOf(record, name)
  const reference = field?.type === 'reference' ? field.to : ''
  const found = useOptions(reference, text, reference !== '' && (open || filter[name] !== undefined))
  if (!field) return null
  const set = (key: string, value: string | undefined): void => {
    const { [key]: _old, ...rest } = filter
    onChange(value === undefined || value === '' ? rest : { ...rest, [key]: value })
  }
  const placeholder = label(field.label)
  const chosen = filter[name]?.split(',') ?? []
  switch (field.type) {
    case 'choice':
      return (
        <Select
          mode="multiple"
          allowClear
          maxTagCount="responsive"
          style={{ minWidth: 150 }}
          placeholder={placeholder}
          aria-label={placeholder}
          value={chosen}
          options={Object.entries(field.options).map(([value, words]) => ({ value, label: label(words) }))}
          onChange={(values) => set(name, values.join(','))}
        />
      )
    case 'flag':
      return (
        <Select
          allowClear
          style={{ minWidth: 110 }}
          placeholder={placeholder}
          aria-label={placeholder}
          value={filter[name] ?? null}
          options={[
            { value: 'true', label: t('common.yes') },
            { value: 'false', label: t('common.no') },
          ]}
          onChange={(value) => set(name, value ?? undefined)}
        />
      )
    case 'reference':
      return (
        <Select
          allowClear
          style={{ minWidth: 170 }}
          placeholder={placeholder}
          aria-label={placeholder}
          showSearch={{ filterOption: false, onSearch: setText }}
          onOpenChange={setOpen}
          value={filter[name] ?? null}
          options={(found.data?.options ?? []).map(({ id, title }) => ({ value: id, label: title }))}
          onChange={(value) => set(name, value ?? undefined)}
        />
      )
    case 'time':
    case 'date': {
      const at = (key: string) => {
        const value = filter[`${name}.${key}`]
        return value === undefined ? null : dayjs(field.type === 'time' ? Number(value) : value)
      }
      return (
        <DatePicker.RangePicker
          allowEmpty={[true, true]}
          placeholder={[placeholder, '']}
          value={[at('gte'), at('lte')]}
          onChange={(range) => {
            const { [`${name}.gte`]: _from, [`${name}.lte`]: _to, ...rest } = filter
            const say = (day: dayjs.Dayjs): string => (field.type === 'time' ? String(day.valueOf()) : day.format('YYYY-MM-DD'))
            const [from, to] = range ?? []
            onChange({
              ...rest,
              ...(from ? { [`${name}.gte`]: say(from.startOf('day')) } : {}),
              ...(to ? { [`${name}.lte`]: say(to.endOf('day')) } : {}),
            })
          }}
        />
      )
    }
    default:
      return (
        <Input
          allowClear
          style={{ width: 150 }}
          placeholder={placeholder}
          aria-label={placeholder}
          defaultValue={filter[name] ?? ''}
          onPressEnter={(event) => set(name, event.currentTarget.value)}
          onBlur={(event) => set(name, event.currentTarget.value)}
        />
      )
  }
}
