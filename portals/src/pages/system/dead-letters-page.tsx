import { operations } from '@twin/models/api'
import type { schemas } from '@twin/models/api'
import { Button, Table, Tag, type TableColumnsType } from 'antd'
import { useState } from 'react'
import type { z } from 'zod'
import { useCall } from '../../api/index.ts'
import { useText } from '../../i18n/index.ts'
import { formatBytes, formatTime } from '../../ui/format.ts'
import { Await, HelpTip, Page, PagedTable } from '../../ui/widgets/index.ts'

type Letter = z.output<typeof schemas.deadLetter>
type Count = z.output<Exclude<(typeof operations.deadLetters)['result'], 'file'>>['counts'][number]

/** What devices sent and the server could not take: counts first, then the messages themselves. */
export function DeadLettersPage() {
  const { t, lang } = useText()
  const [only, setOnly] = useState<Pick<Count, 'device' | 'reason'> | null>(null)
  const [page, setPage] = useState({ page: 1, size: 20 })
  const query = { ...page, ...(only ? { device: only.device, reason: only.reason } : {}) }
  const found = useCall(operations.deadLetters, { query }, { keep: true, every: 5000 })
  const countColumns: TableColumnsType<Count> = [
    { title: t('common.device'), key: 'device', render: (_, row) => row.deviceName || row.device || t('dead.unknownDevice') },
    { title: t('common.reason'), key: 'reason', render: (_, row) => <Tag>{row.reason}</Tag> },
    { title: t('common.count'), dataIndex: 'count', key: 'count', align: 'right', sorter: (a, b) => a.count - b.count },
    { title: t('dead.last'), key: 'last', render: (_, row) => <span className="num">{formatTime(row.lastAt, 'dateTime', lang)}</span> },
    {
      title: '',
      key: 'open',
      render: (_, row) => (
        <Button
          size="small"
          type={only?.device === row.device && only.reason === row.reason ? 'primary' : 'default'}
          onClick={() => {
            setOnly(only?.device === row.device && only.reason === row.reason ? null : row)
            setPage({ ...page, page: 1 })
          }}
        >
          {t('dead.messages')}
        </Button>
      ),
    },
  ]
  const columns: TableColumnsType<Letter> = [
    { title: t('dead.received'), key: 'at', render: (_, row) => <span className="num">{formatTime(row.received, 'dateTime', lang)}</span> },
    { title: t('dead.topic'), key: 'topic', render: (_, row) => <span className="mono">{row.topic}</span> },
    { title: t('common.reason'), key: 'reason', render: (_, row) => <Tag>{row.reason}</Tag> },
    { title: t('dead.detail'), dataIndex: 'detail', key: 'detail' },
    { title: t('dead.size'), key: 'size', align: 'right', render: (_, row) => formatBytes(row.size) },
  ]
  return (
    <Page title={t('dead.title')} hint={t('dead.hint')} testId="dead-letters-page" extra={<HelpTip term="deadLetter" />}>
      <Await query={found}>
        <div className="section-title">{t('dead.counts')}</div>
        <Table<Count>
          size="small"
          rowKey={(row) => `${row.device} ${row.reason}`}
          columns={countColumns}
          dataSource={found.data?.counts ?? []}
          pagination={{ pageSize: 10, hideOnSinglePage: true }}
          scroll={{ x: 'max-content' }}
          data-testid="dead-counts"
        />
        <div className="section-title">{t('dead.messages')}</div>
        <PagedTable<Letter> rowKey="id" columns={columns} data={found.data} page={page} onPage={setPage} detail={payloadOf} />
      </Await>
    </Page>
  )
}

const payloadOf = (letter: Letter) => <Payload letter={letter} />

function Payload({ letter }: { readonly letter: Letter }) {
  const { t } = useText()
  return (
    <pre className="payload mono" aria-label={t('dead.preview')}>
      {letter.preview}
    </pre>
  )
}
