import { operations } from '@twin/models/api'
import { Checkbox, DatePicker, Form, Input, Modal, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useAction } from '../../api/index.ts'
import { useText } from '../../i18n/index.ts'
import { schemaRule } from '../../ui/mapper/index.ts'
import { Refusal } from '../../ui/widgets/index.ts'
import { useFleet } from '../supervision/index.ts'
import { kinds, useRoleOptions } from './user-roles.ts'
import type { UserRow } from './users-page.tsx'

interface UserDialogProps {
  readonly mode: 'create' | 'edit' | 'reset'
  readonly user: UserRow | null
  readonly onClose: () => void
}
interface Values {
  readonly username: string
  readonly name: string
  readonly department?: string
  readonly role: UserRow['role']
  readonly stations?: string[]
  readonly password: string
  readonly kind: UserRow['kind']
  readonly onlyRole?: boolean
  readonly expiresAt?: Dayjs | null
  readonly mobile?: string
}

/** Creates a user, edits one, or sets a password that must be changed at the next sign-in. */
export function UserDialog({ mode, user, onClose }: UserDialogProps) {
  const { t, name } = useText()
  const { stations } = useFleet()
  const [form] = Form.useForm<Values>()
  const roles = useRoleOptions()
  const kind = Form.useWatch('kind', form) ?? user?.kind ?? 'staff'
  const onlyRole = Form.useWatch('onlyRole', form) === true
  const options = { quiet: true, done: t('common.saved'), refresh: [operations.users] }
  const create = useAction(operations.createUser, options)
  const update = useAction(operations.updateUser, options)
  const error = create.error ?? update.error
  const body = operations.createUser.body
  const rule = (field: string) => [
    ...(body ? [schemaRule(body, field, t('common.required'))] : []),
    { required: true, message: t('common.required') },
  ]

  const submit = (values: Values): void => {
    const scope = values.onlyRole ? [] : values.stations && values.stations.length > 0 ? values.stations : null
    const more = { expiresAt: values.expiresAt?.valueOf() ?? null, mobile: values.mobile?.trim() || null }
    const done = { onSuccess: onClose }
    if (mode === 'create')
      create.mutate(
        {
          body: {
            username: values.username,
            name: values.name,
            department: values.department || null,
            role: values.role,
            stations: scope,
            password: values.password,
            kind: values.kind,
            ...more,
          },
        },
        done,
      )
    else if (user && mode === 'edit')
      update.mutate(
        {
          params: { user: user.id },
          body: {
            name: values.name,
            department: values.department || null,
            role: values.role,
            stations: scope,
            ...more,
            ...(more.mobile === user.mobile ? { mobile: undefined } : {}),
          },
        },
        done,
      )
    else if (user) update.mutate({ params: { user: user.id }, body: { password: values.password } }, done)
  }
  return (
    <Modal
      open
      title={`${t(mode === 'create' ? 'users.create' : mode === 'edit' ? 'users.edit' : 'users.reset')}${user ? `: ${user.name}` : ''}`}
      okText={t('common.save')}
      cancelText={t('common.cancel')}
      confirmLoading={create.isPending || update.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={
          user
            ? {
                name: user.name,
                department: user.department ?? '',
                role: user.role,
                stations: user.stations ?? [],
                kind: user.kind,
                onlyRole: user.stations?.length === 0,
                expiresAt: user.expiresAt === null ? null : dayjs(user.expiresAt),
                mobile: user.mobile ?? '',
              }
            : { role: 'operator', stations: [], kind: 'staff' }
        }
        onFinish={submit}
        data-testid="user-form"
      >
        {mode === 'create' ? (
          <Form.Item name="username" label={t('users.username')} rules={rule('username')} extra="3–40: a–z A–Z 0–9 _ . -">
            <Input autoComplete="off" />
          </Form.Item>
        ) : null}
        {mode === 'reset' ? null : (
          <>
            <Form.Item name="name" label={t('users.name')} rules={rule('name')}>
              <Input maxLength={60} />
            </Form.Item>
            {mode === 'create' ? (
              <Form.Item name="kind" label={t('users.kind')} {...(kind === 'screen' ? { extra: t('users.screenHint') } : {})}>
                <Select options={kinds.map((value) => ({ value, label: t(`users.kind.${value}`) }))} data-testid="user-kind" />
              </Form.Item>
            ) : null}
            <Form.Item name="expiresAt" label={t('users.expiresAt')}>
              <DatePicker showTime style={{ width: '100%' }} data-testid="user-expires" />
            </Form.Item>
            <Form.Item name="mobile" label={t('users.mobile')}>
              <Input maxLength={16} inputMode="tel" autoComplete="off" />
            </Form.Item>
            <Form.Item name="department" label={t('users.department')}>
              <Input maxLength={60} />
            </Form.Item>
            <Form.Item name="role" label={t('users.role')}>
              <Select showSearch={{ optionFilterProp: 'label' }} options={[...roles]} data-testid="user-role" />
            </Form.Item>
            <Form.Item name="stations" label={t('users.stations')}>
              <Select
                mode="multiple"
                disabled={onlyRole}
                allowClear
                showSearch={{ optionFilterProp: 'label' }}
                placeholder={t('users.allStations')}
                options={(stations ?? []).map((station) => ({ value: station.id, label: name(station) }))}
              />
            </Form.Item>
            <Form.Item name="onlyRole" valuePropName="checked">
              <Checkbox>{t('users.onlyRole')}</Checkbox>
            </Form.Item>
          </>
        )}
        {mode === 'edit' ? null : (
          <Form.Item
            name="password"
            label={t('users.initialPassword')}
            extra={`${t('session.rule')} · ${t('users.resetHint')}`}
            rules={[{ required: true, message: t('common.required') }]}
          >
            <Input.Password autoComplete="new-password" />
          </Form.Item>
        )}
        <Refusal error={error} form={form} testId="user-error" />
      </Form>
    </Modal>
  )
}
