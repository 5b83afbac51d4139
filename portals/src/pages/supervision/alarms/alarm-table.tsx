import { DownloadOutlined } from '@ant-design/icons'
import { operations } from '@twin/models/api'
import { useQueryClient } from '@tanstack/react-query'
import { Button, Dropdown, Table, type TableColumnsType } from 'antd'
import { useEffect, useState, type Key } from 'react'
import { Link } from 'react-router'
import { fileAddress, useCall } from '../../../api/index.ts'
import { useMay } from '../../../console/session.ts'
import { useText } from '../../../i18n/index.ts'
import { serverNow, useLive } from '../../../live/index.ts'
import { alarmLabels } from '../../../ui/catalogue.ts'
import { formatDuration, formatTime } from '../../../ui/format.ts'
import { AlarmPhaseTag, Await, pageSizes, PriorityTag, rowsInSight } from '../../../ui/widgets/index.ts'
import { usePhone } from '../../../ui/shell/index.ts'
import { AckDialog } from './ack-dialog.tsx'
import { AlarmCard } from './alarm-card.tsx'
import { AlarmDrawer } from './alarm-drawer.tsx'
import { queryOf, type AlarmFilter } from './alarm-filters.tsx'
import { AlarmMarks, needsAck, placeOf, type AlarmRow } from './alarm-row.tsx'

type Sort = '-raisedAt' | 'raisedAt' | 'priority' | 'code' | 'phase'

/** A page of alarms under a filter: refreshed at once when the live list changes, otherwise every few seconds. */
export function AlarmTable({ filter, hideStation = false }: { readonly filter: AlarmFilter; readonly hideStation?: boolean }) {
  const text = useText()
  const { t } = text
  const phone = usePhone()
  const may = useMay('alarm:operate')
  const client = useQueryClient()
  const [page, setPage] = useState({ page: 1, size: 20 })
  const [sort, setSort] = useState<Sort>('-raisedAt')
  const [picked, setPicked] = useState<readonly string[]>([])
  const [acking, setAcking] = useState<readonly AlarmRow[] | null>(null)
  const [open, setOpen] = useState<string | null>(null)
  const query = queryOf(filter)
  const rows = useCall(operations.alarms, { query: { ...query, ...page, sort } }, { keep: true, every: 5000 })
  const key = JSON.stringify(query)
  useEffect(() => {
    setPage((held) => ({ ...held, page: 1 }))
    setPicked([])
  }, [key])
  const liveAlarms = useLive((state) => state.fleet?.alarms)
  useEffect(() => {
    const timer = setTimeout(() => void client.invalidateQueries({ queryKey: [operations.alarms.path] }), 100)
    return () => clearTimeout(timer)
  }, [liveAlarms, client])

  const data = rows.data?.rows ?? []
  const chosen = data.filter((row) => picked.includes(row.occurrence) && needsAck(row))
  const columns = columnsOf(text, hideStation, may, setOpen, (row) => setAcking([row]))
  return (
    <div className="tab-scroll" data-testid="alarm-table" data-total={rows.data?.total ?? -1}>
      <div className="tool-row">
        {may ? (
          <Button type="primary" disabled={chosen.length === 0} onClick={() => setAcking(chosen)} data-testid="ack-many">
            {t('alarm.ackMany', { n: chosen.length })}
          </Button>
        ) : null}
        <Dropdown
          menu={{
            items: (['csv', 'xlsx'] as const).map((format) => ({
              key: format,
              label: (
                <a href={fileAddress(operations.alarmsExport, { query: { ...query, format } })} download>
                  {format.toUpperCase()}
                </a>
              ),
            })),
          }}
        >
          <Button icon={<DownloadOutlined />} data-testid="alarm-export" title={t('alarm.tooMany')}>
            {t('common.export')}
          </Button>
        </Dropdown>
      </div>
      <Await query={rows}>
        {phone ? (
          <div className="cards">
            {data.map((row) => (
              <AlarmCard key={row.occurrence} row={row} onOpen={setOpen} {...(may ? { onAck: () => setAcking([row]) } : {})} />
            ))}
          </div>
        ) : null}
        <Table<AlarmRow>
          size="small"
          rowKey="occurrence"
          columns={columns}
          dataSource={phone ? [] : data}
          showHeader={!phone}
          locale={{ emptyText: phone && data.length > 0 ? <span /> : t('alarm.noOpen') }}
          scroll={{ x: 'max-content' }}
          components={rowsInSight}
          {...(may && !phone
            ? {
                rowSelection: {
                  selectedRowKeys: [...picked],
                  onChange: (keys: Key[]) => setPicked(keys.map(String)),
                  getCheckboxProps: (row: AlarmRow) => ({ disabled: !needsAck(row) }),
                },
              }
            : {})}
          onRow={(row) =>
            ({ 'data-testid': 'alarm-row', 'data-occurrence': row.occurrence, 'data-code': row.code, 'data-phase': row.phase }) as object
          }
          onChange={(pagination, _filters, sorter, extra) => {
            if (extra.action === 'sort' && !Array.isArray(sorter)) setSort(sortOf(sorter.columnKey, sorter.order))
            else setPage({ page: pagination.current ?? 1, size: pagination.pageSize ?? 20 })
          }}
          pagination={{
            current: page.page,
            pageSize: page.size,
            total: rows.data?.total ?? 0,
            showSizeChanger: !phone,
            pageSizeOptions: [...pageSizes],
            showTotal: (n) => t('common.rows', { n }),
          }}
        />
      </Await>
      {acking ? <AckDialog rows={acking} onClose={() => setAcking(null)} onDone={() => setPicked([])} /> : null}
      {open ? <AlarmDrawer occurrence={open} onClose={() => setOpen(null)} /> : null}
    </div>
  )
}

function sortOf(column: Key | undefined, order: 'ascend' | 'descend' | null | undefined): Sort {
  if (!order) return '-raisedAt'
  if (column === 'raisedAt') return order === 'ascend' ? 'raisedAt' : '-raisedAt'
  return column === 'priority' || column === 'code' || column === 'phase' ? column : '-raisedAt'
}

function columnsOf(
  text: ReturnType<typeof useText>,
  hideStation: boolean,
  may: boolean,
  onOpen: (occurrence: string) => void,
  onAck: (row: AlarmRow) => void,
): TableColumnsType<AlarmRow> {
  const { t, label, lang } = text
  return [
    { title: t('alarm.priority'), key: 'priority', sorter: true, render: (_, row) => <PriorityTag priority={row.priority} /> },
    {
      title: t('alarm.raisedAt'),
      key: 'raisedAt',
      sorter: true,
      render: (_, row) => <span className="num">{formatTime(row.raisedAt, 'dateTime', lang)}</span>,
    },
    {
      title: t('alarm.text'),
      key: 'code',
      sorter: true,
      render: (_, row) => (
        <button type="button" className="link-button" onClick={() => onOpen(row.occurrence)}>
          {label(alarmLabels.get(row.code) ?? { zh: row.code, en: row.code })} <small className="muted">{row.code}</small>
        </button>
      ),
    },
    ...(hideStation
      ? []
      : [
          {
            title: t('common.station'),
            key: 'station',
            render: (_: unknown, row: AlarmRow) => <Link to={`/station/${row.station}`}>{placeOf(row, text).station}</Link>,
          },
        ]),
    {
      title: t('common.device'),
      key: 'device',
      render: (_, row) => <Link to={`/station/${row.station}?device=${row.device}`}>{placeOf(row, text).device}</Link>,
    },
    {
      title: t('alarm.phase'),
      key: 'phase',
      sorter: true,
      render: (_, row) => (
        <>
          <AlarmPhaseTag phase={row.phase} />
          <AlarmMarks row={row} />
        </>
      ),
    },
    {
      title: t('alarm.duration'),
      key: 'duration',
      render: (_, row) => <span className="num">{formatDuration((row.clearedAt ?? serverNow()) - row.raisedAt, lang)}</span>,
    },
    {
      title: t('alarm.ackedAt'),
      key: 'acked',
      render: (_, row) => (row.ackedAt ? `${formatTime(row.ackedAt, 'dateTime', lang)} ${row.ackedBy ?? ''}` : ''),
    },
    ...(may
      ? [
          {
            title: t('common.actions'),
            key: 'actions',
            fixed: 'right' as const,
            render: (_: unknown, row: AlarmRow) =>
              needsAck(row) ? (
                <Button size="small" onClick={() => onAck(row)} data-testid="ack-one">
                  {t('alarm.ack')}
                </Button>
              ) : null,
          },
        ]
      : []),
  ]
}
