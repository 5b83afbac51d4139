import { operations } from '@twin/models/api'
import type { schemas } from '@twin/models/api'
import { App, Badge, Button, Input, Segmented, Select, Tag, type TableColumnsType } from 'antd'
import { useState } from 'react'
import type { z } from 'zod'
import { useAction, useCall } from '../../api/index.ts'
import { useMay, useMe } from '../../console/session.ts'
import { useText } from '../../i18n/index.ts'
import { formatTime } from '../../ui/format.ts'
import { usePhone } from '../../ui/shell/use-phone.ts'
import { Await, Page, PagedTable } from '../../ui/widgets/index.ts'
import { useFleet } from '../supervision/index.ts'
import { serverNow } from '../../live/index.ts'
import { UserDialog } from './user-dialog.tsx'
import { kinds, useRoleNames } from './user-roles.ts'

export type UserRow = z.output<typeof schemas.userRow>

export function UsersPage() {
  const { t, lang, name } = useText()
  const me = useMe()
  const may = useMay('user:administer')
  const { modal } = App.useApp()
  const { stations } = useFleet()
  const [text, setText] = useState('')
  const [dialog, setDialog] = useState<{ readonly mode: 'create' | 'edit' | 'reset'; readonly user: UserRow | null } | null>(null)
  const [page, setPage] = useState({ page: 1, size: 20 })
  const [kind, setKind] = useState<UserRow['kind'] | ''>('')
  const [due, setDue] = useState<'due' | 'overdue' | ''>('')
  const query = { text, ...page, ...(kind === '' ? {} : { kind }), ...(due === '' ? {} : { password: due }) }
  const users = useCall(operations.users, { query }, { keep: true })
  const roleName = useRoleNames()
  const phone = usePhone()
  const update = useAction(operations.updateUser, { done: t('common.saved'), refresh: [operations.users] })
  const remove = useAction(operations.deleteUser, { done: t('users.deleted'), refresh: [operations.users] })
  const names = new Map((stations ?? []).map((station) => [station.id, name(station)]))

  const toggle = (user: UserRow): void => {
    const apply = (): void => update.mutate({ params: { user: user.id }, body: { disabled: !user.disabled } })
    if (user.disabled) apply()
    else
      modal.confirm({
        title: t('users.disableConfirm', { name: user.name }),
        okText: t('users.disable'),
        cancelText: t('common.cancel'),
        onOk: apply,
      })
  }
  const ask = (user: UserRow): void => {
    modal.confirm({
      title: t('users.deleteConfirm', { name: user.name }),
      okText: t('users.delete'),
      okButtonProps: { danger: true },
      cancelText: t('common.cancel'),
      onOk: () => remove.mutate({ params: { user: user.id } }),
    })
  }
  const columns: TableColumnsType<UserRow> = [
    { title: t('users.username'), key: 'username', render: (_, user) => <strong>{user.username}</strong> },
    {
      title: t('users.name'),
      key: 'name',
      render: (_, user) => (
        <>
          {user.name}
          {user.mobile === null ? null : <div className="muted num">{user.mobile}</div>}
        </>
      ),
    },
    { title: t('users.department'), dataIndex: 'department', key: 'department' },
    {
      title: t('users.role'),
      key: 'role',
      render: (_, user) => (
        <>
          {roleName(user.role)} {user.kind === 'staff' ? null : <Tag color="blue">{t(`users.kind.${user.kind}`)}</Tag>}
        </>
      ),
    },
    {
      title: t('users.stations'),
      key: 'stations',
      render: (_, user) =>
        user.stations === null
          ? t('users.allStations')
          : user.stations.length === 0
            ? t('users.noStations')
            : user.stations.map((id) => <Tag key={id}>{names.get(id) ?? id}</Tag>),
    },
    {
      title: t('common.state'),
      key: 'state',
      render: (_, user) => (
        <>
          <Badge status={user.disabled ? 'default' : 'success'} text={t(user.disabled ? 'users.disabled' : 'users.active')} />{' '}
          {user.mustChangePassword ? <Tag color="gold">{t('users.mustChange')}</Tag> : null}
          {user.expiresAt !== null && user.expiresAt <= serverNow() ? <Tag color="red">{t('users.expired')}</Tag> : null}
        </>
      ),
    },
    {
      title: t('users.expiresAt'),
      key: 'expires',
      render: (_, user) => <span className="num">{user.expiresAt === null ? '—' : formatTime(user.expiresAt, 'date', lang)}</span>,
    },
    {
      title: t('users.password'),
      key: 'password',
      render: (_, user) => <PasswordAge user={user} />,
    },
    {
      title: t('users.lastSignIn'),
      key: 'last',
      render: (_, user) => <span className="num">{formatTime(user.lastSignInAt, 'dateTime', lang)}</span>,
    },
    ...(may
      ? [
          {
            title: t('common.actions'),
            key: 'actions',
            ...(phone ? {} : { fixed: 'right' as const }),
            render: (_: unknown, user: UserRow) => (
              <div className="tool-row">
                <Button size="small" onClick={() => setDialog({ mode: 'edit', user })}>
                  {t('common.edit')}
                </Button>
                <Button size="small" onClick={() => setDialog({ mode: 'reset', user })}>
                  {t('users.reset')}
                </Button>
                <Button
                  size="small"
                  danger={!user.disabled}
                  disabled={user.id === me.id}
                  onClick={() => toggle(user)}
                  data-testid={`toggle-${user.username}`}
                >
                  {t(user.disabled ? 'users.enable' : 'users.disable')}
                </Button>
                <Button
                  size="small"
                  danger
                  type="text"
                  disabled={user.id === me.id}
                  onClick={() => ask(user)}
                  data-testid={`delete-${user.username}`}
                >
                  {t('users.delete')}
                </Button>
              </div>
            ),
          },
        ]
      : []),
  ]
  return (
    <Page
      title={t('users.title')}
      testId="users-page"
      extra={
        <>
          <Input.Search
            allowClear
            style={{ width: 180 }}
            placeholder={t('common.search')}
            aria-label={t('common.search')}
            onChange={(event) => {
              setText(event.target.value)
              setPage({ ...page, page: 1 })
            }}
          />
          <Select
            style={{ width: 120 }}
            value={kind}
            aria-label={t('users.kind')}
            data-testid="users-kind"
            options={[
              { value: '' as const, label: t('users.allKinds') },
              ...kinds.map((value) => ({ value, label: t(`users.kind.${value}`) })),
            ]}
            onChange={(next) => {
              setKind(next)
              setPage({ ...page, page: 1 })
            }}
          />
          <Segmented
            value={due}
            data-testid="users-due"
            options={[
              { value: '' as const, label: t('users.passwordAny') },
              { value: 'due' as const, label: t('users.passwordDue') },
              { value: 'overdue' as const, label: t('users.passwordOverdue') },
            ]}
            onChange={(next) => {
              setDue(next)
              setPage({ ...page, page: 1 })
            }}
          />
          {may ? (
            <Button type="primary" onClick={() => setDialog({ mode: 'create', user: null })} data-testid="user-create">
              {t('users.create')}
            </Button>
          ) : null}
        </>
      }
    >
      <Await query={users}>
        <PagedTable<UserRow> rowKey="id" columns={columns} data={users.data} page={page} onPage={setPage} testId="users-table" />
      </Await>
      {dialog ? <UserDialog {...dialog} onClose={() => setDialog(null)} /> : null}
    </Page>
  )
}

/** When the password falls due: red once it lets in only to be changed, amber in the days before. */
function PasswordAge({ user }: { readonly user: UserRow }) {
  const { t, lang } = useText()
  if (user.passwordDueAt === null) return <span className="muted">—</span>
  const left = user.passwordDueAt - serverNow()
  const colour = left <= 0 ? 'red' : left <= 14 * 86_400_000 ? 'gold' : undefined
  const day = <span className="num">{formatTime(user.passwordDueAt, 'date', lang)}</span>
  return colour ? (
    <>
      {day} <Tag color={colour}>{t(left <= 0 ? 'users.passwordOverdue' : 'users.passwordDue')}</Tag>
    </>
  ) : (
    day
  )
}
