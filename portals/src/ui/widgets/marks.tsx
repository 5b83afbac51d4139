import type { Priority } from '@twin/models/kinds'
import type { RunSummary } from '@twin/models/live'
import { Tag } from 'antd'
import { labelOf, useText, type TextKey } from '../../i18n/index.ts'
import { Explain } from '../help/explain.tsx'

const paths: Readonly<Record<RunSummary, string>> = {
  running: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Z',
  standby: 'M3 3h10v10H3Z',
  alarm: 'M8 1.5 15 14H1Z',
  offline: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Zm0 2.4a3.6 3.6 0 1 1 0 7.2 3.6 3.6 0 0 1 0-7.2Z',
}

/** State as colour and as shape: disc, square, triangle, ring. */
export function StateMark({
  state,
  size = 14,
  bare = false,
}: {
  readonly state: RunSummary
  readonly size?: number
  readonly bare?: boolean
}) {
  const { t } = useText()
  const name = t(`run.${state}`)
  return (
    <span className="state-mark" data-state={state} {...(bare ? {} : { title: name })}>
      <svg width={size} height={size} viewBox="0 0 16 16" role={bare ? 'presentation' : 'img'} {...(bare ? {} : { 'aria-label': name })}>
        <path d={paths[state]} fill={`var(--${state})`} fillRule="evenodd" />
      </svg>
    </span>
  )
}

export function StateText({ state }: { readonly state: RunSummary }) {
  const { t } = useText()
  return (
    <Explain word={labelOf(`run.${state}`)} plain>
      <span style={{ whiteSpace: 'nowrap' }}>
        <StateMark state={state} bare /> {t(`run.${state}`)}
      </span>
    </Explain>
  )
}

const priorityShapes: Readonly<Record<Priority, string>> = { P1: '▲', P2: '◆', P3: '●' }

/** Priority as colour, shape and word. */
export function PriorityTag({ priority }: { readonly priority: Priority }) {
  const { t } = useText()
  return (
    <Explain word={labelOf(`alarm.${priority}`)} plain>
      <span className="priority-tag" data-priority={priority}>
        <span aria-hidden="true">{priorityShapes[priority]}</span> {priority} {t(`alarm.${priority}`)}
      </span>
    </Explain>
  )
}

const phaseColours: Readonly<Record<string, string>> = {
  UNACK: 'error',
  ACKED: 'warning',
  RTN_UNACK: 'processing',
  LATCHED_UNACK: 'error',
  LATCHED_ACKED: 'warning',
  CLOSED: 'default',
}
export function AlarmPhaseTag({ phase }: { readonly phase: string }) {
  const { t } = useText()
  if (!(phase in phaseColours)) return <Tag>{phase}</Tag>
  const key = `alarm.phase.${phase}` as TextKey
  return (
    <Explain word={labelOf(key)} plain>
      <Tag color={phaseColours[phase] ?? 'default'}>{t(key)}</Tag>
    </Explain>
  )
}

const commandColours: Readonly<Record<string, string>> = {
  EXECUTED: 'success',
  REJECTED: 'error',
  FAILED: 'error',
  ABORTED: 'error',
  EXPIRED: 'default',
  UNVERIFIED: 'warning',
}
export function CommandPhaseTag({ phase }: { readonly phase: string }) {
  const { t } = useText()
  const key = `command.phase.${phase}` as TextKey
  return (
    <Explain word={labelOf(key)} plain>
      <Tag color={commandColours[phase] ?? 'processing'}>{t(key)}</Tag>
    </Explain>
  )
}
