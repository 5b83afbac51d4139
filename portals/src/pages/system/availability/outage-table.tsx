import { operations, type OutageView as Outage } from '@twin/models/api'
import { type Verdict, verdicts } from '@twin/models/reliability'
import { Button, Form, Input, Modal, Select, type TableColumnsType, Tag } from 'antd'
import { useState } from 'react'
import { useAction, useCall } from '../../../api/index.ts'
import { useText } from '../../../i18n/index.ts'
import { formatNumber, formatTime } from '../../../ui/format.ts'
import { Await, PagedTable, Refusal } from '../../../ui/widgets/index.ts'

const colours: Readonly<Record<Verdict, string>> = { planned: 'blue', failure: 'error', excluded: 'default' }

/** Every outage of the record, newest first, with what it counts as; opened: what was found and who said what. */
export function OutageTable() {
  const { t, lang } = useText()
  const [page, setPage] = useState({ page: 1, size: 20 })
  const [judged, setJudged] = useState<Outage | null>(null)
  const found = useCall(operations.outages, { query: page }, { keep: true, every: 15_000 })
  const columns: TableColumnsType<Outage> = [
    { title: t('availability.from'), key: 'from', render: (_, row) => <span className="num">{formatTime(row.from, 'full', lang)}</span> },
    { title: t('availability.to'), key: 'to', render: (_, row) => <span className="num">{formatTime(row.to, 'full', lang)}</span> },
    { title: t('availability.length'), key: 'length', align: 'right', render: (_, row) => <span className="num">{lengthOf(row)}</span> },
    { title: t('availability.cause'), key: 'cause', render: (_, row) => t(`availability.cause.${row.cause}`) },
    {
      title: t('availability.verdict'),
      key: 'verdict',
      render: (_, row) => <Tag color={colours[row.verdict]}>{t(`availability.verdict.${row.verdict}`)}</Tag>,
    },
    {
      title: t('common.actions'),
      key: 'actions',
      render: (_, row) => (
        <Button size="small" onClick={() => setJudged(row)} data-testid={`judge-${row.id}`}>
          {t('availability.judge')}
        </Button>
      ),
    },
  ]
  return (
    <>
      <div className="section-title">{t('availability.outages')}</div>
      <Await query={found}>
        <PagedTable<Outage>
          rowKey="id"
          columns={columns}
          data={found.data}
          page={page}
          onPage={setPage}
          detail={said}
          locale={{ emptyText: t('availability.noOutages') }}
          testId="outage-table"
        />
      </Await>
      {judged ? <JudgeDialog outage={judged} onClose={() => setJudged(null)} /> : null}
    </>
  )
}

const said = (row: Outage) => <Said row={row} />

function Said({ row }: { readonly row: Outage }) {
  const { t, lang } = useText()
  return (
    <div data-testid={`outage-said-${row.id}`}>
      <div className="muted">
        {t('availability.found', { verdict: t(`availability.verdict.${row.first}`), node: row.node })}
        {row.detail ? ` · ${row.detail}` : ''}
      </div>
      {row.said.map(({ verdict, reason, by, at }) => (
        <div key={at}>
          {formatTime(at, 'full', lang)} · {by} · {t(`availability.verdict.${verdict}`)} · {reason}
        </div>
      ))}
    </div>
  )
}

function JudgeDialog({ outage, onClose }: { readonly outage: Outage; readonly onClose: () => void }) {
  const { t, lang } = useText()
  const [form] = Form.useForm<{ readonly verdict: Verdict; readonly reason: string }>()
  const judge = useAction(operations.judgeOutage, {
    quiet: true,
    done: t('common.saved'),
    refresh: [operations.outages, operations.availability, operations.availabilityDay],
  })
  return (
    <Modal
      open
      title={t('availability.judgeTitle', { at: formatTime(outage.from, 'full', lang), length: lengthOf(outage) })}
      okText={t('common.save')}
      cancelText={t('common.cancel')}
      confirmLoading={judge.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <p className="muted">{t('availability.judgeHint')}</p>
      <Form
        form={form}
        layout="vertical"
        initialValues={{ verdict: outage.verdict }}
        onFinish={(body) => judge.mutate({ params: { outage: outage.id }, body }, { onSuccess: onClose })}
      >
        <Form.Item name="verdict" label={t('availability.verdict')}>
          <Select options={verdicts.map((value) => ({ value, label: t(`availability.verdict.${value}`) }))} data-testid="judge-verdict" />
        </Form.Item>
        <Form.Item
          name="reason"
          label={t('availability.reason')}
          rules={[{ required: true, whitespace: true, min: 2, message: t('common.required') }]}
        >
          <Input.TextArea rows={2} maxLength={500} data-testid="judge-reason" />
        </Form.Item>
        <Refusal error={judge.error} form={form} />
      </Form>
    </Modal>
  )
}

/** Seconds below two minutes, minutes below two hours, else hours. */
function lengthOf({ from, to }: { readonly from: number; readonly to: number }): string {
  const seconds = (to - from) / 1000
  if (seconds < 120) return `${formatNumber(seconds, 1)} s`
  return seconds < 7200 ? `${formatNumber(seconds / 60, 1)} min` : `${formatNumber(seconds / 3600, 1)} h`
}
