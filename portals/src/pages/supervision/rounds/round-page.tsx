import { QrcodeOutlined } from '@ant-design/icons'
import { inspectionTask } from '@twin/models/records'
import { Alert, App, Badge, Button, Card, Collapse, Input, Progress, Tag } from 'antd'
import { useRef, useState } from 'react'
import { Link, useParams } from 'react-router'
import { failureLabel, send } from '../../../api/index.ts'
import { useMe } from '../../../console/session.ts'
import { useText } from '../../../i18n/index.ts'
import { StateTag } from '../../../records/field-value.tsx'
import { addressOf, useChange } from '../../../records/record-api.ts'
import { formatTime } from '../../../ui/format.ts'
import { Await, Page } from '../../../ui/widgets/index.ts'
import { PointCard } from './point-card.tsx'
import { codeIn, isDone, isSameCode, missingOf, type Point, type Stop, stopsOf, type Task } from './round-points.ts'
import { Scanner } from './scanner.tsx'
import { type Round, useRound } from './use-round.ts'
import './rounds.css'

/** One inspection task on a phone: stop by stop, kept on the phone until the server has it. */
export function RoundPage() {
  const { task: id = '' } = useParams()
  const { t } = useText()
  const round = useRound(id)
  const task = round.detail.data?.row as unknown as Task | undefined
  return (
    <Page title={task?.name ?? t('round.title')} testId="round-page" hint={<Link to="/field/rounds">{t('round.title')}</Link>}>
      {task && round.points.data ? (
        // What is there stays there when the network goes.
        <Stops round={round} task={task} />
      ) : (
        <Await query={round.detail}>
          <Await query={round.points}>{null}</Await>
        </Await>
      )}
    </Page>
  )
}

function Stops({ round, task }: { readonly round: Round; readonly task: Task }) {
  const { t, label, lang } = useText()
  const { message } = App.useApp()
  const { id: me } = useMe()
  const [code, setCode] = useState('')
  const [scanning, setScanning] = useState(false)
  const [fault, setFault] = useState<string | null>(null)
  const [open, setOpen] = useState<readonly string[] | null>(null)
  const top = useRef<HTMLDivElement>(null)
  const { titles = {}, rows = [] } = round.points.data ?? {}
  const station = round.detail.data?.titles['station']?.[task.station] ?? task.station
  const stops = stopsOf(rows as unknown as Point[], titles['device'] ?? {}, station)
  const waiting = new Map(round.waiting.filter((entry) => entry.task === task.id).map((entry) => [entry.point, entry]))
  const pending = new Set(waiting.keys())
  const all = stops.flatMap(({ scan, points }) => [...(scan ? [scan] : []), ...points])
  const isComplete = (stop: Stop): boolean =>
    [stop.scan, ...stop.points].every((point) => !point || !point.mandatory || isDone(point, pending))
  const complete = stops.filter(isComplete)
  const closed = task.state === 'submitted'
  const submit = useChange<void>(
    inspectionTask,
    () => send('post', addressOf(inspectionTask, `/${task.id}/submit`), { input: {} }),
    (error) => {
      setFault(label(error.text))
      return true
    },
  )

  const visit = (text: string): void => {
    const wanted = codeIn(text)
    setScanning(false)
    setCode('')
    const stop = stops.find((each) => each.code !== '' && isSameCode(each.code, wanted))
    if (!stop) return setFault(t('round.unknownCode', { code: wanted }))
    setFault(null)
    setOpen([stop.device ?? ''])
    if (stop.scan && !isDone(stop.scan, pending))
      void round.enter({ point: stop.scan.id, name: stop.title, value: null, finding: null, code: stop.code, note: null, pictures: [] })
  }
  const close = async (): Promise<void> => {
    await round.flush()
    const missing = missingOf(stops, pending, t('round.scan'))
    if (missing.length > 0) setFault(t('round.missing', { names: missing.join(lang === 'zh' ? '、' : ', ') }))
    else submit.mutate(undefined, { onSuccess: () => (setFault(null), void message.success(t('round.submitted'))) })
    top.current?.scrollIntoView({ block: 'start' })
  }
  // The first stop that is not done is the one to open.
  const opened = open ?? [stops.find((stop) => !isComplete(stop))?.device ?? '']
  return (
    <div className="round" ref={top}>
      <Card size="small">
        <div className="round-head">
          <span className="round-progress" data-testid="round-progress">
            {complete.length}/{stops.length}
          </span>
          <div style={{ flex: 1 }}>
            <Progress
              percent={Math.round((all.filter((point) => isDone(point, pending)).length / Math.max(1, all.length)) * 100)}
              size="small"
            />
            <div className="muted">
              {station} · {t('round.due', { time: formatTime(task.dueAt, 'dateTime', lang) })}
            </div>
          </div>
          <StateTag record={inspectionTask} state={task.state} />
        </div>
      </Card>
      {round.online ? null : <Alert type="warning" showIcon title={t('round.offline')} data-testid="round-offline" />}
      {waiting.size > 0 ? (
        <Alert
          type="info"
          showIcon
          title={t('round.unsent', { n: waiting.size })}
          data-testid="round-unsent"
          action={<Button onClick={() => void round.flush()}>{t('round.sendNow')}</Button>}
        />
      ) : null}
      {round.refused.map(({ entry, error }) => (
        <Alert
          key={entry.id}
          type="error"
          showIcon
          closable={{ onClose: () => round.forget(entry.id) }}
          data-testid="round-refused"
          title={t('round.refused', { name: entry.name, reason: label(failureLabel(error)) })}
        />
      ))}
      {fault === null ? null : (
        <Alert type="error" showIcon title={fault} data-testid="round-fault" closable={{ onClose: () => setFault(null) }} />
      )}
      {closed ? null : (
        <div className="round-scan">
          <Button size="large" type="primary" icon={<QrcodeOutlined />} onClick={() => setScanning(true)} data-testid="round-scan">
            {t('round.scan')}
          </Button>
          <Input.Search
            size="large"
            value={code}
            placeholder={t('round.codeHint')}
            aria-label={t('round.code')}
            enterButton={t('round.find')}
            data-testid="round-code"
            onChange={(event) => setCode(event.target.value)}
            onSearch={(text) => (text.trim() === '' ? undefined : visit(text))}
          />
        </div>
      )}
      <Collapse
        activeKey={[...opened]}
        onChange={(keys) => setOpen([keys].flat())}
        items={stops.map((stop) => ({
          key: stop.device ?? '',
          label: (
            <span className="round-stop" data-testid="round-stop" data-code={stop.code} data-complete={isComplete(stop)}>
              <Badge status={isComplete(stop) ? 'success' : 'default'} />
              <strong>{stop.title}</strong>
              {stop.scan ? (
                <Tag color={isDone(stop.scan, pending) ? 'green' : 'orange'}>
                  {t(isDone(stop.scan, pending) ? 'round.scanned' : 'round.toScan')}
                </Tag>
              ) : null}
              <span className="muted round-mark">
                {stop.points.filter((point) => isDone(point, pending)).length}/{stop.points.length}
              </span>
            </span>
          ),
          children: stop.points.map((point) => (
            <PointCard
              key={`${point.id} ${point.version}`}
              point={point}
              author={point.author === null ? null : (titles['user']?.[point.author] ?? point.author)}
              waiting={waiting.get(point.id)}
              locked={closed || (point.author !== null && point.author !== me)}
              onSave={(entry) => void round.enter({ ...entry, point: point.id, name: `${stop.code} ${point.name}`.trim(), code: null })}
            />
          )),
        }))}
      />
      {closed ? (
        <Link to={`/records/inspectionTask/${task.id}`}>{t('round.record')}</Link>
      ) : (
        <Button
          size="large"
          type="primary"
          block
          className="round-submit"
          loading={submit.isPending}
          onClick={() => void close()}
          data-testid="round-submit"
        >
          {t('round.submit')}
        </Button>
      )}
      {scanning ? <Scanner onCode={visit} onClose={() => setScanning(false)} /> : null}
    </div>
  )
}
