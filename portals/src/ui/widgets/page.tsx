import type { TermKey } from '@twin/models/glossary'
import { Card, Statistic } from 'antd'
import { useEffect, type ReactNode } from 'react'
import { create } from 'zustand'
import { useText } from '../../i18n/index.ts'
import { ExplainTerm } from '../help/explain.tsx'

interface PageProps {
  readonly title: string
  readonly extra?: ReactNode
  readonly hint?: ReactNode
  readonly children: ReactNode
  /** The page fills the window and scrolls inside its parts. */
  readonly fill?: boolean
  readonly testId: string
}

/** Frame of a page: heading, tools, and the tab title. */
export function Page({ title, extra, hint, children, fill = false, testId }: PageProps) {
  useTitle(title)
  return (
    <section className={fill ? 'page fill' : 'page'} data-testid={testId} aria-label={title}>
      <header className="page-head">
        <div>
          <h1>{title}</h1>
          {hint ? <div className="muted">{hint}</div> : null}
        </div>
        {extra ? <div className="page-tools">{extra}</div> : null}
      </header>
      {children}
    </section>
  )
}

/** What the page shown calls itself, for what stands around it. */
export const usePageTitle = create<{ readonly title: string }>(() => ({ title: '' }))

export function useTitle(title: string): void {
  const { t } = useText()
  useEffect(() => {
    document.title = `${title} · ${t('app.name')}`
    usePageTitle.setState({ title })
  }, [title, t])
}

export interface Kpi {
  readonly key: string
  readonly title: ReactNode
  /** Its explanation in the glossary. */
  readonly term?: TermKey
  readonly value: string
  readonly unit?: string
  readonly tone?: 'alarm' | 'P2' | 'running' | 'muted'
  readonly onClick?: () => void
}

interface KpiStripProps {
  readonly items: readonly Kpi[]
  readonly testId: string
  /** Many figures in one row. */
  readonly compact?: boolean
}

export function KpiStrip({ items, testId, compact = false }: KpiStripProps) {
  return (
    <div className={compact ? 'kpi-strip compact' : 'kpi-strip'} data-testid={testId}>
      {items.map((item) => (
        <Card key={item.key} size="small" className={item.tone ? `kpi kpi-${item.tone}` : 'kpi'} data-testid={`kpi-${item.key}`}>
          <Statistic
            title={item.term ? <ExplainTerm term={item.term}>{item.title}</ExplainTerm> : item.title}
            value={item.value}
            {...(item.unit && item.value !== '—' ? { suffix: item.unit } : {})}
          />
        </Card>
      ))}
    </div>
  )
}
