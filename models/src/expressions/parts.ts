import type { CommandParameter } from '../kinds/index.ts'
import type { BoolRun, NumberRun } from './operations.ts'
import type { Node } from './parser.ts'
import type { Scope } from './scope.ts'

/** A checked part of an expression: what it is and how to get it. */
export type Part =
  | { readonly type: 'number'; readonly run: NumberRun }
  | { readonly type: 'bool'; readonly run: BoolRun }
  | { readonly type: 'enum'; readonly run: NumberRun; readonly words: readonly string[] }
  | { readonly type: 'word'; readonly text: string }
  | { readonly type: 'param'; readonly param: CommandParameter }

/** What the functions need of the compiler. */
export interface Checker {
  readonly scope: Scope
  number(node: Node): NumberRun
  /** Throws an ExpressionError that points at the node. */
  fail(message: string, node: Node): never
}

export function describe(part: Part): string {
  switch (part.type) {
    case 'number':
      return 'a number'
    case 'bool':
      return 'true/false'
    case 'enum':
      return 'a state'
    case 'word':
      return `'${part.text}'`
    case 'param':
      return `parameter '${part.param.name}'`
  }
}
