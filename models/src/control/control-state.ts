import type { ControlFact, ControlRun, JointAction, RunPlanStep, RunStep } from '../twin/control-types.ts'
import type { StationState } from '../twin/types.ts'

/** A step waits this long for restart delays, intervals or pressure. */
export const RUN_WAIT_MS = 600_000
const LOGGED = 30

export function newRun(
  run: Omit<ControlRun, 'endedAt' | 'phase' | 'detail' | 'steps'> & { readonly steps: readonly RunPlanStep[] },
): ControlRun {
  const steps = run.steps.map((step): RunStep => ({
    ...step,
    phase: 'pending',
    command: null,
    startedAt: null,
    endedAt: null,
    deadline: null,
    detail: null,
  }))
  return { ...run, endedAt: null, phase: 'running', detail: null, steps }
}

/** The run under way, if there is one. */
export function openRun({ run }: StationState): ControlRun | null {
  return run?.phase === 'running' ? run : null
}

/** Place of the step that is next or under way; -1 = all are through. */
export function currentStep({ steps }: ControlRun): number {
  return steps.findIndex(({ phase }) => phase !== 'done' && phase !== 'already')
}

/** What a fact changes of a station; live, in recovery and in time travel alike. */
export function applyControlFact(
  run: ControlRun | null,
  jointLog: readonly JointAction[],
  fact: ControlFact,
): Partial<Pick<StationState, 'run' | 'joint' | 'jointLog'>> {
  switch (fact.kind) {
    case 'run.started':
      return { run: fact.body }
    case 'run.step':
      return run?.id === fact.body.run
        ? { run: { ...run, steps: run.steps.map((step, i) => (i === fact.body.step ? moved(step, fact) : step)) } }
        : {}
    case 'run.ended': {
      if (run?.id !== fact.body.run) return {}
      const { phase, detail } = fact.body
      const steps = run.steps.map((step) => (step.phase === 'pending' || step.phase === 'waiting' ? unsent(step, fact.at) : step))
      return { run: { ...run, phase, detail, endedAt: fact.at, steps } }
    }
    case 'joint.changed':
      return { joint: fact.body }
    case 'joint.action':
      return { jointLog: [...jointLog, fact.body].slice(-LOGGED) }
    case 'joint.outcome': {
      const { id, outcome } = fact.body
      return { jointLog: jointLog.map((action) => (action.id === id ? { ...action, outcome, endedAt: fact.at } : action)) }
    }
  }
}

function moved(step: RunStep, { at, body }: ControlFact & { readonly kind: 'run.step' }): RunStep {
  const { phase, command, deadline, detail } = body
  const over = phase === 'done' || phase === 'already' || phase === 'failed'
  return {
    ...step,
    phase,
    command: command ?? step.command,
    startedAt: step.startedAt ?? at,
    endedAt: over ? at : null,
    deadline: deadline ?? null,
    detail: detail ?? null,
  }
}

const unsent = (step: RunStep, at: number): RunStep => ({
  ...step,
  phase: 'unsent',
  endedAt: step.startedAt === null ? null : at,
  deadline: null,
})
