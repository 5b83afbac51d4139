import { operations } from '@twin/models/api'
import type { Analysis, AnalysisName } from '@twin/models/analysis'
import { Alert, Button, Modal, Table, type TableColumnsType } from 'antd'
import { Link } from 'react-router'
import { fileAddress, useCall } from '../../api/index.ts'
import { useText } from '../../i18n/index.ts'
import { formatTime } from '../../ui/format.ts'
import { Await } from '../../ui/widgets/index.ts'
import { type Ask, queryOf, type Rows } from './analysis-query.ts'
import { figure, unitWord } from './figures.ts'

type Row = Rows['rows'][number]
export interface Opened {
  readonly title: string
  readonly period: string
  readonly key: string | null
  readonly measure: string | null
  readonly count: number
}
interface AnalysisRowsProps {
  readonly name: AnalysisName
  readonly analysis: Analysis
  readonly ask: Ask
  readonly opened: Opened
  readonly onClose: () => void
}

/** The rows one point is made of; records open on a click. */
export function AnalysisRows({ name, analysis, ask, opened, onClose }: AnalysisRowsProps) {
  const { t, label, lang } = useText()
  const query = {
    ...queryOf(ask),
    period: opened.period,
    ...(opened.key === null ? {} : { key: opened.key }),
    ...(opened.measure === null ? {} : { measure: opened.measure }),
  }
  const rows = useCall(operations.analysisRows, { params: { analysis: name }, query })
  const values = [
    ...Object.values(analysis.measures).flatMap((one) => ('value' in one ? [[one.value, one] as const] : [])),
    ...Object.entries(analysis.details),
  ]
  const data = rows.data
  const dimensions = Object.entries(analysis.dimensions).filter(([dimension]) => data?.rows.some(({ keys }) => keys[dimension]))
  const booked = data?.rows.some(({ at }) => at !== null) === true
  const columns: TableColumnsType<Row> = [
    {
      title: t('common.name'),
      key: 'title',
      render: (_, row) => (row.opens ? <Link to={`/records/${row.opens.record}/${row.opens.id}`}>{row.title}</Link> : row.title),
    },
    ...(booked ? [{ title: t('analysis.booked'), key: 'at', render: (_: unknown, row: Row) => formatTime(row.at, 'full', lang) }] : []),
    ...dimensions.map(([dimension, one]) => ({
      title: label(one.label),
      key: dimension,
      render: (_: unknown, row: Row) => (row.keys[dimension] ? label(row.keys[dimension]) : '—'),
    })),
    ...values
      .filter(([value]) => data?.rows.some((row) => row.values[value] !== undefined && row.values[value] !== null))
      .map(([value, one]) => ({
        title: `${label(one.label)} ${unitWord(one.unit)}`,
        key: value,
        align: 'right' as const,
        render: (_: unknown, row: Row) => <span className="num">{figure(row.values[value] ?? null, one.unit)}</span>,
      })),
  ]
  return (
    <Modal
      open
      width="min(1100px, 96vw)"
      onCancel={onClose}
      title={t('analysis.rowsOf', { title: opened.title, period: opened.period, n: data?.total ?? opened.count })}
      footer={
        <Button
          href={fileAddress(operations.analysisExport, { params: { analysis: name }, query: { ...query, what: 'rows', format: 'xlsx' } })}
        >
          {t('analysis.exportRows')} xlsx
        </Button>
      }
    >
      <Await query={rows}>
        {data && data.total > data.rows.length ? <Alert type="info" title={t('analysis.rowsCut', { n: data.rows.length })} /> : null}
        <Table<Row>
          size="small"
          rowKey={(row) => `${row.period} ${row.opens?.id ?? row.title}`}
          columns={columns}
          dataSource={[...(data?.rows ?? [])]}
          pagination={{ pageSize: 12, hideOnSinglePage: true, showSizeChanger: false }}
          scroll={{ x: 'max-content' }}
          data-testid="analysis-rows"
        />
      </Await>
    </Modal>
  )
}
