/** Text in the two languages of the product, Chinese first. */
export interface Label {
  readonly zh: string
  readonly en: string
}

export type PointType = 'float' | 'int' | 'bool' | 'enum' | 'string'

/** One telemetry point of a device kind. Its index in `DeviceKind.points` is its slot in every slab, history row and frame. */
export interface PointDefinition {
  readonly name: string
  readonly label: Label
  readonly type: PointType
  /** Unit as stored; pressure is bar gauge, flow m3/min FAD (ISO 1217), temperature degC. '' when the point has none. */
  readonly unit: string
  readonly min: number | null
  readonly max: number | null
  /** A value of normal operation, in wire form (number, boolean, enum word or text). */
  readonly typical: number | boolean | string
  /** Sampling interval in ms; 0 = computed by the twin. */
  readonly sampleMs: number
  /** Report when changed by this much; null = on any change. */
  readonly deadband: number | null
  readonly maxSilenceS: number
  readonly tier: 'core' | 'recommended' | 'optional' | 'derived'
  /** The words of an enum; a slab stores the index. */
  readonly values?: readonly string[]
  /** A counter that only grows (energy, air, hours): never averaged, read as differences. */
  readonly counter?: boolean
  /** Name in OPC 40250-1 where it has one. */
  readonly opc?: string
  /** Named in a permissive or by the presence rule: reported every 5 s and stale after 10 s, whatever the station allows. */
  readonly interlock?: true
  /** Variants that have the point; absent = all. */
  readonly appliesTo?: readonly string[]
  readonly note?: string
}

export type Priority = 'P1' | 'P2' | 'P3'

export interface AlarmDefinition {
  readonly code: string
  readonly label: Label
  readonly priority: Priority
  readonly class: string
  readonly condition: string
  readonly clear: string
  readonly onDelayS: number
  readonly offDelayS: number
  readonly latched: boolean
  readonly parent: string | null
  readonly suppressWhen: string | null
  readonly consequence: Label
  readonly action: Label
  readonly respondWithinMin: number
  readonly effects: readonly AlarmEffect[]
  readonly appliesTo?: readonly string[]
  /** On the station's own device: alarms of its units around this one are shown as one, below it. */
  readonly groups?: AlarmGrouping
  readonly test: { readonly trip: Readonly<Record<string, unknown>>; readonly fn?: Readonly<Record<string, unknown>> }
}

export interface AlarmGrouping {
  /** Kinds of stations (`StationKind`) this is for. */
  readonly stations: readonly string[]
  /** Kinds of devices whose alarms become members. */
  readonly kinds: readonly string[]
  /** So many devices have to alarm. */
  readonly least: number
  /** Raised no longer than this before the condition became true or after the alarm was raised, s. */
  readonly withinS: number
}

export type AlarmEffect =
  | 'openVideo'
  | 'blockStart'
  | 'blockRemote'
  | 'blockAutoStart'
  | 'unloadAll'
  | 'stopStation'
  | 'localTrip'
  | 'startStandby'
  | 'workOrder'
  | 'notifyAll'
  | 'notifyCustomer'
  | 'qualityBreach'
  | 'billingSubstitute'
  | 'billingHold'
  | 'markOffline'
  | 'abortRemote'

/** Service due: a notice, not an alarm (domain.md §4). */
export interface NoticeDefinition {
  readonly code: string
  readonly label: Label
  readonly condition: string
  /** Sort of work order that follows. */
  readonly workOrder?: 'maintenance' | 'inspection'
  readonly test: { readonly trip: Readonly<Record<string, unknown>> }
}

export type RiskClass = 'R0' | 'R1' | 'R2' | 'R3' | 'R4'
export type Confirmation = 'none' | 'single' | 'twoPerson'

export interface CommandParameter {
  readonly name: string
  readonly label: Label
  readonly type: 'string' | 'number' | 'integer' | 'boolean' | 'enum' | 'object' | 'timestamp'
  readonly required: boolean
  readonly unit?: string
  readonly min?: number
  readonly max?: number
  readonly values?: readonly string[]
  readonly note?: string
}

export interface CommandDefinition {
  /** `compressor.start`; the part before the dot is the kind. */
  readonly code: string
  readonly label: Label
  readonly riskClass: RiskClass
  readonly confirm: Confirmation
  readonly params: readonly CommandParameter[]
  readonly permissives: readonly string[]
  readonly presenceForbids: boolean
  readonly requiresVideo: boolean
  readonly allowAutomation: boolean
  readonly idempotent: boolean
  readonly minIntervalS: number
  readonly timeouts: {
    readonly approvalS: number
    readonly videoOpenS: number
    readonly ttlS: number
    readonly gatewayAckS: number
    readonly effectS: number
  }
  readonly verify: string
  /** Roles of commands.json that may ask for it. */
  readonly roles: readonly CommandRole[]
  readonly appliesTo?: readonly string[]
  readonly notes?: string
}
export type CommandRole = 'viewer' | 'operator' | 'engineer' | 'technician' | 'optimizer' | 'system'

export interface ConfigDefinition {
  readonly default: number
  readonly unit: string
  readonly note?: string
  /** Other default for a variant, e.g. desiccant dryers. */
  readonly byVariant?: Readonly<Record<string, number>>
}

/** How the 3D scene draws a kind: parts in metres, y up, origin at floor centre, instanced by kind. */
export interface Shape {
  readonly size: readonly [number, number, number]
  readonly parts: readonly ShapePart[]
}
export interface ShapePart {
  /** A unit form (1 m wide, high and deep; cylinder, cone upright; torus ring in the xy plane) scaled by `size`. */
  readonly form: 'box' | 'cylinder' | 'sphere' | 'cone' | 'torus'
  readonly size: readonly [number, number, number]
  /** Centre of the part. */
  readonly at: readonly [number, number, number]
  /** Degrees about x, then y, then z, applied after scaling. */
  readonly rotate?: readonly [number, number, number]
  /** body: colour of the kind; state: shows run state; accent: fixed dark; spin: turns while the machine runs. */
  readonly role: 'body' | 'state' | 'accent' | 'spin'
}

export interface DeviceKind {
  readonly kind: string
  readonly label: Label
  readonly variants: readonly string[]
  /** Variants that exclude each other; the first of a group is meant when a device names none of it. */
  readonly variantGroups?: readonly (readonly string[])[]
  readonly points: readonly PointDefinition[]
  readonly alarms: readonly AlarmDefinition[]
  readonly notices: readonly NoticeDefinition[]
  readonly commands: readonly CommandDefinition[]
  readonly config: Readonly<Record<string, ConfigDefinition>>
  readonly shape: Shape
  /** While true the device is locked out for maintenance: none of its alarms is raised, all are listed as suppressed. */
  readonly lockout?: string
  /** Points shown first on labels, cards and lists, in order. */
  readonly headline: readonly string[]
  /** OPC 40250-1 object type where it has one. */
  readonly opc?: string
}
