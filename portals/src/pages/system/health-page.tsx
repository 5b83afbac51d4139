import { useQuery } from '@tanstack/react-query'
import { operations } from '@twin/models/api'
import { Badge, Input, Table, type TableColumnsType } from 'antd'
import { useState } from 'react'
import { useCall } from '../../api/index.ts'
import { useText } from '../../i18n/index.ts'
import { formatNumber, formatTime } from '../../ui/format.ts'
import { Await, KpiStrip, Page } from '../../ui/widgets/index.ts'
import { readMetrics, type Metric } from './metrics.ts'
import { ModulesTable } from './modules-table.tsx'

const partNames = {
  database: 'health.part.database',
  runtime: 'health.part.runtime',
  devices: 'health.part.devices',
  broker: 'health.part.broker',
  cluster: 'health.part.cluster',
  spool: 'health.part.spool',
} as const

/** Parts of the server with their own words, and the metrics Prometheus sees. */
export function HealthPage() {
  const { t, lang } = useText()
  const [text, setText] = useState('')
  const health = useCall(operations.health, {}, { every: 5000 })
  const metrics = useQuery({
    queryKey: ['/metrics'],
    queryFn: async ({ signal }) => {
      const response = await fetch('/metrics', { signal })
      return response.ok ? readMetrics(await response.text()) : []
    },
    refetchInterval: 5000,
  })
  const parts = Object.entries(health.data?.parts ?? {}).filter(([part]) => part !== 'demo')
  const wanted = text.trim().toLowerCase()
  const rows = (metrics.data ?? []).filter((metric) => `${metric.name}${metric.labels}`.toLowerCase().includes(wanted))
  const columns: TableColumnsType<Metric> = [
    {
      title: t('health.metricName'),
      key: 'name',
      render: (_, metric) => (
        <span className="mono" title={metric.help}>
          {metric.name}
          <span className="muted">{metric.labels}</span>
        </span>
      ),
    },
    {
      title: t('common.value'),
      key: 'value',
      align: 'right',
      render: (_, metric) => <span className="num">{formatNumber(metric.value)}</span>,
    },
  ]
  return (
    <Page
      title={t('health.title')}
      testId="health-page"
      extra={
        <>
          <a href="/metrics" target="_blank" rel="noreferrer">
            {t('health.metricsRaw')}
          </a>
          <a href="/api/docs" target="_blank" rel="noreferrer">
            {t('health.apiDocs')}
          </a>
        </>
      }
    >
      <Await query={health}>
        <KpiStrip
          testId="health-kpi"
          items={[
            {
              key: 'ok',
              title: t('health.overall'),
              value: t(health.data?.ok ? 'health.ok' : 'health.bad'),
              tone: health.data?.ok ? 'running' : 'alarm',
            },
            { key: 'at', title: t('shell.serverTime'), value: formatTime(health.data?.at, 'time', lang) },
          ]}
        />
        <Table
          size="small"
          rowKey={([part]) => part}
          pagination={false}
          scroll={{ x: 'max-content' }}
          data-testid="health-table"
          dataSource={parts}
          columns={[
            {
              title: t('health.part'),
              key: 'part',
              render: (_, [part]) => (part in partNames ? t(partNames[part as keyof typeof partNames]) : part),
            },
            {
              title: t('common.state'),
              key: 'ok',
              render: (_, [, part]) => <Badge status={part.ok ? 'success' : 'error'} text={t(part.ok ? 'health.ok' : 'health.bad')} />,
            },
            { title: t('health.detail'), key: 'detail', render: (_, [, part]) => part.detail },
          ]}
        />
      </Await>
      <div className="section-title">{t('health.modules')}</div>
      <ModulesTable />
      <div className="section-title">
        {t('health.metrics')}
        <Input.Search
          allowClear
          size="small"
          style={{ width: 220 }}
          placeholder={t('common.search')}
          aria-label={t('common.search')}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <Table<Metric>
        size="small"
        rowKey={(metric) => metric.name + metric.labels}
        columns={columns}
        dataSource={rows}
        locale={{ emptyText: t('health.noMetrics') }}
        pagination={{ pageSize: 25, hideOnSinglePage: true }}
        scroll={{ x: 'max-content' }}
      />
    </Page>
  )
}
