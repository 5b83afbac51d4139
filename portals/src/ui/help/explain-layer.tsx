import { useEffect, useState } from 'react'
import { createPortal } from 'react-dom'
import { useText } from '../../i18n/index.ts'
import { type Term, useTerms } from './use-help.ts'

const selector = '[data-word],[data-term]'
const WIDTH = 340

/** Where a word that can be explained is: under the pointer, or in what has the focus. */
function explainedAt(node: EventTarget | null): HTMLElement | null {
  if (!(node instanceof HTMLElement)) return null
  return node.closest<HTMLElement>(selector) ?? (node.matches('th') ? node.querySelector<HTMLElement>(selector) : null)
}

/** One explanation for the whole page: shown beside the word that is pointed at, tapped or focused. */
export function ExplainLayer() {
  const [target, setTarget] = useState<HTMLElement | null>(null)
  const { lang, label, t } = useText()
  const terms = useTerms(target !== null).data
  useEffect(() => {
    const onPoint = (event: Event): void => setTarget(explainedAt(event.target))
    const onLeave = (): void => setTarget(null)
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') setTarget(null)
    }
    document.addEventListener('pointerover', onPoint)
    document.addEventListener('click', onPoint)
    document.addEventListener('focusin', onPoint)
    document.addEventListener('focusout', onLeave)
    document.addEventListener('keydown', onKey)
    // What scrolls away takes its explanation along.
    document.addEventListener('scroll', onLeave, true)
    return () => {
      document.removeEventListener('pointerover', onPoint)
      document.removeEventListener('click', onPoint)
      document.removeEventListener('focusin', onPoint)
      document.removeEventListener('focusout', onLeave)
      document.removeEventListener('keydown', onKey)
      document.removeEventListener('scroll', onLeave, true)
    }
  }, [])
  useEffect(() => {
    if (!target) return
    target.setAttribute('aria-describedby', 'explanation')
    return () => target.removeAttribute('aria-describedby')
  }, [target])

  if (!target?.isConnected) return null
  const { word, term, help, shown } = target.dataset
  const found: Term | undefined = terms?.find((one) => (term ? one.key === term : one.term.zh === word))
  if (!found && !help) return null
  const box = target.getBoundingClientRect()
  const below = box.bottom < window.innerHeight - 180
  const left = Math.max(8, Math.min(box.left, window.innerWidth - Math.min(WIDTH, window.innerWidth - 16) - 8))
  return createPortal(
    <div
      id="explanation"
      role="tooltip"
      className="explanation"
      data-testid="explanation"
      style={{ left, maxWidth: WIDTH, ...(below ? { top: box.bottom + 6 } : { bottom: window.innerHeight - box.top + 6 }) }}
    >
      <strong>{found ? label(found.term) : (shown ?? word)}</strong>
      {found && lang === 'zh' ? <small className="muted"> {found.term.en}</small> : null}
      {found ? <div>{label(found.meaning)}</div> : null}
      {help ? <div>{help}</div> : null}
      {found?.formula ? (
        <div className="formula">
          {t('help.formula')}: {found.formula}
        </div>
      ) : null}
      {found?.unit || found?.source ? (
        <div className="muted">
          {[found.unit ? `${t('help.unit')}: ${found.unit}` : '', found.source ? `${t('help.source')}: ${found.source}` : '']
            .filter(Boolean)
            .join(' · ')}
        </div>
      ) : null}
    </div>,
    document.body,
  )
}
