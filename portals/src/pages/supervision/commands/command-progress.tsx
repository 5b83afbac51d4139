import { operations } from '@twin/models/api'
import type { schemas } from '@twin/models/api'
import { findKind, type PointDefinition } from '@twin/models/kinds'
import { Alert, Button, Descriptions, Steps } from 'antd'
import { useEffect, useState } from 'react'
import type { z } from 'zod'
import { useAction, useCall } from '../../../api/index.ts'
import { useMe } from '../../../console/session.ts'
import { reasonText, useText, type TextKey } from '../../../i18n/index.ts'
import { serverNow, useLiveFeed, useStationView } from '../../../live/index.ts'
import { formatDuration, formatTime } from '../../../ui/format.ts'
import { isOver, wayOf } from './command-way.ts'
import { valueWithUnit } from '../../../ui/mapper/index.ts'
import { CommandPhaseTag, Failed, Loading } from '../../../ui/widgets/index.ts'

export type CommandRow = z.output<typeof schemas.commandRow>
/** A command on its way, live: every state with its time, and in the end what came of it. */
export function CommandProgress({ id, station }: { readonly id: string; readonly station: string }) {
  const { t, label, lang } = useText()
  const me = useMe()
  const { view } = useStationView(useLiveFeed(station, false), 200)
  const live = view?.station.commands[id]
  const [over, setOver] = useState(false)
  const asked = useCall(operations.command, { params: { command: id } }, { ...(over ? {} : { every: 1000 }) })
  const cancel = useAction(operations.cancelCommand, { done: t('command.cancelled'), refresh: [operations.commands, operations.command] })
  const { refetch } = asked
  const phase = live?.phase
  useEffect(() => {
    if (phase) void refetch()
  }, [phase, refetch])
  const row = asked.data
  useEffect(() => setOver(row ? isOver(row.phase) : false), [row])
  if (asked.isError && !row) return <Failed error={asked.error} retry={() => void refetch()} />
  if (!row) return <Loading small />
  return (
    <div className="tab-scroll" data-testid="command-progress" data-phase={row.phase}>
      <div className="section-title">
        {t('command.progress')} <CommandPhaseTag phase={row.phase} />
      </div>
      <CommandSteps row={row} />
      {row.phase === 'AWAITING_APPROVAL' ? (
        <Alert
          type="info"
          showIcon
          title={t('command.waitingApproval', { time: formatDuration((row.deadline ?? 0) - serverNow(), lang) })}
        />
      ) : null}
      {row.rejectCode ? (
        <Alert
          type={row.phase === 'UNVERIFIED' ? 'warning' : 'error'}
          showIcon
          data-testid="command-reject"
          data-code={row.rejectCode}
          title={label(reasonText(row.rejectCode))}
          description={row.detail ? <span className="mono">{row.detail}</span> : undefined}
        />
      ) : null}
      <BeforeAfter row={row} />
      {!isOver(row.phase) &&
      row.requestedBy.id === me.id &&
      (row.phase === 'AWAITING_APPROVAL' || row.phase === 'REQUESTED' || row.phase === 'VALIDATED') ? (
        <Button size="small" loading={cancel.isPending} onClick={() => cancel.mutate({ params: { command: id }, body: {} })}>
          {t('command.cancel')}
        </Button>
      ) : null}
      <div className="muted num">{formatTime(row.issuedAt, 'full', lang)}</div>
    </div>
  )
}

export function CommandSteps({ row }: { readonly row: CommandRow }) {
  const { t, lang } = useText()
  const reached = new Map(row.steps.map((step) => [step.phase, step]))
  const phases = wayOf(row)
  const failed = isOver(row.phase) && row.phase !== 'EXECUTED'
  const last = phases.findLastIndex((phase) => reached.has(phase))
  const items = phases.map((phase, i) => {
    const step = reached.get(phase)
    return {
      title: t(`command.phase.${phase}` as TextKey),
      content: step ? (
        <span className="num">
          {formatTime(step.at, 'time', lang)}
          {step.by ? ` · ${nameOf(row, step.by)}` : ''}
        </span>
      ) : (
        t(`command.phaseHint.${phase}` as TextKey)
      ),
      status:
        step && (i < last || row.phase === 'EXECUTED')
          ? ('finish' as const)
          : i === last && !failed
            ? ('process' as const)
            : step
              ? ('finish' as const)
              : ('wait' as const),
    }
  })
  if (failed) {
    const end = reached.get(row.phase)
    items.splice(last + 1, items.length, {
      title: t(`command.phase.${row.phase}` as TextKey),
      content: <span className="num">{formatTime(end?.at ?? row.endedAt, 'time', lang)}</span>,
      status: 'error' as never,
    })
  }
  return <Steps size="small" orientation="vertical" items={items} data-testid="command-steps" />
}

/** Steps name people by id; the row knows the two who may stand there. */
function nameOf({ requestedBy, approvedBy }: CommandRow, id: string): string {
  return [requestedBy, approvedBy].find((person) => person?.id === id)?.name ?? id
}

function BeforeAfter({ row }: { readonly row: CommandRow }) {
  const { t, label, lang } = useText()
  const names = [...new Set([...Object.keys(row.before), ...Object.keys(row.after)])]
  if (names.length === 0 || !isOver(row.phase)) return null
  const kind = findKind(row.code.split('.')[0] ?? '')
  const shown = (point: PointDefinition | undefined, value: unknown): string => {
    const plain = typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' ? value : null
    return point ? valueWithUnit(point, plain, lang) : String(plain ?? '—')
  }
  return (
    <Descriptions
      size="small"
      column={1}
      title={t('command.beforeAfter')}
      items={names.map((name) => {
        const point = kind?.points.find((candidate) => candidate.name === name)
        return {
          key: name,
          label: point ? label(point.label) : name,
          children: `${shown(point, row.before[name])} → ${shown(point, row.after[name])}`,
        }
      })}
    />
  )
}
