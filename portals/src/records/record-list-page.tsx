import { DownloadOutlined, PlusOutlined, UploadOutlined } from '@ant-design/icons'
import { findRecord, permissionOf, permissionOfWay, type RecordModel } from '@twin/models/records'
import { App, Button, Dropdown, Result, Segmented, Space } from 'antd'
import { useCallback, useState } from 'react'
import { useNavigate, useParams, useSearchParams } from 'react-router'
import { send } from '../api/index.ts'
import { useMe } from '../console/session.ts'
import { useText } from '../i18n/index.ts'
import { Page } from '../ui/widgets/index.ts'
import { ExportDialog } from './export-dialog.tsx'
import { FilterBar } from './filter-bar.tsx'
import { ImportDialog } from './import-dialog.tsx'
import { useMayRecord } from './record-actions.tsx'
import { addressOf, type Query, useChange, withQuery } from './record-api.ts'
import { RecordBoard } from './record-board.tsx'
import { RecordForm } from './record-form.tsx'
import { RecordStatistics } from './record-statistics.tsx'
import { RecordTable } from './record-table.tsx'
import { RecordTree } from './record-tree.tsx'
import { recordLinks } from './special.ts'
import { recordTrees } from './special-trees.ts'

export function RecordListPage() {
  const { record: name = '' } = useParams()
  const record = findRecord(name)
  const { t } = useText()
  const { permissions } = useMe()
  if (!record) return <Result status="404" title={t('rec.unknown')} />
  if (record.audience !== 'everyone' && !permissions.includes(permissionOf(record, 'view')))
    return <Result status="403" title={t('common.notPermitted')} data-testid="not-permitted" />
  return <List key={record.name} record={record} />
}

type View = 'table' | 'board' | 'tree' | 'statistics'

/** The list of any record: what its declaration says it has. Filters live in the address, so that a link keeps them. */
function List({ record }: { readonly record: RecordModel }) {
  const { label, lang, t } = useText()
  const [address, setAddress] = useSearchParams()
  const navigate = useNavigate()
  const [dialog, setDialog] = useState<'new' | 'import' | null>(null)
  const [selected, setSelected] = useState<readonly string[]>([])
  const [exporting, setExporting] = useState<string | null>(null)
  const endExport = useCallback(() => setExporting(null), [])
  const { view = 'table', q = '', ...rest } = Object.fromEntries(address)
  const filter: Query = address.size === 0 ? (record.views.filter ?? {}) : rest
  const mayCreate = useMayRecord(record, 'create')
  const ArrangedTree = recordTrees[record.name]
  const show = (nextView: string, nextQ: string, nextFilter: Query): void => {
    setSelected([])
    setAddress({ view: nextView, ...(nextQ === '' ? {} : { q: nextQ }), ...nextFilter }, { replace: true })
  }
  const views: readonly View[] = [
    'table',
    ...(record.views.tree ? (['tree'] as const) : []),
    ...(record.lifecycle || record.views.board ? (['board'] as const) : []),
    ...(record.statistics.dimensions.length > 0 ? (['statistics'] as const) : []),
  ]
  const exportAs = (format: string): void => {
    setExporting(withQuery(addressOf(record, '/export'), { ...filter, q, format, lang }))
  }
  return (
    <Page
      title={label(record.label)}
      hint={label(record.help)}
      testId={`record-${record.name}`}
      extra={
        <Space wrap>
          {views.length > 1 ? (
            <Segmented
              value={view}
              options={views.map((each) => ({ value: each, label: t(`rec.${each}`) }))}
              onChange={(next) => show(next, q, filter)}
            />
          ) : null}
          <Dropdown
            menu={{
              items: [
                { key: 'xlsx', label: 'Excel' },
                { key: 'csv', label: 'CSV' },
              ],
              onClick: ({ key }) => exportAs(key),
            }}
          >
            <Button icon={<DownloadOutlined />}>{t('rec.export')}</Button>
          </Dropdown>
          {mayCreate ? (
            <>
              <Button icon={<UploadOutlined />} onClick={() => setDialog('import')}>
                {t('rec.import')}
              </Button>
              <Button type="primary" icon={<PlusOutlined />} data-testid="record-new" onClick={() => setDialog('new')}>
                {t('rec.new')}
              </Button>
            </>
          ) : null}
        </Space>
      }
    >
      {view === 'tree' ? null : <FilterBar record={record} q={q} filter={filter} onChange={(nextQ, next) => show(view, nextQ, next)} />}
      {selected.length > 0 ? <BulkBar record={record} ids={selected} onDone={() => setSelected([])} /> : null}
      {view === 'tree' ? ArrangedTree ? <ArrangedTree /> : <RecordTree record={record} /> : null}
      {view === 'board' ? <RecordBoard record={record} q={q} filter={filter} /> : null}
      {view === 'statistics' ? <RecordStatistics record={record} q={q} filter={filter} /> : null}
      {view === 'table' ? (
        <RecordTable key={JSON.stringify([q, filter])} record={record} fixed={filter} q={q} selected={selected} onSelect={setSelected} />
      ) : null}
      {dialog === 'new' ? (
        <RecordForm
          record={record}
          row={null}
          titles={{}}
          onClose={() => setDialog(null)}
          onSaved={(row) => void navigate(`/records/${record.name}/${row.id}`)}
        />
      ) : null}
      {exporting === null ? null : <ExportDialog address={exporting} title={label(record.label)} onClose={endExport} />}
      {dialog === 'import' ? <ImportDialog record={record} onClose={() => setDialog(null)} /> : null}
    </Page>
  )
}

interface BulkAnswer {
  readonly results: readonly { readonly id: string; readonly ok: boolean }[]
}
/** What can be done to several rows at once: transitions that ask nothing, and deletion. */
function BulkBar({ record, ids, onDone }: { readonly record: RecordModel; readonly ids: readonly string[]; readonly onDone: () => void }) {
  const { label, t } = useText()
  const { message, modal } = App.useApp()
  const { permissions } = useMe()
  const mayRemove = useMayRecord(record, 'remove')
  const Link = recordLinks[record.name]
  const act = useChange<object, BulkAnswer>(
    record,
    async (what) => (await send('post', addressOf(record, '/bulk'), { ids, act: what })) as BulkAnswer,
  )
  const go = (what: object): void =>
    act.mutate(what, {
      onSuccess: ({ results }) => {
        const good = results.filter(({ ok }) => ok).length
        void message.info(t('rec.bulkDone', { good, bad: results.length - good }))
        onDone()
      },
    })
  const ways = Object.entries(record.lifecycle?.transitions ?? {}).filter(
    ([name, way]) => !way.internal && !way.input && permissions.includes(permissionOfWay(record, name)),
  )
  return (
    <Space wrap style={{ marginBottom: 12 }} data-testid="bulk-bar">
      <span>{t('rec.selected', { n: ids.length })}</span>
      {ways.map(([name, way]) => (
        <Button
          key={name}
          size="small"
          loading={act.isPending}
          onClick={() =>
            way.confirm
              ? modal.confirm({
                  title: t('rec.bulkSure', { n: ids.length, act: label(way.label) }),
                  content: label(way.confirm),
                  onOk: () => go({ transition: name }),
                })
              : go({ transition: name })
          }
        >
          {label(way.label)}
        </Button>
      ))}
      {Link ? <Link ids={ids} /> : null}
      {mayRemove ? (
        <Button
          size="small"
          danger
          loading={act.isPending}
          onClick={() =>
            modal.confirm({
              title: t('rec.removeSure'),
              content: t('rec.removeMany', { n: ids.length }),
              okButtonProps: { danger: true },
              onOk: () => go({ remove: true }),
            })
          }
        >
          {t('rec.remove')}
        </Button>
      ) : null}
    </Space>
  )
}
