import { operations } from '@twin/models/api'
import type { schemas } from '@twin/models/api'
import { Alert, Button, Input, Select, type TableColumnsType } from 'antd'
import { useState } from 'react'
import type { z } from 'zod'
import { useCall } from '../../api/index.ts'
import { useText } from '../../i18n/index.ts'
import { serverNow } from '../../live/index.ts'
import { formatTime } from '../../ui/format.ts'
import { Await, lastPeriod, Page, PagedTable, PeriodPicker, type Period } from '../../ui/widgets/index.ts'

type Row = z.output<typeof schemas.auditRow>
const minute = (): number => Math.ceil(serverNow() / 60_000) * 60_000

/** Who did what, from where, with what result; and whether the log is still what it was. */
export function AuditPage() {
  const { t, lang } = useText()
  const [period, setPeriod] = useState<Period>(() => lastPeriod(7 * 86_400_000, minute()))
  const [filter, setFilter] = useState<{ readonly user?: string; readonly kind?: string; readonly result?: string }>({})
  const [page, setPage] = useState({ page: 1, size: 30 })
  const found = useCall(
    operations.audit,
    { query: { ...filter, from: period.from, to: period.to, ...page } },
    { keep: true, every: 15_000 },
  )
  const change = (part: object): void => {
    setFilter({ ...filter, ...part })
    setPage({ ...page, page: 1 })
  }
  const columns: TableColumnsType<Row> = [
    { title: t('common.time'), key: 'at', render: (_, row) => <span className="num">{formatTime(row.at, 'full', lang)}</span> },
    { title: t('audit.user'), key: 'user', render: (_, row) => row.userName ?? row.user ?? '—' },
    { title: t('audit.from'), key: 'from', render: (_, row) => <span className="mono">{row.from ?? '—'}</span> },
    { title: t('audit.kind'), dataIndex: 'kind', key: 'kind' },
    { title: t('audit.target'), key: 'target', render: (_, row) => row.target ?? '' },
    { title: t('audit.result'), dataIndex: 'result', key: 'result' },
    { title: t('audit.hash'), key: 'hash', render: (_, row) => <span className="mono muted">{row.hash.slice(0, 12)}…</span> },
  ]
  return (
    <Page title={t('audit.title')} testId="audit-page" extra={<VerifyButton />}>
      <div className="tool-row">
        <PeriodPicker
          value={period}
          now={minute}
          onChange={(next) => {
            setPeriod(next)
            setPage({ ...page, page: 1 })
          }}
        />
        <Input.Search
          allowClear
          style={{ width: 150 }}
          placeholder={t('audit.user')}
          aria-label={t('audit.user')}
          onSearch={(user) => change({ user })}
        />
        <Input.Search
          allowClear
          style={{ width: 170 }}
          placeholder={t('audit.kind')}
          aria-label={t('audit.kind')}
          onSearch={(kind) => change({ kind })}
        />
        <Select
          allowClear
          style={{ width: 130 }}
          placeholder={t('audit.result')}
          aria-label={t('audit.result')}
          onChange={(result?: string) => change({ result: result ?? '' })}
          options={[...new Set((found.data?.rows ?? []).map((row) => row.result))].map((value) => ({ value, label: value }))}
        />
      </div>
      <Await query={found}>
        <PagedTable<Row>
          rowKey="id"
          columns={columns}
          data={found.data}
          page={page}
          onPage={setPage}
          detail={changeOf}
          testId="audit-table"
        />
      </Await>
    </Page>
  )
}

const changeOf = (row: Row) => <Change row={row} />

function Change({ row }: { readonly row: Row }) {
  const { t } = useText()
  return (
    <div className="readings">
      <div>
        <div className="section-title">{t('audit.before')}</div>
        <pre className="payload mono">{pretty(row.before)}</pre>
      </div>
      <div>
        <div className="section-title">{t('audit.after')}</div>
        <pre className="payload mono">{pretty(row.after)}</pre>
      </div>
    </div>
  )
}

function pretty(value: unknown): string {
  return value === null || value === undefined ? '—' : JSON.stringify(value, null, 2)
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
