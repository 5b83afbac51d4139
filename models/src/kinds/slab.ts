import type { RejectReason } from '../wire/types.ts'
import type { PointDefinition } from './types.ts'

export type SlabValue =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly reason: RejectReason; readonly detail: string }

const refuse = (reason: RejectReason, detail: string): SlabValue => ({ ok: false, reason, detail })

/** Wire value → slab number: bool 0/1, enum word its index, numbers checked for being finite, whole (int) and in range. */
export function toSlab(point: PointDefinition, value: unknown): SlabValue {
  switch (point.type) {
    case 'float':
    case 'int': {
      if (typeof value !== 'number') return refuse('wrong-type', `number expected, got ${describe(value)}`)
      if (!Number.isFinite(value)) return refuse('not-a-number', String(value))
      if (point.type === 'int' && !Number.isInteger(value)) return refuse('wrong-type', `whole number expected, got ${value}`)
      if ((point.min !== null && value < point.min) || (point.max !== null && value > point.max))
        return refuse('out-of-range', `${value} not within ${point.min}..${point.max} ${point.unit}`)
      return { ok: true, value }
    }
    case 'bool':
      if (typeof value !== 'boolean') return refuse('wrong-type', `true or false expected, got ${describe(value)}`)
      return { ok: true, value: value ? 1 : 0 }
    case 'enum': {
      if (typeof value !== 'string') return refuse('wrong-type', `word expected, got ${describe(value)}`)
      const index = point.values?.indexOf(value) ?? -1
      return index < 0 ? refuse('out-of-range', `unknown word '${value.slice(0, 40)}'`) : { ok: true, value: index }
    }
    case 'string':
      return refuse('wrong-type', 'texts are not kept in slabs')
  }
}

/** Slab number → what people and interfaces see; null for NaN (none) and for texts, which live elsewhere. */
export function fromSlab(point: PointDefinition, value: number): number | string | boolean | null {
  if (Number.isNaN(value)) return null
  switch (point.type) {
    case 'float':
    case 'int':
      return value
    case 'bool':
      return value !== 0
    case 'enum':
      return point.values?.[value] ?? null
    case 'string':
      return null
  }
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  return typeof value === 'string' ? `'${value.slice(0, 40)}'` : typeof value
}
