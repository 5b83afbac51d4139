import { familyLabel, logActionLabel, logActions, logFamilies, type PlatformName, platforms } from '@twin/models/records'
import { Input, Select } from 'antd'
import { useText } from '../../i18n/index.ts'

export interface LogFilter {
  readonly platform?: PlatformName | undefined
  readonly record?: string | undefined
  readonly action?: string | undefined
  readonly user?: string | undefined
  readonly number?: string | undefined
  readonly address?: string | undefined
  readonly result?: string | undefined
}

/** Which lines of the log: by platform, record, act, person, number, address and result. */
export function LogFilterBar({ value, onChange }: { readonly value: LogFilter; readonly onChange: (part: LogFilter) => void }) {
  const { t, label } = useText()
  const choice = (name: 'platform' | 'record' | 'action', options: { readonly value: string; readonly label: string }[]) => (
    <Select
      key={name}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      style={{ width: 150 }}
      popupMatchSelectWidth={false}
      placeholder={t(`audit.${name}`)}
      aria-label={t(`audit.${name}`)}
      data-testid={`log-${name}`}
      value={value[name] ?? null}
      options={options}
      onChange={(next: string | null) => onChange({ [name]: next ?? undefined })}
    />
  )
  const words = (name: 'user' | 'number' | 'address' | 'result') => (
    <Input.Search
      key={name}
      allowClear
      style={{ width: 160 }}
      placeholder={t(`audit.${name}`)}
      aria-label={t(`audit.${name}`)}
      data-testid={`log-${name}`}
      onSearch={(text) => onChange({ [name]: text.trim() || undefined })}
    />
  )
  return (
    <>
      {choice(
        'platform',
        Object.entries(platforms).map(([code, [zh, en]]) => ({ value: code, label: label({ zh, en }) })),
      )}
      {choice(
        'record',
        logFamilies().map(({ family }) => ({ value: family, label: label(familyLabel(family)) })),
      )}
      {choice(
        'action',
        logActions.map((action) => ({ value: action, label: label(logActionLabel('', action)) })),
      )}
      {(['user', 'number', 'address', 'result'] as const).map(words)}
    </>
  )
}
