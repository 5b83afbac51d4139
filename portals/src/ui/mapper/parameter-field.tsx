import type { CommandParameter } from '@twin/models/kinds'
import { DatePicker, Form, Input, InputNumber, Select, Switch, type FormItemProps } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useText, wordLabel, type Text } from '../../i18n/index.ts'
import { unitSign } from '../format.ts'
import type { Rule } from './schema-rule.ts'

/** Rule of one argument, from its declaration alone; the server checks the same again. */
export function parameterRules(parameter: CommandParameter, text: Text): Rule[] {
  const rules: Rule[] = []
  const name = text.label(parameter.label)
  if (parameter.required && parameter.type !== 'boolean') rules.push({ required: true, message: `${name}: ${text.t('common.required')}` })
  if (parameter.type === 'number' || parameter.type === 'integer') {
    rules.push({
      validator: (_, value: unknown) => {
        if (value === null || value === undefined || value === '') return Promise.resolve()
        const problem = numberProblem(parameter, value)
        return problem ? Promise.reject(new Error(`${name}: ${problem}`)) : Promise.resolve()
      },
    })
  }
  if (parameter.type === 'object') {
    rules.push({
      validator: (_, value: unknown) => {
        if (typeof value !== 'string' || !value.trim()) return Promise.resolve()
        try {
          JSON.parse(value)
          return Promise.resolve()
        } catch {
          return Promise.reject(new Error('JSON'))
        }
      },
    })
  }
  return rules
}

/** What is wrong with a number, as its allowed range; null when nothing is. */
export function numberProblem({ type, min, max }: CommandParameter, value: unknown): string | null {
  const ok =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (type !== 'integer' || Number.isInteger(value)) &&
    (min === undefined || value >= min) &&
    (max === undefined || value <= max)
  return ok ? null : rangeText({ min, max })
}

export function rangeText({ min, max, unit }: { min?: number | undefined; max?: number | undefined; unit?: string | undefined }): string {
  const sign = unit ? ` ${unitSign(unit)}` : ''
  if (min !== undefined && max !== undefined) return `${min} … ${max}${sign}`
  if (min !== undefined) return `≥ ${min}${sign}`
  return max === undefined ? '' : `≤ ${max}${sign}`
}

/** Values of the form → arguments on the wire: times become epoch ms, objects are parsed, empty ones left out. */
export function argumentsFrom(parameters: readonly CommandParameter[], values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const args: Record<string, unknown> = {}
  for (const { name, type } of parameters) {
    const value = values[name]
    if (value === undefined || value === null || value === '') continue
    if (type === 'timestamp') args[name] = (value as Dayjs).valueOf()
    else if (type === 'object') args[name] = typeof value === 'string' ? (JSON.parse(value) as unknown) : value
    else args[name] = value
  }
  return args
}

function control(parameter: CommandParameter, lang: 'zh' | 'en') {
  switch (parameter.type) {
    case 'number':
    case 'integer':
      return (
        <InputNumber
          style={{ width: '100%' }}
          {...(parameter.min === undefined ? {} : { min: parameter.min })}
          {...(parameter.max === undefined ? {} : { max: parameter.max })}
          {...(parameter.type === 'integer' ? { precision: 0 } : {})}
          {...(parameter.unit ? { suffix: unitSign(parameter.unit) } : {})}
          changeOnWheel={false}
        />
      )
    case 'boolean':
      return <Switch />
    case 'enum':
      return <Select options={(parameter.values ?? []).map((word) => ({ value: word, label: wordLabel(word)[lang] }))} />
    case 'timestamp':
      return <DatePicker showTime style={{ width: '100%' }} minDate={dayjs()} />
    case 'object':
      return <Input.TextArea rows={4} style={{ fontFamily: 'monospace' }} placeholder="{ }" />
    case 'string':
      return <Input maxLength={200} />
  }
}

/** Form item of one argument: control, range, unit and rule come from its declaration. */
export function ParameterField({ parameter }: { readonly parameter: CommandParameter }) {
  const text = useText()
  const hint = [parameter.type === 'number' || parameter.type === 'integer' ? rangeText(parameter) : '', parameter.note ?? '']
    .filter(Boolean)
    .join(' · ')
  const extra: FormItemProps = parameter.type === 'boolean' ? { valuePropName: 'checked', initialValue: false } : {}
  return (
    <Form.Item
      name={['args', parameter.name]}
      label={text.label(parameter.label)}
      rules={parameterRules(parameter, text)}
      required={parameter.required}
      {...(hint ? { extra: hint } : {})}
      {...extra}
    >
      {control(parameter, text.lang)}
    </Form.Item>
  )
}
