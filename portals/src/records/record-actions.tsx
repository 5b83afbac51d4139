import { permissionOf, type RecordModel } from '@twin/models/records'
import { App, Button, Space } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { send } from '../api/index.ts'
import { useMe } from '../console/session.ts'
import { useText } from '../i18n/index.ts'
import { titleOf } from './plain.ts'
import { addressOf, type DetailAnswer, useChange } from './record-api.ts'
import { RecordForm, TransitionForm } from './record-form.tsx'

export function useMayRecord(record: RecordModel, action: 'create' | 'edit' | 'remove'): boolean {
  const { permissions } = useMe()
  const needed = record.actions[action]
  return needed !== null && permissions.includes(permissionOf(record, needed))
}

/** What this person may do with this row now: the server says which, the declaration says how it is called and what it asks. */
export function RecordActions({ record, detail }: { readonly record: RecordModel; readonly detail: DetailAnswer }) {
  const { label, t } = useText()
  const { modal, message } = App.useApp()
  const navigate = useNavigate()
  const [open, setOpen] = useState<string | null>(null)
  const { row, titles, transitions, may } = detail
  const act = useChange<string>(record, (name) => send('post', addressOf(record, `/${row.id}/${name}`), { version: row.version }))
  const remove = useChange<void>(record, () => send('delete', `${addressOf(record, `/${row.id}`)}?version=${row.version}`))

  const go = (name: string): void => {
    const way = record.lifecycle?.transitions[name]
    if (!way) return
    if (Object.keys(way.input ?? {}).length > 0) setOpen(name)
    else if (way.confirm)
      modal.confirm({
        title: label(way.label),
        content: label(way.confirm),
        onOk: () =>
          act.mutateAsync(name).then(
            () => void message.success(t('rec.done')),
            () => undefined,
          ),
      })
    else act.mutate(name, { onSuccess: () => void message.success(t('rec.done')) })
  }
  return (
    <Space wrap>
      {transitions.map((name, i) => {
        const way = record.lifecycle?.transitions[name]
        return way ? (
          <Button
            key={name}
            type={i === 0 ? 'primary' : 'default'}
            loading={act.isPending && act.variables === name}
            data-testid={`act-${name}`}
            onClick={() => go(name)}
          >
            {label(way.label)}
          </Button>
        ) : null
      })}
      {may.edit ? (
        <Button data-testid="record-edit" onClick={() => setOpen('edit!')}>
          {t('rec.edit')}
        </Button>
      ) : null}
      {may.remove ? (
        <Button
          danger
          data-testid="record-remove"
          onClick={() =>
            modal.confirm({
              title: t('rec.removeSure'),
              content: t('rec.removeHint', { title: titleOf(record, row) || label(record.label) }),
              okButtonProps: { danger: true },
              onOk: () =>
                remove.mutateAsync().then(
                  () => navigate(`/records/${record.name}`),
                  () => undefined,
                ),
            })
          }
        >
          {t('rec.remove')}
        </Button>
      ) : null}
      {open === 'edit!' ? <RecordForm record={record} row={row} titles={titles} onClose={() => setOpen(null)} /> : null}
      {open !== null && open !== 'edit!' ? (
        <TransitionForm record={record} row={row} name={open} titles={titles} onClose={() => setOpen(null)} />
      ) : null}
    </Space>
  )
}
