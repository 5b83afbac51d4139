import { ExpressionError, tokenize } from './tokens.ts'

export type BinaryOperator = '||' | '&&' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/'

export type Node =
  | { readonly kind: 'number'; readonly at: number; readonly value: number }
  | { readonly kind: 'word'; readonly at: number; readonly text: string }
  | { readonly kind: 'bool'; readonly at: number; readonly value: boolean }
  | { readonly kind: 'name'; readonly at: number; readonly prefix: string | null; readonly name: string }
  | { readonly kind: 'unary'; readonly at: number; readonly operator: '!' | '-'; readonly operand: Node }
  | { readonly kind: 'binary'; readonly at: number; readonly operator: BinaryOperator; readonly left: Node; readonly right: Node }
  | { readonly kind: 'call'; readonly at: number; readonly name: string; readonly args: readonly Node[] }

const power: Readonly<Record<BinaryOperator, number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
}
const UNARY = 7
const isBinary = (text: string): text is BinaryOperator => Object.hasOwn(power, text)

/** Precedence climbing over the grammar of SPEC.md EX1. Throws ExpressionError. */
export function parse(source: string): Node {
  const tokens = tokenize(source)
  let next = 0
  const peek = () => tokens[next] ?? { kind: 'end' as const, text: 'end', at: source.length }
  const take = () => {
    const token = peek()
    next += 1
    return token
  }
  const expect = (text: string) => {
    const token = take()
    if (token.kind !== 'operator' || token.text !== text) throw new ExpressionError(`'${text}' expected`, source, token.at)
  }

  function primary(): Node {
    const { kind, text, at } = take()
    if (kind === 'number') return { kind, at, value: Number(text) }
    if (kind === 'word') return { kind, at, text }
    if (kind === 'operator') {
      if (text === '(') {
        const inner = expression(0)
        expect(')')
        return inner
      }
      if (text === '!' || text === '-') return { kind: 'unary', at, operator: text, operand: expression(UNARY) }
    }
    if (kind !== 'name') throw new ExpressionError(`value expected, found '${text}'`, source, at)
    if (text === 'true' || text === 'false') return { kind: 'bool', at, value: text === 'true' }
    if (peek().kind === 'operator' && peek().text === '(') return { kind: 'call', at, name: text, args: args() }
    const dot = text.indexOf('.')
    return { kind: 'name', at, prefix: dot < 0 ? null : text.slice(0, dot), name: text.slice(dot + 1) }
  }

  function args(): Node[] {
    expect('(')
    const list = [expression(0)]
    while (peek().text === ',' && peek().kind === 'operator') {
      take()
      list.push(expression(0))
    }
    expect(')')
    return list
  }

  function expression(least: number): Node {
    let left = primary()
    for (;;) {
      const { kind, text, at } = peek()
      if (kind !== 'operator' || !isBinary(text) || power[text] <= least) return left
      take()
      left = { kind: 'binary', at, operator: text, left, right: expression(power[text]) }
    }
  }

  const root = expression(0)
  const rest = peek()
  if (rest.kind !== 'end') throw new ExpressionError(`unexpected '${rest.text}'`, source, rest.at)
  return root
}
