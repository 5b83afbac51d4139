import { SearchOutlined } from '@ant-design/icons'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { findRecord } from '@twin/models/records'
import { Button, Empty, Input, Modal } from 'antd'
import { useEffect, useState, type KeyboardEvent } from 'react'
import { useNavigate } from 'react-router'
import { send } from '../../api/index.ts'
import { useText } from '../../i18n/index.ts'
import { type MenuNode, useMenu } from '../../records/menu-tree.ts'

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

const addressOf = ({ record, id }: Found): string => (record === 'station' ? `/station/${id}` : `/records/${record}/${id}`)
const pagesOf = (nodes: readonly MenuNode[]): readonly MenuNode[] =>
  nodes.flatMap((node) => [...(node.path === null || node.opens !== 'page' ? [] : [node]), ...pagesOf(node.children)])

/** Finds stations, devices, assets, tickets, documents and pages by their words, from anywhere: Ctrl-K, arrows, Enter. */
export function SearchPalette() {
  const { t } = useText()
  const [open, setOpen] = useState(false)
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        setOpen(true)
      }
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
  return (
    <>
      <Button
        type="text"
        icon={<SearchOutlined />}
        onClick={() => setOpen(true)}
        data-testid="search-open"
        aria-label={t('shell.search')}
        title={`${t('shell.search')} (Ctrl K)`}
      />
      <Modal
        open={open}
        onCancel={() => setOpen(false)}
        footer={null}
        closable={false}
        destroyOnHidden
        width={640}
        aria-label={t('shell.search')}
      >
        <Palette onDone={() => setOpen(false)} />
      </Modal>
    </>
  )
}

function Palette({ onDone }: { readonly onDone: () => void }) {
  const { t, lang, label } = useText()
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const menu = useMenu().data?.menu
  const words = text.trim()
  const found = useQuery({
    queryKey: ['search', words],
    queryFn: async ({ signal }) =>
      ((await send('get', `/api/search?q=${encodeURIComponent(words)}`, undefined, signal)) as { rows: readonly Found[] }).rows,
    enabled: words !== '',
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  })
  const lower = words.toLowerCase()
  const pages = pagesOf(menu ?? [])
    .filter((node) => words !== '' && `${node.name} ${node.nameEn}`.toLowerCase().includes(lower))
    .slice(0, 5)
    .map((node): Hit => ({ key: node.code, kind: t('shell.page'), title: lang === 'en' ? node.nameEn : node.name, to: node.path ?? '/' }))
  const rows = (words === '' ? [] : (found.data ?? [])).map((row): Hit => {
    const record = findRecord(row.record)
    return { key: `${row.record} ${row.id}`, kind: record ? label(record.label) : row.record, title: row.title, to: addressOf(row) }
  })
  const hits = [...rows, ...pages]
  const chosen = Math.min(at, hits.length - 1)
  const go = (hit: Hit | undefined): void => {
    if (!hit) return
    onDone()
    void navigate(hit.to)
  }
  const onKey = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && hits.length > 0) {
      event.preventDefault()
      setAt((chosen + step + hits.length) % hits.length)
    }
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) go(hits[chosen])
  }
  return (
    <div className="palette" onKeyDown={onKey}>
      <Input
        autoFocus
        size="large"
        prefix={<SearchOutlined />}
        value={text}
        placeholder={t('shell.searchHint')}
        aria-label={t('shell.search')}
        aria-controls="palette-hits"
        data-testid="search-input"
        onChange={(event) => {
          setText(event.target.value)
          setAt(0)
        }}
      />
      <ul id="palette-hits" aria-busy={found.isFetching}>
        {hits.map((hit, i) => (
          <li key={hit.key}>
            <button
              type="button"
              className={i === chosen ? 'chosen' : ''}
              aria-current={i === chosen}
              data-testid="search-hit"
              onMouseEnter={() => setAt(i)}
              onClick={() => go(hit)}
            >
              <span>{hit.title}</span>
              <span className="muted">{hit.kind}</span>
            </button>
          </li>
        ))}
      </ul>
      {words !== '' && hits.length === 0 && !found.isFetching ? (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t(found.error ? 'common.failed' : 'shell.searchNothing')} />
      ) : null}
    </div>
  )
}
