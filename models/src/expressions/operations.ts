import type { Readings } from './types.ts'

/** Closures of compiled expressions. NaN and undefined are UNKNOWN; nothing here allocates while it runs. */
export type NumberRun = (readings: Readings) => number
export type BoolRun = (readings: Readings) => boolean | undefined

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>='

export const and =
  (left: BoolRun, right: BoolRun): BoolRun =>
  (r) => {
    const a = left(r)
    if (a === false) return false
    const b = right(r)
    if (b === false) return false
    return a === undefined || b === undefined ? undefined : true
  }

export const or =
  (left: BoolRun, right: BoolRun): BoolRun =>
  (r) => {
    const a = left(r)
    if (a === true) return true
    const b = right(r)
    if (b === true) return true
    return a === undefined || b === undefined ? undefined : false
  }

export const not =
  (operand: BoolRun): BoolRun =>
  (r) => {
    const a = operand(r)
    return a === undefined ? undefined : !a
  }

export const sameBool =
  (left: BoolRun, right: BoolRun): BoolRun =>
  (r) => {
    const a = left(r)
    const b = right(r)
    return a === undefined || b === undefined ? undefined : a === b
  }

/** 0/1 of a slab as a truth value. */
export const truth =
  (run: NumberRun): BoolRun =>
  (r) => {
    const a = run(r)
    return Number.isNaN(a) ? undefined : a !== 0
  }

export function compare(operator: Comparison, left: NumberRun, right: NumberRun): BoolRun {
  switch (operator) {
    case '==':
      return (r) => {
        const a = left(r)
        const b = right(r)
        return a === b || (unknown(a, b) ? undefined : false)
      }
    case '!=':
      return not(compare('==', left, right))
    case '<':
      return (r) => {
        const a = left(r)
        const b = right(r)
        return a < b || (unknown(a, b) ? undefined : false)
      }
    case '<=':
      return (r) => {
        const a = left(r)
        const b = right(r)
        return a <= b || (unknown(a, b) ? undefined : false)
      }
    case '>':
      return compare('<', right, left)
    case '>=':
      return compare('<=', right, left)
  }
}

const unknown = (a: number, b: number) => Number.isNaN(a) || Number.isNaN(b)

export function arithmetic(operator: '+' | '-' | '*' | '/', left: NumberRun, right: NumberRun): NumberRun {
  switch (operator) {
    case '+':
      return (r) => left(r) + right(r)
    case '-':
      return (r) => left(r) - right(r)
    case '*':
      return (r) => left(r) * right(r)
    case '/':
      return (r) => {
        const by = right(r)
        // A quotient by nothing says nothing.
        return by === 0 ? Number.NaN : left(r) / by
      }
  }
}

export function largest(runs: readonly NumberRun[]): NumberRun {
  return (r) => {
    let result = -Infinity
    for (const run of runs) result = Math.max(result, run(r))
    return result
  }
}

export function smallest(runs: readonly NumberRun[]): NumberRun {
  return (r) => {
    let result = Infinity
    for (const run of runs) result = Math.min(result, run(r))
    return result
  }
}

/** 100·max|x−mean|/mean in %; unknown when the mean is 0. */
export function imbalance(a: NumberRun, b: NumberRun, c: NumberRun): NumberRun {
  return (r) => {
    const x = a(r)
    const y = b(r)
    const z = c(r)
    const mean = (x + y + z) / 3
    if (mean === 0) return Number.NaN
    return (100 * Math.max(Math.abs(x - mean), Math.abs(y - mean), Math.abs(z - mean))) / mean
  }
}
