import { DownloadOutlined } from '@ant-design/icons'
import { operations } from '@twin/models/api'
import { type Analysis, analyses, type AnalysisName } from '@twin/models/analysis'
import { Button, Dropdown, Table, type TableColumnsType } from 'antd'
import { useMemo, useState } from 'react'
import { useSearchParams } from 'react-router'
import { fileAddress, useCall } from '../../api/index.ts'
import { useText } from '../../i18n/index.ts'
import { serverNow } from '../../live/index.ts'
import { usePreferences } from '../../ui/preferences.ts'
import { Await, BarChart, Nothing, Page, seriesColours } from '../../ui/widgets/index.ts'
import { type Ask, type Line, queryOf, readAsk, type Result, writeAsk } from './analysis-query.ts'
import { AnalysisRows, type Opened } from './analysis-rows.tsx'
import { AnalysisTools } from './analysis-tools.tsx'
import { figure, inUnit, unitWord } from './figures.ts'

/** The line of all is no colour of a part. */
const sumColours = { dark: '#e6edf3', light: '#253041' } as const
/** Lines drawn at once; the table has them all. */
const MOST_DRAWN = 10

/** One analysis as it is declared: tools, chart, table of figures, and the rows behind each. */
export function AnalysisPage({ name }: { readonly name: AnalysisName }) {
  const { t, label } = useText()
  const analysis: Analysis = analyses[name]
  const [search, setSearch] = useSearchParams()
  const [now] = useState(serverNow)
  const ask = useMemo(() => readAsk(analysis, search, now), [analysis, search, now])
  const [opened, setOpened] = useState<Opened | null>(null)
  const found = useCall(operations.analysis, { params: { analysis: name }, query: queryOf(ask) }, { keep: true })
  const data = found.data
  const open = (line: Line, period: number): void => {
    const point = line.points[period]
    const key = data?.periods[period]?.key
    if (point && key) setOpened({ title: label(line.title), period: key, key: line.key, measure: line.measure, count: point.count })
  }
  return (
    <Page title={label(analysis.label)} testId="analysis-page" hint={label(analysis.help)} extra={<ExportMenu name={name} ask={ask} />}>
      <AnalysisTools analysis={analysis} ask={ask} now={now} onChange={(next) => setSearch(writeAsk(next), { replace: true })} />
      <Await query={found}>
        {data && data.lines.some(({ points }) => points.some(({ count }) => count > 0)) ? (
          <>
            <div className="panel">
              <Chart analysis={analysis} data={data} onOpen={open} />
              <div className="muted">{t('analysis.clickHint')}</div>
            </div>
            <Figures data={data} onOpen={open} />
          </>
        ) : (
          <Nothing />
        )}
      </Await>
      {opened ? <AnalysisRows name={name} analysis={analysis} ask={ask} opened={opened} onClose={() => setOpened(null)} /> : null}
    </Page>
  )
}

interface PartProps {
  readonly data: Result
  readonly onOpen: (line: Line, period: number) => void
}

function Chart({ analysis, data, onOpen }: PartProps & { readonly analysis: Analysis }) {
  const { t, label } = useText()
  const theme = usePreferences((state) => state.theme)
  const labels = useMemo(() => data.periods.map(({ key }) => key), [data])
  const drawn = useMemo(() => drawnLines(data.lines), [data])
  const sets = useMemo(() => {
    const colours = seriesColours[theme]
    const first = drawn[0]?.unit
    return drawn.map((line, i) => {
      const whole = line.key === null && line.measure === null && drawn.length > 1
      const bar = analysis.chart === 'stack' && !whole && line.unit === first
      return {
        name: label(line.title),
        unit: unitWord(line.unit),
        values: line.points.map(({ value }) => inUnit(value, line.unit)),
        colour: whole ? sumColours[theme] : (colours[i % colours.length] ?? colours[0]),
        ...(bar ? { stack: 'all' } : { line: true, left: line.unit === first }),
      }
    })
  }, [analysis, drawn, label, theme])
  return (
    <BarChart
      labels={labels}
      sets={sets}
      height={320}
      ariaLabel={label(analysis.label)}
      source={t('chart.source.analysis')}
      onPick={(period, set) => {
        const line = drawn[set]
        if (line) onOpen(line, period)
      }}
    />
  )
}

/** The largest lines and the one of all. */
function drawnLines(lines: readonly Line[]): readonly Line[] {
  if (lines.length <= MOST_DRAWN + 1) return lines
  const size = ({ points }: Line): number => points.reduce((sum, { value }) => sum + (value ?? 0), 0)
  const split = lines.filter(({ key }) => key !== null).toSorted((a, b) => size(b) - size(a))
  return [...split.slice(0, MOST_DRAWN), ...lines.filter(({ key }) => key === null)]
}

/** Every figure, a row per line and a column per period; each opens its rows. */
function Figures({ data, onOpen }: PartProps) {
  const { t, label } = useText()
  const columns: TableColumnsType<Line> = [
    {
      title: t('common.name'),
      key: 'title',
      fixed: 'left',
      render: (_, line) => (
        <strong>
          {label(line.title)} <span className="muted">{unitWord(line.unit)}</span>
        </strong>
      ),
    },
    ...data.periods.map(({ key }, period) => ({
      title: key,
      key,
      align: 'right' as const,
      render: (_: unknown, line: Line) => {
        const point = line.points[period]
        if (!point || point.count === 0) return <span className="muted">{point?.value === 0 ? figure(0, line.unit) : '—'}</span>
        return (
          <button
            type="button"
            className="link-button num"
            data-testid="analysis-figure"
            data-period={key}
            data-line={line.key ?? line.measure ?? 'all'}
            onClick={() => onOpen(line, period)}
          >
            {figure(point.value, line.unit)}
          </button>
        )
      },
    })),
  ]
  return (
    <Table<Line>
      size="small"
      rowKey={(line) => `${line.key ?? 'all'} ${line.measure ?? 'all'}`}
      columns={columns}
      dataSource={[...data.lines]}
      pagination={{ pageSize: 40, hideOnSinglePage: true, showSizeChanger: false }}
      scroll={{ x: 'max-content' }}
      data-testid="analysis-table"
    />
  )
}

function ExportMenu({ name, ask }: { readonly name: AnalysisName; readonly ask: Ask }) {
  const { t } = useText()
  const address = (what: 'lines' | 'rows', format: 'csv' | 'xlsx'): string =>
    fileAddress(operations.analysisExport, { params: { analysis: name }, query: { ...queryOf(ask), what, format } })
  const entry = (what: 'lines' | 'rows', format: 'csv' | 'xlsx') => ({
    key: `${what}-${format}`,
    label: <a href={address(what, format)}>{`${t(what === 'lines' ? 'analysis.exportLines' : 'analysis.exportRows')} ${format}`}</a>,
  })
  return (
    <Dropdown
      menu={{ items: [entry('lines', 'csv'), entry('lines', 'xlsx'), entry('rows', 'csv'), entry('rows', 'xlsx')] }}
      trigger={['click']}
    >
      <Button icon={<DownloadOutlined />} data-testid="analysis-export">
        {t('common.export')}
      </Button>
    </Dropdown>
  )
}
