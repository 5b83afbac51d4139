import type { CommandParameter, DeviceKind } from '../kinds/index.ts'
import { compileCall, type FunctionName, isFunction } from './functions.ts'
import { and, arithmetic, type BoolRun, compare, type Comparison, not, type NumberRun, or, sameBool, truth } from './operations.ts'
import { type BinaryOperator, type Node, parse } from './parser.ts'
import { type Checker, describe, type Part } from './parts.ts'
import { type ExpressionContext, Scope } from './scope.ts'
import { ExpressionError } from './tokens.ts'
import type { CompiledCondition, Readings } from './types.ts'

export interface CompiledNumber extends Omit<CompiledCondition, 'test'> {
  /** NaN = unknown. */
  readonly evaluate: NumberRun
}

/** Checks a condition against its kind and turns it into closures. Throws ExpressionError. */
export function compileCondition(source: string, kind: DeviceKind, context: ExpressionContext = {}): CompiledCondition {
  const compiler = new Compiler(source, kind, context)
  const test = compiler.bool(parse(source))
  return { source, test, uses: compiler.scope.uses, windows: compiler.scope.windows }
}

export function compileNumber(source: string, kind: DeviceKind, context: ExpressionContext = {}): CompiledNumber {
  const compiler = new Compiler(source, kind, context)
  const evaluate = compiler.number(parse(source))
  return { source, evaluate, uses: compiler.scope.uses, windows: compiler.scope.windows }
}

class Compiler implements Checker {
  readonly scope: Scope
  readonly #source: string

  constructor(source: string, kind: DeviceKind, context: ExpressionContext) {
    this.#source = source
    this.scope = new Scope(kind, context)
  }

  fail(message: string, node: Node): never {
    throw new ExpressionError(message, this.#source, node.at)
  }

  bool(node: Node): BoolRun {
    const part = this.#part(node)
    if (part.type === 'bool') return part.run
    if (part.type === 'param' && part.param.type === 'boolean') return booleanParameter(part.param.name)
    return this.fail(`true/false expected, found ${describe(part)}`, node)
  }

  number(node: Node): NumberRun {
    const part = this.#part(node)
    if (part.type === 'number') return part.run
    if (part.type === 'param' && isNumeric(part.param)) return numberParameter(part.param.name)
    return this.fail(`number expected, found ${describe(part)}`, node)
  }

  #part(node: Node): Part {
    switch (node.kind) {
      case 'number': {
        const { value } = node
        return { type: 'number', run: () => value }
      }
      case 'bool': {
        const { value } = node
        return { type: 'bool', run: () => value }
      }
      case 'word':
        return { type: 'word', text: node.text }
      case 'name':
        return this.#name(node)
      case 'unary':
        return node.operator === '!'
          ? { type: 'bool', run: not(this.bool(node.operand)) }
          : { type: 'number', run: arithmetic('-', () => 0, this.number(node.operand)) }
      case 'call':
        return this.#call(node)
      case 'binary':
        return this.#binary(node, node.operator)
    }
  }

  #name(node: Node & { kind: 'name' }): Part {
    const { prefix, name } = node
    if (prefix === 'cfg') {
      if (!Object.hasOwn(this.scope.kind.config, name)) this.fail(`${this.scope.kind.kind} has no setting '${name}'`, node)
      return { type: 'number', run: (r) => r.cfg(name) }
    }
    if (prefix === 'param') {
      const param = this.scope.params?.find((known) => known.name === name)
      return param ? { type: 'param', param } : this.fail(`no parameter '${name}'`, node)
    }
    const found = this.scope.find(prefix, name)
    if (!found) return this.fail(`no point '${prefix === null ? name : `${prefix}.${name}`}' for ${this.scope.kind.kind}`, node)
    this.scope.use(found)
    const { owner, index, point } = found
    const run: NumberRun = (r) => r.value(owner, index)
    switch (point.type) {
      case 'bool':
        return { type: 'bool', run: truth(run) }
      case 'enum':
        return { type: 'enum', run, words: point.values ?? [] }
      case 'string':
        return this.fail(`'${name}' is text and cannot be used in conditions`, node)
      case 'float':
      case 'int':
        return { type: 'number', run }
    }
  }

  #call(node: Node & { kind: 'call' }): Part {
    if (!isFunction(node.name)) return this.fail(`no function '${node.name}'`, node)
    return compileCall(this, node as Node & { kind: 'call'; name: FunctionName })
  }

  #binary(node: Node & { kind: 'binary' }, operator: BinaryOperator): Part {
    switch (operator) {
      case '&&':
        return { type: 'bool', run: and(this.bool(node.left), this.bool(node.right)) }
      case '||':
        return { type: 'bool', run: or(this.bool(node.left), this.bool(node.right)) }
      case '+':
      case '-':
      case '*':
      case '/':
        return { type: 'number', run: arithmetic(operator, this.number(node.left), this.number(node.right)) }
      case '==':
        return { type: 'bool', run: this.#equal(node) }
      case '!=':
        return { type: 'bool', run: not(this.#equal(node)) }
      default:
        return { type: 'bool', run: compare(operator satisfies Comparison, this.number(node.left), this.number(node.right)) }
    }
  }

  #equal(node: Node & { kind: 'binary' }): BoolRun {
    const sides = [this.#part(node.left), this.#part(node.right)] as const
    // A parameter or word takes its meaning from the other side.
    const [a, b] = sides[0].type === 'word' || sides[0].type === 'param' ? [sides[1], sides[0]] : sides
    if (b.type === 'word') {
      if (a.type === 'param') return this.#parameterIs(a.param, b.text, node)
      if (a.type !== 'enum') return this.fail(`${describe(a)} compared with a word`, node)
      const index = a.words.indexOf(b.text)
      if (index < 0) this.fail(`'${b.text}' is none of ${a.words.join(', ')}`, node)
      return compare('==', a.run, () => index)
    }
    if (b.type === 'param') return this.#equalsParameter(a, b.param, node)
    if (a.type === 'number' && b.type === 'number') return compare('==', a.run, b.run)
    if (a.type === 'bool' && b.type === 'bool') return sameBool(a.run, b.run)
    if (a.type === 'enum' && b.type === 'enum' && a.words.join() === b.words.join()) return compare('==', a.run, b.run)
    return this.fail(`${describe(a)} compared with ${describe(b)}`, node)
  }

  /** A parameter that was not given equals nothing, which is known (EX5). */
  #equalsParameter(a: Part, param: CommandParameter, node: Node): BoolRun {
    const { name } = param
    if (a.type === 'number' && isNumeric(param)) {
      return (r) => {
        const value = r.param(name)
        const own = a.run(r)
        return Number.isNaN(own) ? undefined : own === value
      }
    }
    if (a.type === 'bool' && param.type === 'boolean') {
      return (r) => {
        const value = r.param(name)
        const own = a.run(r)
        return own === undefined ? undefined : own === value
      }
    }
    if (a.type === 'enum' && param.type === 'enum') {
      const { words } = a
      const strange = param.values?.find((word) => !words.includes(word))
      if (strange !== undefined) this.fail(`'${strange}' of param.${name} is none of ${words.join(', ')}`, node)
      return (r) => {
        const value = r.param(name)
        const own = a.run(r)
        return Number.isNaN(own) ? undefined : typeof value === 'string' && words.indexOf(value) === own
      }
    }
    return this.fail(`${describe(a)} compared with ${param.type} parameter '${name}'`, node)
  }

  #parameterIs(param: CommandParameter, text: string, node: Node): BoolRun {
    if (param.type !== 'enum' && param.type !== 'string') return this.fail(`parameter '${param.name}' is no word`, node)
    if (param.values && !param.values.includes(text)) this.fail(`'${text}' is none of ${param.values.join(', ')}`, node)
    const { name } = param
    return (r) => r.param(name) === text
  }
}

const isNumeric = (param: CommandParameter) => param.type === 'number' || param.type === 'integer' || param.type === 'timestamp'

function numberParameter(name: string): NumberRun {
  return (r: Readings) => {
    const value = r.param(name)
    return typeof value === 'number' ? value : Number.NaN
  }
}

function booleanParameter(name: string): BoolRun {
  return (r: Readings) => r.param(name) === true
}
