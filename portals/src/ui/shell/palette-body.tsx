import { SearchOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { findRecord } from '@twin/models/records'
import { Input, Spin } from 'antd'
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { useNavigate } from 'react-router'
import { send } from '../../api/index.ts'
import { useText } from '../../i18n/index.ts'
import { type MenuNode, useMenu } from '../../records/menu-tree.ts'
import { Failed, Nothing } from '../widgets/index.ts'
import { useSettled } from './use-settled.ts'

interface Found {
  readonly record: string
  readonly id: string
  readonly title: string
}
interface Hit {
  readonly key: string
  readonly kind: string
  readonly title: string
  readonly to: string
}

/** What a person types in one go is asked once. */
const PAUSE_MS = 180

const addressOf = ({ record, id }: Found): string => (record === 'station' ? `/station/${id}` : `/records/${record}/${id}`)
const pagesOf = (nodes: readonly MenuNode[]): readonly MenuNode[] =>
  nodes.flatMap((node) => [...(node.path === null || node.opens !== 'page' ? [] : [node]), ...pagesOf(node.children)])

/** A combobox over one list: pages of the menu at once, rows of the server when typing pauses; an answer that is no longer wanted is dropped. */
export function PaletteBody({ onDone }: { readonly onDone: () => void }) {
  const { t, lang, label } = useText()
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const [entered, setEntered] = useState(false)
  const list = useRef<HTMLUListElement>(null)
  const menu = useMenu().data?.menu
  const words = text.trim()
  const asked = useSettled(words, PAUSE_MS)
  const found = useQuery({
    queryKey: ['search', asked],
    queryFn: async ({ signal }) =>
      ((await send('get', `/api/search?q=${encodeURIComponent(asked)}`, undefined, signal)) as { rows: readonly Found[] }).rows,
    enabled: asked !== '',
    staleTime: 10_000,
  })
  const waiting = words !== '' && (asked !== words || found.isFetching)
  const failed = words !== '' && !waiting && found.isError
  const lower = words.toLowerCase()
  const pages = pagesOf(menu ?? [])
    .filter((node) => words !== '' && `${node.name} ${node.nameEn}`.toLowerCase().includes(lower))
    .slice(0, 5)
    .map((node): Hit => ({ key: node.code, kind: t('shell.page'), title: lang === 'en' ? node.nameEn : node.name, to: node.path ?? '/' }))
  // Rows of other words than those that stand there are not offered: Enter would open what nobody meant.
  const rows = (asked === words ? (found.data ?? []) : []).map((row): Hit => {
    const record = findRecord(row.record)
    return { key: `${row.record} ${row.id}`, kind: record ? label(record.label) : row.record, title: row.title, to: addressOf(row) }
  })
  const hits = [...rows, ...pages]
  const chosen = Math.min(at, hits.length - 1)
  const open = (to: string | undefined): void => {
    if (to === undefined) return
    onDone()
    void navigate(to)
  }
  // Enter before the answer came opens the first of it, unless one typed on.
  const due = entered && !waiting ? hits[0]?.to : undefined
  useEffect(() => {
    if (due === undefined) return
    onDone()
    void navigate(due)
  }, [due, onDone, navigate])
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  const onKey = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && hits.length > 0) {
      event.preventDefault()
      setAt((chosen + step + hits.length) % hits.length)
    }
    if (event.key !== 'Enter') return
    event.preventDefault()
    if (waiting && at === 0) setEntered(true)
    else open(hits[chosen]?.to)
  }
  return (
    <div className="palette" data-state={failed ? 'failed' : waiting ? 'waiting' : words === '' ? 'idle' : 'found'} data-testid="palette">
      <Input
        autoFocus
        size="large"
        prefix={<SearchOutlined />}
        suffix={waiting ? <Spin size="small" /> : <span />}
        value={text}
        placeholder={t('shell.searchHint')}
        role="combobox"
        aria-label={t('shell.search')}
        aria-expanded={hits.length > 0}
        aria-controls="palette-hits"
        aria-autocomplete="list"
        {...(hits[chosen] ? { 'aria-activedescendant': `palette-${chosen}` } : {})}
        data-testid="search-input"
        onKeyDown={onKey}
        onChange={(event) => {
          setText(event.target.value)
          setAt(0)
          setEntered(false)
        }}
      />
      <ul id="palette-hits" ref={list} role="listbox" aria-label={t('shell.search')} aria-busy={waiting}>
        {hits.map((hit, i) => (
          <li
            key={hit.key}
            id={`palette-${i}`}
            role="option"
            className={i === chosen ? 'chosen' : ''}
            aria-selected={i === chosen}
            data-testid="search-hit"
            onMouseMove={() => setAt(i)}
            // The words typed keep the focus.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => open(hit.to)}
          >
            <span className="palette-title">{hit.title}</span>
            <span className="muted">{hit.kind}</span>
          </li>
        ))}
      </ul>
      {failed ? <Failed error={found.error} retry={() => void found.refetch()} /> : null}
      {words !== '' && hits.length === 0 && !waiting && !failed ? <Nothing text={t('shell.searchNothing')} /> : null}
      <div className="muted palette-keys hide-phone">{t('shell.searchKeys')}</div>
      <span className="unseen" role="status" aria-live="polite">
        {words === '' || waiting ? '' : t('shell.searchFound', { n: hits.length })}
      </span>
    </div>
  )
}
