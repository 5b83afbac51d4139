import type {
  AlarmDefinition,
  AlarmEffect,
  AlarmGrouping,
  CommandDefinition,
  CommandParameter,
  CommandRole,
  Confirmation,
  DeviceKind,
  Label,
  NoticeDefinition,
  PointDefinition,
  Priority,
  RiskClass,
  ShapePart,
} from './types.ts'

/** [Chinese, English]; keeps a row of a table on one line. */
export type Pair = readonly [zh: string, en: string]
const label = ([zh, en]: Pair): Label => ({ zh, en })

/** A point that keeps its name as a literal, so that a kind can check the names it uses. */
export type NamedPoint<N extends string> = PointDefinition & { readonly name: N }

interface PointOptions extends Partial<
  Pick<PointDefinition, 'deadband' | 'maxSilenceS' | 'tier' | 'opc' | 'interlock' | 'appliesTo' | 'note' | 'counter'>
> {
  readonly sampleMs: number
}

function point<const N extends string>(
  name: N,
  names: Pair,
  shape: Pick<PointDefinition, 'type' | 'unit' | 'min' | 'max' | 'typical' | 'values'>,
  options: PointOptions,
): NamedPoint<N> {
  const silence = options.maxSilenceS ?? 60
  return {
    deadband: null,
    tier: 'core',
    ...shape,
    ...options,
    name,
    label: label(names),
    // What an interlock looks at has to be fresh within 10 s, so it is reported every 5 s.
    maxSilenceS: options.interlock ? Math.min(silence, 5) : silence,
  }
}

type Range = readonly [min: number, max: number, unit: string]

export const analog = <const N extends string>(name: N, names: Pair, [min, max, unit]: Range, typical: number, options: PointOptions) =>
  point(name, names, { type: 'float', unit, min, max, typical }, options)

export const integer = <const N extends string>(name: N, names: Pair, [min, max, unit]: Range, typical: number, options: PointOptions) =>
  point(name, names, { type: 'int', unit, min, max, typical }, options)

/** Grows only; read as differences, never averaged. */
export const counter = <const N extends string>(name: N, names: Pair, range: Range, typical: number, options: PointOptions) =>
  analog(name, names, range, typical, { maxSilenceS: 300, ...options, counter: true })

/** A set-point or nameplate value read back from the device. */
export const setting = <const N extends string>(name: N, names: Pair, range: Range, typical: number, options: PointOptions) =>
  analog(name, names, range, typical, { maxSilenceS: 300, ...options })

export const flag = <const N extends string>(name: N, names: Pair, typical: boolean, options: PointOptions) =>
  point(name, names, { type: 'bool', unit: '', min: null, max: null, typical }, options)

export const state = <const N extends string, const W extends string>(
  name: N,
  names: Pair,
  values: readonly W[],
  typical: NoInfer<W>,
  options: PointOptions,
) => point(name, names, { type: 'enum', unit: '', min: null, max: null, typical, values }, options)

export const text = <const N extends string>(name: N, names: Pair, typical: string, options: PointOptions) =>
  point(name, names, { type: 'string', unit: '', min: null, max: null, typical }, options)

interface AlarmOptions {
  readonly condition: string
  readonly clear: string
  /** [on, off] in s. */
  readonly delays: readonly [number, number]
  readonly latched?: true
  readonly parent?: string
  readonly suppressWhen?: string
  readonly groups?: AlarmGrouping
  readonly consequence: Pair
  readonly action: Pair
  readonly respondWithinMin: number
  readonly effects?: readonly AlarmEffect[]
  readonly appliesTo?: readonly string[]
  /** Changes to typical values that make the condition true; `fn` for window functions and bad(). */
  readonly trip: Readonly<Record<string, unknown>>
  readonly fn?: Readonly<Record<string, unknown>>
}

export function alarm(code: string, priority: Priority, kind: string, names: Pair, options: AlarmOptions): AlarmDefinition {
  const { delays, consequence, action, trip, fn, ...rest } = options
  return {
    latched: false,
    parent: null,
    suppressWhen: null,
    effects: [],
    ...rest,
    code,
    label: label(names),
    priority,
    class: kind,
    onDelayS: delays[0],
    offDelayS: delays[1],
    consequence: label(consequence),
    action: label(action),
    test: fn ? { trip, fn } : { trip },
  }
}

export const notice = (
  code: string,
  names: Pair,
  condition: string,
  workOrder: 'maintenance' | 'inspection',
  trip: Readonly<Record<string, unknown>>,
): NoticeDefinition => ({ code, label: label(names), condition, workOrder, test: { trip } })

type ParameterOptions = Omit<CommandParameter, 'name' | 'label' | 'type' | 'required'> & { readonly optional?: true }

export function parameter(name: string, names: Pair, type: CommandParameter['type'], options: ParameterOptions = {}): CommandParameter {
  const { optional, ...rest } = options
  return { name, label: label(names), type, required: !optional, ...rest }
}

interface CommandOptions {
  readonly params?: readonly CommandParameter[]
  readonly permissives: readonly string[]
  /** Default true for both: the standard's rule for remote operation. */
  readonly presenceForbids?: false
  readonly requiresVideo?: false
  readonly allowAutomation?: true
  readonly idempotent?: true
  readonly minIntervalS: number
  /** s until the effect must be seen. */
  readonly effectS: number
  readonly verify: string
  readonly roles?: readonly CommandRole[]
  readonly appliesTo?: readonly string[]
  readonly notes?: string
}

export function command(
  code: string,
  riskClass: RiskClass,
  confirm: Confirmation,
  names: Pair,
  { effectS, ...options }: CommandOptions,
): CommandDefinition {
  return {
    params: [],
    presenceForbids: true,
    requiresVideo: true,
    allowAutomation: false,
    idempotent: false,
    roles: ['operator', 'engineer'],
    ...options,
    code,
    label: label(names),
    riskClass,
    confirm,
    timeouts: { approvalS: 300, videoOpenS: 5, ttlS: 10, gatewayAckS: 5, effectS },
  }
}

type Triple = readonly [number, number, number]

/** Part of a 3D shape: extents and centre in metres, rotation in degrees. */
export const part = (form: ShapePart['form'], role: ShapePart['role'], size: Triple, at: Triple, rotate?: Triple): ShapePart =>
  rotate ? { form, role, size, at, rotate } : { form, role, size, at }

/** Declares a kind; a headline naming no point of the kind does not compile. */
export function defineDeviceKind<const N extends string>(
  kind: Omit<DeviceKind, 'points' | 'headline'> & {
    readonly points: readonly NamedPoint<N>[]
    readonly headline: readonly NoInfer<N>[]
  },
): DeviceKind {
  return kind
}
