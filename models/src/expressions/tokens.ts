export type TokenKind = 'number' | 'word' | 'name' | 'operator' | 'end'
export interface Token {
  readonly kind: TokenKind
  readonly text: string
  /** Offset in the source. */
  readonly at: number
}

/** Names the expression and the place, for whoever wrote it. */
export class ExpressionError extends Error {
  readonly source: string
  readonly at: number
  constructor(message: string, source: string, at: number) {
    super(`${message} at ${at + 1} in: ${source}`)
    this.name = 'ExpressionError'
    this.source = source
    this.at = at
  }
}

const pattern =
  /\s+|(?<number>\d+(?:\.\d+)?)|'(?<word>[^']*)'|(?<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)|(?<operator>\|\||&&|[=!<>]=|[!<>+\-*/(),])/y

export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < source.length) {
    pattern.lastIndex = at
    const match = pattern.exec(source)
    if (!match) throw new ExpressionError(source[at] === "'" ? 'text without closing quote' : `unexpected '${source[at]}'`, source, at)
    const { number, word, name, operator } = match.groups ?? {}
    if (number !== undefined) tokens.push({ kind: 'number', text: number, at })
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, at })
    else if (name !== undefined) tokens.push({ kind: 'name', text: name, at })
    else if (operator !== undefined) tokens.push({ kind: 'operator', text: operator, at })
    at = pattern.lastIndex
  }
  tokens.push({ kind: 'end', text: 'end', at })
  return tokens
}
