import { imbalance, largest, type NumberRun, smallest } from './operations.ts'
import type { Node } from './parser.ts'
import type { Checker, Part } from './parts.ts'
import type { FoundPoint } from './scope.ts'

const names = ['avg', 'rate', 'count', 'stuckS', 'bad', 'imbalance', 'max', 'min', 'abs'] as const
export type FunctionName = (typeof names)[number]
type Call = Node & { kind: 'call'; name: FunctionName }

export const isFunction = (name: string): name is FunctionName => names.some((known) => known === name)

export function compileCall(checker: Checker, node: Call): Part {
  switch (node.name) {
    case 'avg':
    case 'rate':
    case 'count':
      return { type: 'number', run: windowed(checker, node, node.name) }
    case 'stuckS': {
      const { owner, index } = timed(checker, node)
      return { type: 'number', run: (r) => r.stuckS(owner, index) }
    }
    case 'bad': {
      const found = pointArgument(checker, node, 1)
      checker.scope.use(found)
      const { owner, index } = found
      return { type: 'bool', run: (r) => (r.expected?.(owner, index) === false ? undefined : Number.isNaN(r.value(owner, index))) }
    }
    case 'imbalance': {
      const [a, b, c] = numbers(checker, node, 3, 3)
      if (!a || !b || !c) return checker.fail('imbalance takes three values', node)
      return { type: 'number', run: imbalance(a, b, c) }
    }
    case 'max':
      return { type: 'number', run: largest(numbers(checker, node, 2)) }
    case 'min':
      return { type: 'number', run: smallest(numbers(checker, node, 2)) }
    case 'abs': {
      const [value] = numbers(checker, node, 1, 1)
      if (!value) return checker.fail('abs takes one value', node)
      return { type: 'number', run: (r) => Math.abs(value(r)) }
    }
  }
}

function windowed(checker: Checker, node: Call, fn: 'avg' | 'rate' | 'count'): NumberRun {
  const found = pointArgument(checker, node, 2)
  const { owner, index, point } = found
  if (point.type !== 'float' && point.type !== 'int') checker.fail(`${fn} needs a number, '${point.name}' is ${point.type}`, node)
  if ((fn === 'count') !== (point.counter === true)) checker.fail(`${fn} does not go with '${point.name}': count is for counters`, node)
  const windowS = seconds(checker, node)
  checker.scope.use(found)
  checker.scope.useWindow(fn, found, windowS)
  switch (fn) {
    case 'avg':
      return (r) => r.avg(owner, index, windowS)
    case 'rate':
      return (r) => r.rate(owner, index, windowS)
    case 'count':
      return (r) => r.count(owner, index, windowS)
  }
}

function timed(checker: Checker, node: Call): FoundPoint {
  const found = pointArgument(checker, node, 1)
  checker.scope.use(found)
  checker.scope.useWindow('stuckS', found, 0)
  return found
}

function pointArgument(checker: Checker, node: Call, count: number): FoundPoint {
  const [first] = node.args
  if (node.args.length !== count || first?.kind !== 'name')
    return checker.fail(`${node.name} takes a point${count > 1 ? ' and a window' : ''}`, node)
  return checker.scope.find(first.prefix, first.name) ?? checker.fail(`no point '${first.name}' for ${checker.scope.kind.kind}`, first)
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

function seconds(checker: Checker, node: Call): number {
  const window = node.args[1]
  const match = window?.kind === 'word' ? /^(\d+)([smhd])$/.exec(window.text) : null
  const value = Number(match?.[1]) * (unitSeconds[match?.[2] ?? ''] ?? Number.NaN)
  return value > 0 ? value : checker.fail("window expected, like '30s', '15m', '1h'", window ?? node)
}

function numbers(checker: Checker, node: Call, least: number, most = Infinity): readonly NumberRun[] {
  if (node.args.length < least || node.args.length > most)
    checker.fail(`${node.name} takes ${most === least ? least : `${least} or more`} values`, node)
  return node.args.map((argument) => checker.number(argument))
}
