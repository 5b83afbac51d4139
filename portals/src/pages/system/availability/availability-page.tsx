import { type AvailabilityView, operations } from '@twin/models/api'
import type { Confidence } from '@twin/models/reliability'
import { Alert, Collapse, Segmented } from 'antd'
import { useState } from 'react'
import { useCall } from '../../../api/index.ts'
import { useText } from '../../../i18n/index.ts'
import { formatNumber, formatTime } from '../../../ui/format.ts'
import { Await, type Kpi, KpiStrip, Page } from '../../../ui/widgets/index.ts'
import './availability.css'
import { DayRibbon, MinuteRibbon, StateLegend } from './day-ribbon.tsx'
import { OutageTable } from './outage-table.tsx'

/** Cut, not rounded: 99.9996 % is not 100 %. */
const percent = (share: number | null): string => (share === null ? '—' : `${formatNumber(Math.floor(share * 1e6) / 1e4, 4)} %`)

/** Whether the service was there, minute by minute, what was not, and what that demonstrates about its reliability. */
export function AvailabilityPage() {
  const { t, lang } = useText()
  const [confidence, setConfidence] = useState<Confidence>(90)
  const [chosen, setChosen] = useState<string | null>(null)
  const found = useCall(operations.availability, { query: { confidence: confidence === 60 ? '60' : '90' } }, { keep: true, every: 15_000 })
  const { data } = found
  const days = data?.days ?? []
  const day = chosen ?? days.at(-1)?.day
  return (
    <Page title={t('availability.title')} hint={t('availability.hint')} testId="availability-page">
      <Await query={found}>
        {data?.ongoing ? (
          <Alert
            type="error"
            showIcon
            data-testid="outage-now"
            title={t('availability.now', {
              at: formatTime(data.ongoing.from, 'full', lang),
              cause: t(`availability.cause.${data.ongoing.cause}`),
            })}
            description={data.ongoing.detail}
          />
        ) : null}
        <KpiStrip
          testId="availability-kpi"
          items={(data?.periods ?? []).flatMap(({ period, availability, withoutPlanned }): Kpi[] => [
            { key: period, title: t(`availability.${period}`), term: 'serviceAvailability', value: percent(availability) },
            {
              key: `${period}-unplanned`,
              title: t(`availability.${period}Unplanned`),
              term: 'availabilityUnplanned',
              value: percent(withoutPlanned),
              tone: 'muted',
            },
          ])}
        />
        <div className="section-title">
          {t('availability.days')}
          <span className="muted" style={{ fontWeight: 400 }}>
            {data ? t('availability.since', { at: formatTime(data.since, 'full', lang) }) : ''}
          </span>
        </div>
        {day === undefined ? null : (
          <>
            <DayRibbon days={days} day={day} onDay={setChosen} />
            <StateLegend />
            <div>
              <MinuteRibbon day={day} count={days.find((each) => each.day === day)} />
            </div>
          </>
        )}
        <div className="section-title">
          {t('availability.reliability')}
          <Segmented<Confidence>
            size="small"
            aria-label={t('availability.confidence')}
            value={confidence}
            onChange={setConfidence}
            options={([60, 90] as const).map((value) => ({ value, label: t('availability.confidenceOf', { n: value }) }))}
            data-testid="confidence"
          />
        </div>
        {data ? <Reliability summary={data} /> : null}
        <OutageTable />
        <Collapse
          size="small"
          items={[
            { key: 'rules', label: t('availability.rules'), children: <Rules gapMs={data?.gapMs ?? 0} checkMs={data?.checkMs ?? 0} /> },
          ]}
        />
      </Await>
    </Page>
  )
}

function Reliability({ summary: { reliability } }: { readonly summary: AvailabilityView }) {
  const { t } = useText()
  const { operatingHours, failures, mtbf, lowerBound, target, met, hoursNeeded, confidence, degrees, chiSquare } = reliability
  const hours = (value: number | null): string => formatNumber(value, value !== null && value < 1000 ? 2 : 0)
  return (
    <>
      <KpiStrip
        testId="reliability-kpi"
        items={[
          {
            key: 'operatingHours',
            title: t('availability.operatingHours'),
            term: 'operatingHours',
            value: hours(operatingHours),
            unit: 'h',
          },
          {
            key: 'failures',
            title: t('availability.failures'),
            term: 'countedFailures',
            value: formatNumber(failures, 0),
            tone: failures > 0 ? 'P2' : 'running',
          },
          { key: 'mtbf', title: t('availability.mtbf'), term: 'serviceMtbf', value: hours(mtbf), unit: 'h' },
          { key: 'lowerBound', title: t('availability.bound', { n: confidence }), term: 'mtbfBound', value: hours(lowerBound), unit: 'h' },
          { key: 'target', title: t('availability.target'), value: formatNumber(target, 0), unit: 'h', tone: met ? 'running' : 'muted' },
        ]}
      />
      <Alert
        type={met ? 'success' : 'info'}
        showIcon
        data-testid="target-state"
        data-met={met}
        title={
          met
            ? t('availability.met', { target: formatNumber(target, 0), n: confidence })
            : t('availability.notYet', { target: formatNumber(target, 0), n: confidence, hours: formatNumber(Math.ceil(hoursNeeded), 0) })
        }
        description={t('availability.formula', {
          hours: hours(operatingHours),
          degrees,
          confidence,
          chiSquare: formatNumber(chiSquare, 3),
          bound: hours(lowerBound),
        })}
      />
    </>
  )
}

function Rules({ gapMs, checkMs }: { readonly gapMs: number; readonly checkMs: number }) {
  const { t } = useText()
  const seconds = (ms: number): string => formatNumber(ms / 1000, ms % 1000 === 0 ? 0 : 1)
  return (
    <ul>
      {(['good', 'outage', 'counts', 'shares', 'bound'] as const).map((rule) => (
        <li key={rule}>{t(`availability.rule.${rule}`, { gap: seconds(gapMs), half: seconds(gapMs / 2), check: seconds(checkMs) })}</li>
      ))}
    </ul>
  )
}
