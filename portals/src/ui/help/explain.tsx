import type { TermKey } from '@twin/models/glossary'
import type { Label } from '@twin/models/kinds'
import type { ReactNode } from 'react'
import { useText } from '../../i18n/index.ts'

interface ExplainProps {
  /** The word as people read it: its Chinese spelling finds the glossary's explanation. */
  readonly word: Label
  /** What holds besides, from the declaration it stands in. */
  readonly help?: Label
  /** Reached by Tab through what it stands in (a sortable column), not by itself. */
  readonly within?: boolean
  /** A tag says by its own shape that it is a state. */
  readonly plain?: boolean
  readonly children?: ReactNode
}

/** A term by its key, where what stands there is a figure's name. */
export function ExplainTerm({ term, children }: { readonly term: TermKey; readonly children: ReactNode }) {
  return (
    <span className="explained" data-term={term} tabIndex={0}>
      {children}
    </span>
  )
}

/** A word that explains itself on hover, tap and focus; `ExplainLayer` shows it. It costs a page of a thousand cells nothing. */
export function Explain({ word, help, within = false, plain = false, children }: ExplainProps) {
  const { label } = useText()
  return (
    <span
      className={plain ? 'explained plain' : 'explained'}
      data-word={word.zh}
      data-shown={label(word)}
      {...(help && label(help) !== '' ? { 'data-help': label(help) } : {})}
      {...(within ? {} : { tabIndex: 0 })}
    >
      {children ?? label(word)}
    </span>
  )
}
