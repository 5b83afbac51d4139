import type { controlRun } from '@twin/models/api'
import type { StationConfig } from '@twin/models/stations'
import { Steps, Tag } from 'antd'
import type { z } from 'zod'
import { useText } from '../../../i18n/index.ts'
import { formatDuration, formatTime } from '../../../ui/format.ts'

export type RunRow = z.output<typeof controlRun>
type Step = Omit<RunRow['steps'][number], 'targetName' | 'args'>

const status: Readonly<Record<Step['phase'], 'wait' | 'process' | 'finish' | 'error'>> = {
  pending: 'wait',
  waiting: 'process',
  sent: 'process',
  done: 'finish',
  already: 'finish',
  failed: 'error',
  unsent: 'wait',
}

/** Steps of a run in order, each with what it waits for, when it began and how long it took. */
export function RunSteps({ config, steps }: { readonly config: StationConfig; readonly steps: readonly Step[] }) {
  const { t, lang, name } = useText()
  const named = (target: string): string => {
    const device = config.devices.find(({ id }) => id === target)
    return device === undefined || device.id === config.id ? '' : name(device)
  }
  return (
    <div className="run-steps" data-testid="run-steps">
      <Steps
        size="small"
        orientation="vertical"
        current={Math.max(
          0,
          steps.findIndex(({ phase }) => phase !== 'done' && phase !== 'already'),
        )}
        items={steps.map((step, i) => ({
          title: (
            <span data-testid={`run-step-${step.key}`} data-step={i} data-phase={step.phase}>
              {t(`control.step.${step.key}`)} {named(step.target)}
            </span>
          ),
          status: status[step.phase],
          content: (
            <>
              <span>{t(`control.stepPhase.${step.phase}`)}</span>
              {step.startedAt === null ? null : (
                <span className="num muted" data-testid="run-step-times">
                  {' '}
                  {formatTime(step.startedAt, 'time', lang)}
                  {step.endedAt === null
                    ? ''
                    : ` – ${formatTime(step.endedAt, 'time', lang)} · ${formatDuration(step.endedAt - step.startedAt, lang)}`}
                </span>
              )}
              {step.detail && (step.phase === 'failed' || step.phase === 'waiting') ? <div className="muted">{step.detail}</div> : null}
            </>
          ),
        }))}
      />
    </div>
  )
}

const colours: Readonly<Record<RunRow['phase'], string>> = { running: 'processing', done: 'success', failed: 'error', aborted: 'warning' }

export function RunPhaseTag({ phase }: { readonly phase: RunRow['phase'] }) {
  const { t } = useText()
  return (
    <Tag color={colours[phase]} data-testid="run-phase" data-phase={phase}>
      {t(`control.phase.${phase}`)}
    </Tag>
  )
}
