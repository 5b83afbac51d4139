import { Children, isValidElement, type ReactElement, type ReactNode, useLayoutEffect, useReducer, useRef } from 'react'

/** A table of more rows than this keeps only those in sight in the document. */
const FEW = 60
/** Rows kept above and below what is seen, so that scrolling and the Tab key find the next one there. */
const SPARE = 12
const GUESS_PX = 40

interface BodyProps {
  readonly className?: string
  readonly children?: ReactNode
}

/**
 * Body of a table that stays a real one: rows out of sight are two empty ones of their height, and the table says how many
 * rows it has and which one each is, so that a screen reader counts all of them. The row with the focus is never taken away.
 * Columns never get narrower while one scrolls, as the rows that made them wide may be gone.
 */
function Body({ className, children }: BodyProps) {
  const body = useRef<HTMLTableSectionElement>(null)
  const [, again] = useReducer((count: number) => count + 1, 0)
  const heights = useRef(new Map<string, number>()).current
  const shown = useRef({ first: 0, last: FEW })
  const parts = Children.toArray(children)
  const rows = parts.filter((part): part is ReactElement<{ rowKey?: unknown }> => isRow(part))
  const rest = parts.filter((part) => !isRow(part))
  const many = rows.length > FEW
  const keys = rows.map((row) => String(row.props.rowKey))
  const known = [...heights.values()]
  const usual = known.length > 0 ? known.reduce((sum, each) => sum + each, 0) / known.length : GUESS_PX
  const heightOf = (key: string | undefined): number => (key === undefined ? 0 : (heights.get(key) ?? usual))
  const held = keys.join('\n')

  useLayoutEffect(() => {
    const section = body.current
    const scroller = section && many ? scrollerOf(section) : undefined
    if (!section || !scroller) return
    const look = (): void => {
      const top = scroller.getBoundingClientRect().top - section.getBoundingClientRect().top
      const bottom = top + scroller.clientHeight
      let [y, first, last] = [0, keys.length, 0]
      for (const [at, key] of keys.entries()) {
        const height = heightOf(key)
        if (y + height >= top && y <= bottom) [first, last] = [Math.min(first, at), at + 1]
        y += height
      }
      const next = { first: Math.max(0, Math.min(first, keys.length - 1) - SPARE), last: Math.min(keys.length, Math.max(last, 1) + SPARE) }
      if (next.first === shown.current.first && next.last === shown.current.last) return
      shown.current = next
      again()
    }
    look()
    scroller.addEventListener('scroll', look, { passive: true })
    const resized = (): void => {
      const table = section.closest('table')
      if (table) forget(table)
      again()
      look()
    }
    window.addEventListener('resize', resized)
    return () => {
      scroller.removeEventListener('scroll', look)
      window.removeEventListener('resize', resized)
    }
    // The rows are what the keys say; heights are read when they are needed.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [held, many])

  const focused = document.activeElement?.closest<HTMLElement>('tr[data-row-key]')?.dataset['rowKey']
  const first = many ? Math.min(shown.current.first, Math.max(0, rows.length - 1)) : 0
  const last = many ? Math.min(shown.current.last, rows.length) : rows.length
  const keep = many && focused !== undefined ? keys.indexOf(focused) : -1
  const alone = keep >= 0 && (keep < first || keep >= last) ? keep : -1

  useLayoutEffect(() => {
    const section = body.current
    const table = section?.closest('table')
    if (!section || !table) return
    if (!many) return forget(table)
    table.setAttribute('aria-rowcount', String(rows.length + 1))
    for (const row of section.querySelectorAll<HTMLElement>(':scope > tr[data-row-key]')) {
      const key = row.dataset['rowKey'] ?? ''
      heights.set(key, row.offsetHeight)
      row.setAttribute('aria-rowindex', String(keys.indexOf(key) + 2))
    }
    for (const head of table.querySelectorAll<HTMLElement>('thead th')) {
      const [wide, before] = [head.offsetWidth, Number.parseFloat(head.style.minWidth) || 0]
      if (wide > before) head.style.minWidth = `${wide}px`
    }
  })

  const gap = (from: number, to: number, key: string): ReactNode => {
    const height = keys.slice(from, to).reduce((sum, each) => sum + heightOf(each), 0)
    return height > 0 ? <tr key={key} aria-hidden="true" style={{ height }} data-testid="rows-away" /> : null
  }
  // One flat list: a row that changed its place in the tree would be made anew and lose the focus.
  const sight = [first, last]
  const stretches = alone < 0 ? [sight] : [sight, [alone, alone + 1]].toSorted(([x = 0], [y = 0]) => x - y)
  const shownRows: ReactNode[] = []
  let done = 0
  for (const [from = 0, to = 0] of stretches) {
    shownRows.push(gap(done, from, `gap-${done === 0 ? 'above' : 'between'}`), ...rows.slice(from, to))
    done = to
  }
  return (
    <tbody ref={body} className={className} data-rows={rows.length}>
      {rest}
      {[...shownRows, gap(done, rows.length, 'gap-below')]}
    </tbody>
  )
}

const isRow = (part: ReactNode): part is ReactElement<{ rowKey?: unknown }> =>
  isValidElement<{ rowKey?: unknown }>(part) && part.props.rowKey !== undefined

/** Widths and counts are of the rows that were. */
function forget(table: HTMLTableElement): void {
  table.removeAttribute('aria-rowcount')
  for (const head of table.querySelectorAll<HTMLElement>('thead th')) head.style.minWidth = ''
}

/** The nearest part of the page around it that scrolls up and down. */
function scrollerOf(element: Element): HTMLElement | undefined {
  for (let at = element.parentElement; at; at = at.parentElement)
    if (['auto', 'scroll'].includes(getComputedStyle(at).overflowY) && at.scrollHeight > at.clientHeight + 1) return at
  return document.scrollingElement instanceof HTMLElement ? document.scrollingElement : undefined
}

/** `components` of an antd table whose pages may be long. */
export const rowsInSight = { body: { wrapper: Body } } as const
/** Sizes of a page to choose from where the table is one of these. */
export const pageSizes = [20, 50, 100, 200, 500] as const
