import { Alert, Button, Empty, Result, Spin } from 'antd'
import { Component, type ErrorInfo, type ReactNode } from 'react'
import { failureLabel } from '../../api/client.ts'
import { translator, useText } from '../../i18n/index.ts'
import { usePreferences } from '../preferences.ts'

interface Query {
  readonly isPending: boolean
  readonly isError: boolean
  readonly error: Error | null
  readonly refetch: () => unknown
}

/** Loading, failed or the content: the same on every page. */
export function Await({ query, children, small }: { readonly query: Query; readonly children: ReactNode; readonly small?: boolean }) {
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />
  if (query.isPending) return <Loading small={small ?? false} />
  return children
}

export function Loading({ small = false }: { readonly small?: boolean }) {
  const { t } = useText()
  return (
    <div className={small ? 'state-box small' : 'state-box'} role="status" aria-live="polite">
      <Spin /> <span className="muted">{t('common.loading')}</span>
    </div>
  )
}

export function Failed({ error, retry }: { readonly error: Error | null; readonly retry?: () => void }) {
  const { t, label } = useText()
  const words = label(failureLabel(error))
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={t('common.failed')}
      description={words}
      action={
        retry ? (
          <Button size="small" onClick={retry}>
            {t('common.retry')}
          </Button>
        ) : null
      }
    />
  )
}

export function Nothing({ text }: { readonly text?: string }) {
  const { t } = useText()
  return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={text ?? t('common.empty')} />
}

interface BoundaryProps {
  readonly children: ReactNode
  /** Shown instead of the message, e.g. the 2D diagram for a broken 3D scene. */
  readonly instead?: ReactNode
  readonly onError?: (error: Error) => void
}

/** Keeps a fault in one part of a page from taking the rest along. */
export class Boundary extends Component<BoundaryProps, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null }
  static getDerivedStateFromError(error: Error): { readonly error: Error } {
    return { error }
  }
  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(error, info.componentStack)
    this.props.onError?.(error)
  }
  override render(): ReactNode {
    if (!this.state.error) return this.props.children
    if (this.props.instead !== undefined) return this.props.instead
    const { t } = translator(usePreferences.getState().language)
    return (
      <Result
        status="error"
        title={t('common.broken')}
        subTitle={t('common.brokenHint')}
        extra={
          <Button type="primary" onClick={() => window.location.reload()}>
            {t('common.reload')}
          </Button>
        }
      />
    )
  }
}
