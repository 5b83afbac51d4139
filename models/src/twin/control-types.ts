import type { Person } from './types.ts'

/**
 * start: a station goes up step by step. joint, band, release: joint control is entered, gets another band, lets go of a unit or of
 * the station.
 */
export type RunKind = 'start' | 'joint' | 'band' | 'release'
export type RunPhase = 'running' | 'done' | 'failed' | 'aborted'

/**
 * waiting: the step is next, but what it needs has not passed yet (restart delay, pressure). already: found as wanted, nothing was
 * sent. unsent: an earlier step failed or the run was aborted.
 */
export type RunStepPhase = 'pending' | 'waiting' | 'sent' | 'done' | 'already' | 'failed' | 'unsent'
export type RunStepKey = 'cooling' | 'dryer' | 'compressor' | 'pressure' | 'outlet' | 'target' | 'band' | 'member' | 'mode'

/** What a step does: a command of the ordinary machinery, or (code null) waiting until the header carries its minimum pressure. */
export interface RunPlanStep {
  readonly key: RunStepKey
  readonly target: string
  readonly code: string | null
  readonly args: Readonly<Record<string, unknown>>
}

export interface RunStep extends RunPlanStep {
  readonly phase: RunStepPhase
  /** Id of its command once sent. */
  readonly command: string | null
  /** Epoch ms; null = not yet. */
  readonly startedAt: number | null
  readonly endedAt: number | null
  /** When waiting gives up. */
  readonly deadline: number | null
  readonly detail: string | null
}

/** Steps in order; one is sent when the device's own feedback has confirmed the one before. */
export interface ControlRun {
  readonly id: string
  readonly kind: RunKind
  readonly by: Person
  readonly reason: string
  readonly startedAt: number
  readonly endedAt: number | null
  readonly phase: RunPhase
  readonly detail: string | null
  readonly steps: readonly RunStep[]
  /** band: what holds when it is done. release: the unit let go of, null = the station. */
  readonly band?: PressureBand
  readonly unit?: string | null
}

/** Of the header, bar gauge. */
export interface PressureBand {
  readonly low: number
  readonly high: number
}

/** A centralised station whose units its local master controller runs as the server plans. */
export interface JointControl {
  /** suspended: the local master has left the server's plans; commands to the units stay refused until somebody releases it. */
  readonly phase: 'engaging' | 'active' | 'suspended'
  readonly by: Person
  readonly reason: string
  readonly since: number
  readonly band: PressureBand
  /** The lead changes when it has run this much longer than another unit, h. */
  readonly rotateAfterH: number
  readonly members: readonly string[]
  /** As the master last confirmed: units in the order of their use, the first one leads. */
  readonly order: readonly string[]
  readonly lead: string | null
  /** Plan under way: its command, and what it says. */
  readonly plan: { readonly command: string; readonly order: readonly string[] } | null
  /** After a plan that came to nothing. */
  readonly retryAt: number | null
  readonly problem: string | null
  /** Where release goes back to: the station's mode, and the units whose own mode was another. */
  readonly before: { readonly mode: string; readonly control: Readonly<Record<string, string>> }
}

/** One automatic command: a plan of the server, or what the master told a unit to do under it. */
export interface JointAction {
  readonly id: string
  readonly at: number
  readonly kind: 'plan' | 'start' | 'stop' | 'load' | 'unload'
  /** null for a plan. */
  readonly unit: string | null
  readonly reason: string
  /** bar; null = not told. */
  readonly headerPressure: number | null
  /** confirmed: seen at the unit itself, or acknowledged by the master. */
  readonly outcome: 'pending' | 'confirmed' | 'unconfirmed' | 'failed'
  readonly endedAt: number | null
}

export type ControlFact =
  | { readonly kind: 'run.started'; readonly v: 1; readonly at: number; readonly body: ControlRun }
  | {
      readonly kind: 'run.step'
      readonly v: 1
      readonly at: number
      readonly body: {
        readonly run: string
        readonly step: number
        readonly phase: RunStepPhase
        readonly command?: string
        readonly deadline?: number | null
        readonly detail?: string | null
      }
    }
  | {
      readonly kind: 'run.ended'
      readonly v: 1
      readonly at: number
      readonly body: {
        readonly run: string
        readonly phase: Exclude<RunPhase, 'running'>
        readonly detail: string | null
        readonly by?: string
      }
    }
  | { readonly kind: 'joint.changed'; readonly v: 1; readonly at: number; readonly body: JointControl | null }
  | { readonly kind: 'joint.action'; readonly v: 1; readonly at: number; readonly body: JointAction }
  | {
      readonly kind: 'joint.outcome'
      readonly v: 1
      readonly at: number
      readonly body: { readonly id: string; readonly outcome: JointAction['outcome'] }
    }
