import { lexer, type Token, type Tokens } from 'marked'
import { createElement, useMemo, type ReactNode } from 'react'

/** Markdown as elements: never as HTML, so that what people write stays text. */
export function Markdown({ text }: { readonly text: string }) {
  const tokens = useMemo(() => lexer(text), [text])
  return <div className="markdown">{tokens.map(block)}</div>
}

function block(token: Token, key: number): ReactNode {
  switch (token.type) {
    case 'heading':
      return createElement(`h${Math.min(5, Math.max(3, (token as Tokens.Heading).depth + 1))}`, { key }, inlines(token.tokens))
    case 'paragraph':
      return <p key={key}>{inlines(token.tokens)}</p>
    case 'list': {
      const { ordered, items } = token as Tokens.List
      return createElement(
        ordered ? 'ol' : 'ul',
        { key },
        items.map((item, i) => (
          <li key={i}>{item.tokens.map((part, at) => (part.type === 'text' ? inlines([part], at) : block(part, at)))}</li>
        )),
      )
    }
    case 'table':
      return <MarkdownTable key={key} table={token as Tokens.Table} />
    case 'blockquote':
      return <blockquote key={key}>{(token.tokens ?? []).map(block)}</blockquote>
    case 'code':
      return <pre key={key}>{(token as Tokens.Code).text}</pre>
    case 'hr':
      return <hr key={key} />
    case 'space':
      return null
    default:
      return <p key={key}>{token.raw}</p>
  }
}

function MarkdownTable({ table }: { readonly table: Tokens.Table }) {
  return (
    <div className="markdown-table">
      <table>
        <thead>
          <tr>
            {table.header.map((cell, i) => (
              <th key={i}>{inlines(cell.tokens)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, i) => (
                <td key={i}>{inlines(cell.tokens)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function inlines(tokens: readonly Token[] | undefined, base = 0): ReactNode {
  return (tokens ?? []).map((token, i) => inline(token, `${base}-${i}`))
}
function inline(token: Token, key: string): ReactNode {
  switch (token.type) {
    case 'strong':
      return <strong key={key}>{inlines(token.tokens)}</strong>
    case 'em':
      return <em key={key}>{inlines(token.tokens)}</em>
    case 'codespan':
      return <code key={key}>{(token as Tokens.Codespan).text}</code>
    case 'br':
      return <br key={key} />
    case 'link': {
      const { href } = token as Tokens.Link
      // Only to pages of this product: an article is no way out of it.
      return href.startsWith('/') && !href.startsWith('//') ? (
        <a key={key} href={href}>
          {inlines(token.tokens)}
        </a>
      ) : (
        <span key={key}>{inlines(token.tokens)}</span>
      )
    }
    case 'escape':
      return (token as Tokens.Escape).text
    case 'text':
      return token.tokens ? <span key={key}>{inlines(token.tokens)}</span> : (token as Tokens.Text).text
    default:
      return token.raw
  }
}
