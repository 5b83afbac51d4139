import { operations } from '@twin/models/api'
import type { StationConfig } from '@twin/models/stations'
import type { ControlRun } from '@twin/models/twin'
import { Button, Form, Modal, Popconfirm, Select, Table, type TableColumnsType } from 'antd'
import { useEffect, useState } from 'react'
import { useAction, useCall } from '../../../api/index.ts'
import { useMay } from '../../../console/session.ts'
import { useText } from '../../../i18n/index.ts'
import { formatDuration, formatTime } from '../../../ui/format.ts'
import { Await } from '../../../ui/widgets/index.ts'
import { ControlDialog } from './control-dialog.tsx'
import { RunPhaseTag, RunSteps, type RunRow } from './run-steps.tsx'

interface SequencePanelProps {
  readonly config: StationConfig
  /** The last run of the station, live. */
  readonly run: ControlRun | null
}

/** The start sequence: what it would do, how far it is, and past ones with the times of their steps. */
export function SequencePanel({ config, run }: SequencePanelProps) {
  const { t, name } = useText()
  const may = useMay('command:compressor.start')
  const [asking, setAsking] = useState(false)
  const start = useAction(operations.startRun, { quiet: true, refresh: [operations.runs, operations.control] })
  const shown = run?.kind === 'start' ? run : null
  const now = useCall(operations.control, { params: { station: config.id } }, { enabled: shown === null, fresh: 10_000 })
  const planned = (now.data?.start ?? []).map(({ key, target, code }): RunRow['steps'][number] => ({
    key: key as RunRow['steps'][number]['key'],
    target,
    targetName: '',
    code,
    args: {},
    phase: 'pending',
    command: null,
    startedAt: null,
    endedAt: null,
    deadline: null,
    detail: null,
  }))
  const units = config.devices.filter(({ kind }) => kind === 'compressor')
  return (
    <section className="panel" data-testid="sequence-panel" data-phase={shown?.phase ?? 'none'}>
      <h2>
        {t('control.sequence')} {shown ? <RunPhaseTag phase={shown.phase} /> : null}
      </h2>
      <p className="muted">{t('control.sequenceHint')}</p>
      <div className="tool-row">
        {may ? (
          <Button danger disabled={run?.phase === 'running'} onClick={() => setAsking(true)} data-testid="sequence-run">
            {t('control.run')}
          </Button>
        ) : null}
        <AbortButton station={config.id} run={shown} />
        <PastRuns config={config} latest={shown} />
      </div>
      {shown ? (
        <RunSteps config={config} steps={shown.steps} />
      ) : planned.length > 0 ? (
        <>
          <div className="section-title">{t('control.planned')}</div>
          <RunSteps config={config} steps={planned} />
        </>
      ) : null}
      {asking ? (
        <ControlDialog<{ readonly units?: string[] }>
          title={t('control.runTitle', { station: name(config) })}
          warn={t('control.runWarn')}
          code={config.code}
          ok={t('control.run')}
          onClose={() => setAsking(false)}
          onSubmit={({ units: chosen = [] }, asked) =>
            start.mutateAsync({ params: { station: config.id }, body: { units: chosen, ...asked } })
          }
        >
          <Form.Item name="units" label={t('control.units')}>
            <Select
              mode="multiple"
              allowClear
              placeholder={t('control.unitsAuto')}
              options={units.map((unit) => ({ value: unit.id, label: `${unit.code} ${name(unit)}` }))}
            />
          </Form.Item>
        </ControlDialog>
      ) : null}
    </section>
  )
}

export function AbortButton({ station, run }: { readonly station: string; readonly run: Pick<ControlRun, 'id' | 'phase'> | null }) {
  const { t } = useText()
  const abort = useAction(operations.abortRun, { done: t('control.aborted'), refresh: [operations.runs] })
  if (run?.phase !== 'running') return null
  return (
    <Popconfirm
      title={t('control.abort')}
      description={t('control.abortAsk')}
      okText={t('control.abort')}
      cancelText={t('common.cancel')}
      okButtonProps={{ danger: true, id: 'abort-confirm' }}
      onConfirm={() => abort.mutate({ params: { station, run: run.id }, body: {} })}
    >
      <Button loading={abort.isPending} data-testid="run-abort">
        {t('control.abort')}
      </Button>
    </Popconfirm>
  )
}

const stepsIn = (config: StationConfig) => (row: RunRow) => <RunSteps config={config} steps={row.steps} />

/** Past start sequences with the times of their steps. */
function PastRuns({ config, latest }: { readonly config: StationConfig; readonly latest: ControlRun | null }) {
  const { t, lang } = useText()
  const [open, setOpen] = useState(false)
  const [page, setPage] = useState(1)
  const query = { kind: 'start' as const, page, size: 10 }
  const runs = useCall(operations.runs, { params: { station: config.id }, query }, { enabled: open, keep: true })
  const { refetch } = runs
  const mark = latest ? `${latest.id}${latest.phase}` : ''
  useEffect(() => {
    if (open && mark) void refetch()
  }, [open, mark, refetch])
  const columns: TableColumnsType<RunRow> = [
    {
      title: t('control.started'),
      key: 'at',
      render: (_, row) => <span className="num">{formatTime(row.startedAt, 'dateTime', lang)}</span>,
    },
    {
      title: t('control.duration'),
      key: 'took',
      render: (_, row) => (row.endedAt === null ? '' : formatDuration(row.endedAt - row.startedAt, lang)),
    },
    { title: t('control.result'), key: 'phase', render: (_, row) => <RunPhaseTag phase={row.phase} /> },
    { title: t('control.by'), key: 'by', render: (_, row) => row.by.name },
    { title: t('command.reason'), dataIndex: 'reason', key: 'reason', ellipsis: true },
  ]
  return (
    <>
      <Button type="link" onClick={() => setOpen(true)} data-testid="run-history">
        {t('control.history')}
      </Button>
      {open ? (
        <Modal open width={720} footer={null} onCancel={() => setOpen(false)} title={t('control.history')}>
          <Await query={runs}>
            <Table<RunRow>
              size="small"
              rowKey="id"
              columns={columns}
              dataSource={runs.data?.rows ?? []}
              locale={{ emptyText: t('control.noRuns') }}
              scroll={{ x: 'max-content' }}
              expandable={{ expandedRowRender: stepsIn(config) }}
              pagination={{ current: page, pageSize: 10, total: runs.data?.total ?? 0, onChange: setPage, hideOnSinglePage: true }}
            />
          </Await>
        </Modal>
      ) : null}
    </>
  )
}
