import { ArrowDownOutlined, ArrowUpOutlined, EditOutlined, PlusOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { audiences, channels, menuEntry, type PlatformName, platforms } from '@twin/models/records'
import { App, Button, Segmented, Select, Space, Tag, Tree, type TreeDataNode, Typography } from 'antd'
import { useState, type KeyboardEvent } from 'react'
import { useNavigate } from 'react-router'
import { ApiFailure, send } from '../api/index.ts'
import { useText } from '../i18n/index.ts'
import { usePreferences } from '../ui/preferences.ts'
import { Await } from '../ui/widgets/index.ts'
import { plain } from './plain.ts'
import { useMayRecord } from './record-actions.tsx'
import { type Row, useList } from './record-api.ts'
import { RecordForm } from './record-form.tsx'

const list = (row: Row, name: string): readonly string[] => (row[name] ?? []) as readonly string[]
const parentOf = (row: Row): string | null => (row['parent'] ?? null) as string | null

/** The menu of a platform, channel and audience as a tree: dragged, or moved by keys (Alt with the arrows), into its order. */
export function MenuArranger() {
  const { t, lang, label } = useText()
  const { message } = App.useApp()
  const client = useQueryClient()
  const navigate = useNavigate()
  const mayEdit = useMayRecord(menuEntry, 'edit')
  const [platform, setPlatform] = useState<PlatformName>(usePreferences((state) => state.platform))
  const [channel, setChannel] = useState<keyof typeof channels>('web')
  const [audience, setAudience] = useState<keyof typeof audiences>('operator')
  const [chosen, setChosen] = useState<string | null>(null)
  const [closed, setClosed] = useState<readonly string[]>([])
  const [adding, setAdding] = useState(false)
  const found = useList(menuEntry, { platforms: platform, size: '500', sort: 'position' })
  const rows = (found.data?.rows ?? []).filter(
    (row) => list(row, 'channels').includes(channel) && (platform !== 'mall' || list(row, 'audiences').includes(audience)),
  )
  const shown = new Set(rows.map(({ id }) => id))
  const below = (parent: string | null): readonly Row[] =>
    rows.filter((row) => (parent === null ? !shown.has(parentOf(row) ?? '') : parentOf(row) === parent))

  const place = async (id: string, parent: string | null, before: string | null): Promise<void> => {
    try {
      await send('post', '/api/menu/place', { id, parent, before })
    } catch (error) {
      void message.error(error instanceof ApiFailure ? label(error.text) : t('common.failed'))
    }
    await client.invalidateQueries({ queryKey: [menuEntry.name] })
  }
  const move = (step: -1 | 1): void => {
    const row = rows.find(({ id }) => id === chosen)
    if (!row) return
    const siblings = below(shown.has(parentOf(row) ?? '') ? parentOf(row) : null)
    const at = siblings.indexOf(row)
    const to = at + step
    if (to < 0 || to >= siblings.length) return
    void place(row.id, parentOf(row), (step < 0 ? siblings[to] : siblings[to + 1])?.id ?? null)
  }
  const onKey = (event: KeyboardEvent): void => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return
    event.preventDefault()
    event.stopPropagation()
    move(event.key === 'ArrowUp' ? -1 : 1)
  }
  const node = (row: Row): TreeDataNode => ({
    key: row.id,
    title: (
      <span data-testid={`menu-node-${plain(row['code'])}`}>
        {plain(lang === 'en' ? row['nameEn'] : row['name'])}{' '}
        <Typography.Text type="secondary">{plain(row['path'] ?? row['url'] ?? '')}</Typography.Text>{' '}
        {row['concealed'] === true ? <Tag color="red">{label(menuEntry.fields.concealed.label)}</Tag> : null}
        {row['permission'] ? <Tag>{plain(row['permission'])}</Tag> : null}
      </span>
    ),
    children: below(row.id).map(node),
  })
  const options = <W extends Readonly<Record<string, readonly [string, string]>>>(words: W) =>
    Object.entries(words).map(([value, [zh, en]]) => ({ value: value as keyof W & string, label: label({ zh, en }) }))
  const selected = rows.find(({ id }) => id === chosen)
  return (
    <div onKeyDownCapture={mayEdit ? onKey : undefined}>
      <Space wrap style={{ marginBottom: 12 }}>
        <Select
          style={{ minWidth: 180 }}
          value={platform}
          options={options(platforms)}
          aria-label={label(menuEntry.fields.platforms.label)}
          data-testid="menu-platform"
          onChange={setPlatform}
        />
        <Segmented value={channel} options={options(channels)} onChange={setChannel} data-testid="menu-channel" />
        {platform === 'mall' ? (
          <Segmented value={audience} options={options(audiences)} onChange={setAudience} data-testid="menu-audience" />
        ) : null}
        {mayEdit ? (
          <>
            <Button icon={<ArrowUpOutlined />} disabled={!selected} onClick={() => move(-1)} data-testid="menu-up" title="Alt ↑">
              {t('rec.up')}
            </Button>
            <Button icon={<ArrowDownOutlined />} disabled={!selected} onClick={() => move(1)} data-testid="menu-down" title="Alt ↓">
              {t('rec.down')}
            </Button>
            <Button icon={<PlusOutlined />} onClick={() => setAdding(true)} data-testid="menu-add">
              {t('rec.addHere')}
            </Button>
          </>
        ) : null}
        <Button
          icon={<EditOutlined />}
          disabled={!selected}
          data-testid="menu-open"
          onClick={() => void navigate(`/records/${menuEntry.name}/${selected?.id ?? ''}`)}
        >
          {t('rec.open')}
        </Button>
      </Space>
      {mayEdit ? <p className="muted">{t('rec.arrangeHint')}</p> : null}
      <Await query={found}>
        <Tree
          data-testid="tree-menuEntry"
          blockNode
          expandedKeys={rows.map(({ id }) => id).filter((id) => !closed.includes(id))}
          onExpand={(_, { node: { key }, expanded }) =>
            setClosed((before) => (expanded ? before.filter((id) => id !== key) : [...before, String(key)]))
          }
          draggable={mayEdit ? { icon: false } : false}
          selectedKeys={chosen === null ? [] : [chosen]}
          onSelect={(keys) => setChosen(keys[0] === undefined ? null : String(keys[0]))}
          treeData={below(null).map(node)}
          onDrop={({ dragNode, node: target, dropToGap, dropPosition }) => {
            const id = String(dragNode.key)
            const over = rows.find((row) => row.id === target.key)
            if (!over) return
            setChosen(id)
            if (!dropToGap) {
              void place(id, over.id, below(over.id).find((row) => row.id !== id)?.id ?? null)
              return
            }
            // Above the target (its position less one), or after it.
            const upper = dropPosition < Number(target.pos.split('-').at(-1))
            const siblings = below(shown.has(parentOf(over) ?? '') ? parentOf(over) : null).filter((row) => row.id !== id)
            const at = siblings.indexOf(over)
            void place(id, parentOf(over), (upper ? over : siblings[at + 1])?.id ?? null)
          }}
        />
      </Await>
      {adding ? (
        <RecordForm
          record={menuEntry}
          row={null}
          preset={{
            parent: selected?.id ?? null,
            platforms: [platform],
            channels: [channel],
            audiences: platform === 'mall' ? [audience] : [],
            opens: 'page',
            position: 1000,
            concealed: false,
          }}
          titles={selected ? { menuEntry: { [selected.id]: plain(selected['name']) } } : {}}
          onClose={() => setAdding(false)}
        />
      ) : null}
    </div>
  )
}
