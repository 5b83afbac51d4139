import type { Analysis, Dimension, Step } from '@twin/models/analysis'
import { Checkbox, DatePicker, Segmented, Select } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { useText } from '../../i18n/index.ts'
import { useOptions } from '../../records/record-api.ts'
import { PhoneFold } from '../../ui/widgets/index.ts'
import { type Ask, presetOf, together } from './analysis-query.ts'

interface ToolsProps {
  readonly analysis: Analysis
  readonly ask: Ask
  readonly now: number
  readonly onChange: (ask: Ask) => void
}

/** Period, step, split, measures and filters, as the analysis declares them. */
export function AnalysisTools({ analysis, ask, now, onChange }: ToolsProps) {
  const { t, label } = useText()
  const measures = Object.entries(analysis.measures)
  return (
    <>
      <div className="tool-row">
        {analysis.steps.length > 1 ? (
          <Segmented<Step>
            value={ask.step}
            options={analysis.steps.map((step) => ({ value: step, label: t(step === 'day' ? 'analysis.byDay' : 'analysis.byMonth') }))}
            onChange={(step) => onChange({ ...ask, step, ...presetOf(step, now) })}
            aria-label={t('analysis.period')}
          />
        ) : null}
        <DatePicker.RangePicker
          picker={ask.step === 'month' ? 'month' : 'date'}
          allowClear={false}
          value={[dayjs(ask.from), dayjs(ask.to)]}
          aria-label={t('analysis.period')}
          data-testid="analysis-period"
          onChange={(range) => {
            const [from, to] = range ?? []
            if (!from || !to) return
            const last = ask.step === 'month' ? to.endOf('month') : to
            onChange({ ...ask, from: from.format('YYYY-MM-DD'), to: last.format('YYYY-MM-DD') })
          }}
        />
        <PhoneFold count={Object.values(ask.filter).filter((values) => values && values.length > 0).length}>
          <Select
            style={{ minWidth: 130 }}
            value={ask.split ?? ''}
            aria-label={t('analysis.split')}
            data-testid="analysis-split"
            prefix={t('analysis.split')}
            options={[
              { value: '', label: t('analysis.splitNone') },
              ...Object.entries(analysis.dimensions).flatMap(([value, dimension]) =>
                dimension.split ? [{ value, label: label(dimension.label) }] : [],
              ),
            ]}
            onChange={(split) => onChange({ ...ask, split: split === '' ? null : split })}
          />
          {Object.entries(analysis.dimensions).map(([name, dimension]) => (
            <DimensionFilter
              key={name}
              name={name}
              dimension={dimension}
              value={ask.filter[name] ?? []}
              onChange={(values) => onChange({ ...ask, filter: { ...ask.filter, [name]: values } })}
            />
          ))}
        </PhoneFold>
      </div>
      {measures.length > 1 ? (
        <Checkbox.Group
          value={[...ask.measures]}
          data-testid="analysis-measures"
          options={measures.map(([value, one]) => ({ value, label: label(one.label) }))}
          onChange={(chosen) => {
            const next = measures.flatMap(([name]) => (chosen.includes(name) ? [name] : []))
            const added = next.find((name) => !ask.measures.includes(name))
            // One measure at least is always shown.
            if (next.length > 0) onChange({ ...ask, measures: together(analysis, next, ask.split, added) })
          }}
        />
      ) : null}
    </>
  )
}

interface FilterProps {
  readonly name: string
  readonly dimension: Dimension
  readonly value: readonly string[]
  readonly onChange: (values: readonly string[]) => void
}
const lookedUp = new Set(['region', 'station', 'device'])

function DimensionFilter({ name, dimension, value, onChange }: FilterProps) {
  const { label } = useText()
  const [text, setText] = useState('')
  const [open, setOpen] = useState(false)
  const remote = dimension.words === undefined && lookedUp.has(name)
  const found = useOptions(remote ? name : '', text, remote && (open || value.length > 0))
  const title = label(dimension.label)
  const known = new Map([
    ...value.map((each) => [each, each] as const),
    ...(found.data?.options ?? []).map((option) => [option.id, option.title] as const),
    ...Object.entries(dimension.words ?? {}).map(([code, words]) => [code, label(words)] as const),
  ])
  return (
    <Select
      mode="multiple"
      allowClear
      maxTagCount="responsive"
      style={{ minWidth: 150 }}
      placeholder={title}
      aria-label={title}
      data-testid={`analysis-filter-${name}`}
      value={[...value]}
      showSearch={remote ? { filterOption: false, onSearch: setText } : { optionFilterProp: 'label' }}
      onOpenChange={setOpen}
      options={[...known].map(([option, words]) => ({ value: option, label: words }))}
      onChange={(values: string[]) => onChange(values)}
    />
  )
}
