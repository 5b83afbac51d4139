import { DownloadOutlined } from '@ant-design/icons'
import { operations } from '@twin/models/api'
import type { schemas } from '@twin/models/api'
import { familyLabel, findRecord, logActionLabel } from '@twin/models/records'
import { Alert, Button, Dropdown, type TableColumnsType, Tag } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { z } from 'zod'
import { fileAddress, useCall } from '../../api/index.ts'
import { useText } from '../../i18n/index.ts'
import { serverNow } from '../../live/index.ts'
import { formatTime } from '../../ui/format.ts'
import { usePreferences } from '../../ui/preferences.ts'
import { Await, lastPeriod, Page, PagedTable, PeriodPicker, type Period } from '../../ui/widgets/index.ts'
import { LogDifference } from './log-difference.tsx'
import { type LogFilter, LogFilterBar } from './log-filter.tsx'

type Row = z.output<typeof schemas.auditRow>
type Titles = Readonly<Record<string, Readonly<Record<string, string>>>>
const minute = (): number => Math.ceil(serverNow() / 60_000) * 60_000

/** Who did what, from where, with what result, on every platform; and whether the log is still what it was. */
export function AuditPage() {
  const { t, lang, label } = useText()
  const [period, setPeriod] = useState<Period>(() => lastPeriod(7 * 86_400_000, minute()))
  // Whoever works in one platform looks at its log first.
  const platform = usePreferences((state) => state.platform)
  const [filter, setFilter] = useState<LogFilter>(() => (platform ? { platform } : {}))
  const [page, setPage] = useState({ page: 1, size: 30 })
  const said = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as LogFilter
  const query = { ...said, from: period.from, to: period.to }
  const found = useCall(operations.audit, { query: { ...query, ...page } }, { keep: true, every: 15_000 })
  const columns: TableColumnsType<Row> = [
    { title: t('common.time'), key: 'at', render: (_, row) => <span className="num">{formatTime(row.at, 'full', lang)}</span> },
    { title: t('audit.user'), key: 'user', render: (_, row) => row.userName ?? row.user ?? '—' },
    { title: t('audit.record'), key: 'record', render: (_, row) => label(familyLabel(row.family)) },
    { title: t('audit.action'), key: 'action', render: (_, row) => label(logActionLabel(row.family, row.action)) },
    { title: t('audit.target'), key: 'target', render: (_, row) => <Target row={row} /> },
    {
      title: t('audit.result'),
      key: 'result',
      render: (_, row) => <Tag color={row.result === 'ok' ? 'success' : 'error'}>{row.result === 'ok' ? t('audit.done') : row.result}</Tag>,
    },
    { title: t('audit.address'), key: 'from', render: (_, row) => <span className="mono">{row.from ?? '—'}</span> },
    { title: t('audit.hash'), key: 'hash', render: (_, row) => <span className="mono muted">{row.hash.slice(0, 12)}…</span> },
  ]
  return (
    <Page
      title={t('audit.title')}
      testId="audit-page"
      extra={
        <>
          <Dropdown
            menu={{
              items: (['csv', 'xlsx'] as const).map((format) => ({
                key: format,
                label: (
                  <a href={fileAddress(operations.auditExport, { query: { ...query, format, lang } })} download>
                    {format.toUpperCase()}
                  </a>
                ),
              })),
            }}
          >
            <Button icon={<DownloadOutlined />} data-testid="audit-export">
              {t('common.export')}
            </Button>
          </Dropdown>
          <VerifyButton />
        </>
      }
    >
      <div className="tool-row">
        <PeriodPicker
          value={period}
          now={minute}
          onChange={(next) => {
            setPeriod(next)
            setPage({ ...page, page: 1 })
          }}
        />
        <LogFilterBar
          value={filter}
          onChange={(part) => {
            setFilter({ ...filter, ...part })
            setPage({ ...page, page: 1 })
          }}
        />
      </div>
      <Await query={found}>
        <PagedTable<Row>
          rowKey="id"
          columns={columns}
          data={found.data}
          page={page}
          onPage={setPage}
          detail={changeOf(found.data?.titles ?? {})}
          testId="audit-table"
        />
      </Await>
    </Page>
  )
}

const changeOf = (titles: Titles) => (row: Row) => (
  <LogDifference family={row.family} before={row.before} after={row.after} titles={titles} />
)

/** The number or name of what it is about, with the way to it where it is a record. */
function Target({ row }: { readonly row: Row }) {
  const name = row.title ?? row.target ?? ''
  const gone = row.action === 'delete' || row.target === null
  return findRecord(row.family) && !gone ? <Link to={`/records/${row.family}/${row.target}`}>{name}</Link> : name
}

function VerifyButton() {
  const { t } = useText()
  const [asked, setAsked] = useState(false)
  const verify = useCall(operations.auditVerify, {}, { enabled: asked, fresh: 0 })
  return (
    <>
      {verify.data ? (
        <Alert
          type={verify.data.ok ? 'success' : 'error'}
          showIcon
          data-testid="audit-verdict"
          title={verify.data.ok ? t('audit.intact', { n: verify.data.rows }) : t('audit.brokenAt', { id: verify.data.firstBroken ?? '' })}
        />
      ) : null}
      <Button loading={verify.isFetching} onClick={() => (asked ? void verify.refetch() : setAsked(true))} data-testid="audit-verify">
        {t('audit.verify')}
      </Button>
    </>
  )
}
