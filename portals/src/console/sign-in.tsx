import { GlobalOutlined, LockOutlined, UserOutlined } from '@ant-design/icons'
import { operations } from '@twin/models/api'
import { Alert, Button, Card, Form, Input, Modal, Result, Space } from 'antd'
import { Suspense, useState } from 'react'
import { ApiFailure, useCall } from '../api/index.ts'
import { useText } from '../i18n/index.ts'
import { usePreferences } from '../ui/preferences.ts'
import { HelpDrawer, useHelp } from '../ui/help/index.ts'
import { PasswordForm } from '../ui/shell/index.ts'
import { useTitle } from '../ui/widgets/index.ts'
import { demoAccounts } from './demo-accounts.ts'
import { loadSession, signIn, signOut } from './session.ts'

interface Values {
  readonly username: string
  readonly password: string
}

export function SignInPage({ expired }: { readonly expired: boolean }) {
  const { t, label } = useText()
  useTitle(t('session.title'))
  const [form] = Form.useForm<Values>()
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const [busy, setBusy] = useState(false)
  const health = useCall(operations.health, {}, { fresh: 60_000 })
  const accounts = demoAccounts(health.data?.parts['demo']?.detail)

  const submit = async ({ username, password }: Values): Promise<void> => {
    setBusy(true)
    setFailure(null)
    try {
      await signIn(username.trim(), password)
    } catch (error) {
      setFailure(error instanceof ApiFailure ? error : null)
      form.setFieldValue('password', '')
      setBusy(false)
    }
  }

  return (
    <SessionFrame>
      {expired && !failure ? (
        <Alert type="info" showIcon title={t('session.expired')} style={{ marginBottom: 16 }} data-testid="session-expired" />
      ) : null}
      {failure ? (
        <Alert
          type="error"
          showIcon
          role="alert"
          data-testid="sign-in-error"
          style={{ marginBottom: 16 }}
          title={failure.code === 'unreadable' && failure.status === 401 ? t('session.wrong') : label(failure.text)}
        />
      ) : null}
      <Form form={form} layout="vertical" onFinish={(values) => void submit(values)} requiredMark={false}>
        <Form.Item name="username" label={t('session.username')} rules={[{ required: true, message: t('common.required') }]}>
          <Input prefix={<UserOutlined />} autoComplete="username" autoFocus data-testid="username" />
        </Form.Item>
        <Form.Item name="password" label={t('session.password')} rules={[{ required: true, message: t('common.required') }]}>
          <Input.Password prefix={<LockOutlined />} autoComplete="current-password" data-testid="password" />
        </Form.Item>
        <Button type="primary" htmlType="submit" block size="large" loading={busy} data-testid="sign-in">
          {t('session.signIn')}
        </Button>
      </Form>
      {accounts.length > 0 ? (
        <div className="demo-accounts" data-testid="demo-accounts">
          <div className="muted">{t('session.demoAccounts')}</div>
          {accounts.map((account) => (
            <button key={account.username} type="button" className="demo-account" onClick={() => form.setFieldsValue(account)}>
              <strong>{account.username}</strong> <span className="mono">{account.password}</span>
              {account.role ? (
                <span className="muted">
                  {account.role in roleKeys ? t(roleKeys[account.role as keyof typeof roleKeys]) : account.role}
                </span>
              ) : null}
            </button>
          ))}
        </div>
      ) : null}
    </SessionFrame>
  )
}

/** Over the page, which waits below with what was typed: signed in again one goes on where one was. */
export function SignInAgain() {
  return (
    <Modal
      open
      footer={null}
      closable={false}
      mask={{ closable: false }}
      keyboard={false}
      width="100vw"
      className="sign-in-again"
      zIndex={3000}
    >
      <SignInPage expired />
    </Modal>
  )
}

const roleKeys = {
  viewer: 'role.viewer',
  operator: 'role.operator',
  engineer: 'role.engineer',
  administrator: 'role.administrator',
} as const

/** The first password, or one an administrator reset, is good for nothing but being changed. */
export function PasswordGate() {
  const { t } = useText()
  useTitle(t('session.changePassword'))
  return (
    <SessionFrame>
      <Alert type="warning" showIcon title={t('session.mustChange')} style={{ marginBottom: 16 }} data-testid="must-change" />
      <PasswordForm onDone={() => void loadSession()} />
      <Button type="link" block onClick={() => void signOut()}>
        {t('session.signOut')}
      </Button>
    </SessionFrame>
  )
}

export function UnreachablePage() {
  const { t } = useText()
  const { open, show } = useHelp()
  return (
    <SessionFrame>
      <Result
        status="warning"
        title={t('common.failed')}
        extra={
          <Space wrap>
            <Button type="primary" onClick={() => void loadSession()}>
              {t('common.retry')}
            </Button>
            <Button data-testid="help-open" onClick={() => show('help')}>
              {t('help.title')}
            </Button>
          </Space>
        }
      />
      {open === null ? null : (
        <Suspense fallback={null}>
          <HelpDrawer mayCorrect={false} />
        </Suspense>
      )}
    </SessionFrame>
  )
}

function SessionFrame({ children }: { readonly children: React.ReactNode }) {
  const { t, lang } = useText()
  const set = usePreferences((state) => state.set)
  return (
    <main className="session-frame">
      <Card className="session-card">
        <div className="session-brand">
          <img src="/icon.svg" alt="" />
          <div>
            <h1>{t('app.name')}</h1>
            <div className="muted">{t('app.footer')}</div>
          </div>
        </div>
        {children}
      </Card>
      <Button
        type="text"
        icon={<GlobalOutlined />}
        data-testid="language-toggle"
        onClick={() => set({ language: lang === 'zh' ? 'en' : 'zh' })}
      >
        {t('shell.language')}
      </Button>
    </main>
  )
}
