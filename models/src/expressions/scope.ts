import { findPoint, kindOf } from '../kinds/index.ts'
import type { CommandParameter, DeviceKind, PointDefinition } from '../kinds/index.ts'
import type { Owner, PointUse, WindowUse } from './types.ts'

/** What an expression may name besides its own kind's points. */
export interface ExpressionContext {
  /** Kinds behind `station.` and `gateway.`; the catalogue's own unless a test says otherwise. */
  readonly station?: DeviceKind
  readonly gateway?: DeviceKind
  /** Parameters behind `param.`; without them `param.` is an error. */
  readonly params?: readonly CommandParameter[]
}

export interface FoundPoint {
  readonly owner: Owner
  readonly index: number
  readonly point: PointDefinition
}

/** Resolves names and collects what the expression reads. */
export class Scope {
  readonly uses: PointUse[] = []
  readonly windows: WindowUse[] = []
  readonly kind: DeviceKind
  readonly params: readonly CommandParameter[] | undefined
  readonly #owners: Readonly<Record<'station' | 'gateway', DeviceKind>>

  constructor(kind: DeviceKind, context: ExpressionContext) {
    this.kind = kind
    this.params = context.params
    this.#owners = { station: context.station ?? kindOf('station'), gateway: context.gateway ?? kindOf('gateway') }
  }

  /** undefined when there is no such point; `station.` in an expression of the station is the device itself. */
  find(prefix: string | null, name: string): FoundPoint | undefined {
    const owner = prefix === null || prefix === this.kind.kind ? 'self' : prefix
    if (owner !== 'self' && owner !== 'station' && owner !== 'gateway') return undefined
    const kind = owner === 'self' ? this.kind : this.#owners[owner]
    const index = findPoint(kind, name)
    const point = kind.points[index]
    return point && { owner, index, point }
  }

  use({ owner, index, point }: FoundPoint): void {
    if (!this.uses.some((use) => use.owner === owner && use.index === index)) this.uses.push({ owner, index, point: point.name })
  }

  useWindow(fn: WindowUse['fn'], { owner, index, point }: FoundPoint, windowS: number): void {
    const same = (use: WindowUse) => use.fn === fn && use.owner === owner && use.index === index && use.windowS === windowS
    if (!this.windows.some(same)) this.windows.push({ fn, owner, index, point: point.name, windowS })
  }
}
