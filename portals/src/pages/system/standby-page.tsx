import { operations, type schemas } from '@twin/models/api'
import { Alert, Badge, Button, Table, Tag, type TableColumnsType } from 'antd'
import type { z } from 'zod'
import { useCall } from '../../api/index.ts'
import { useText } from '../../i18n/index.ts'
import { formatBytes, formatNumber, formatTime } from '../../ui/format.ts'
import { Await, KpiStrip, Page } from '../../ui/widgets/index.ts'

type Status = z.output<typeof schemas.standbyStatus>
type Move = z.output<typeof schemas.switchOver>

/** How well the other site protects the data, and every move of the service with what was measured. */
export function StandbyPage() {
  const { t } = useText()
  const status = useCall(operations.standby, {}, { every: 2000 })
  const { data } = status
  return (
    <Page title={t('standby.title')} hint={t(data?.site === null ? 'standby.none' : 'standby.hint')} testId="standby-page">
      <Await query={status}>
        {data?.site && <Protection site={data.site} standby={data.standby} />}
        <div className="section-title">{t('standby.moves')}</div>
        <Moves rows={data?.moves ?? []} />
      </Await>
    </Page>
  )
}

function Protection({ site, standby }: { readonly site: NonNullable<Status['site']>; readonly standby: Status['standby'] }) {
  const { t, lang } = useText()
  const held = site.protected && !standby.connected
  return (
    <>
      {(!site.protected || held) && (
        <Alert
          type={held ? 'error' : 'warning'}
          showIcon
          data-testid="standby-warning"
          title={
            held && site.policy === 'wait'
              ? t('standby.waiting')
              : t('standby.warning', { since: formatTime(site.since, 'dateTime', lang) })
          }
        />
      )}
      <KpiStrip
        testId="standby-kpi"
        items={[
          { key: 'site', title: t('standby.site'), value: site.name },
          { key: 'epoch', title: t('standby.epoch'), value: formatNumber(site.epoch, 0) },
          {
            key: 'protection',
            title: t('standby.protection'),
            value: t(site.protected ? 'standby.protected' : 'standby.unprotected'),
            tone: site.protected ? 'running' : 'alarm',
          },
          {
            key: 'standby',
            title: t('standby.copy'),
            value: t(standby.connected ? 'standby.connected' : 'standby.away'),
            tone: standby.connected ? 'running' : 'alarm',
          },
          { key: 'behind', title: t('standby.behind'), value: standby.behindBytes === null ? '—' : formatBytes(standby.behindBytes) },
        ]}
      />
      <p className="muted">
        <Button size="small" href={site.address} target="_blank" rel="noreferrer" data-testid="standby-desk">
          {t('standby.desk')}
        </Button>{' '}
        {t('standby.deskHint')}
      </p>
    </>
  )
}

function Moves({ rows }: { readonly rows: readonly Move[] }) {
  const { t, lang } = useText()
  const seconds = (ms: number): string => `${formatNumber(ms / 1000, 1)} s`
  const first = (title: string, of: (move: Move) => readonly [at: number | null, what: string | null]): TableColumnsType<Move>[number] => ({
    title,
    key: title,
    render: (_, move) => {
      const [at, what] = of(move)
      return at === null ? '—' : `${formatTime(at, 'time', lang)} (+${seconds(at - move.orderedAt)}) ${what ?? ''}`
    },
  })
  const verdict = ({ passed }: Move) => {
    if (passed === null) return <Badge status="processing" text={t('standby.measuring')} />
    return <Badge status={passed ? 'success' : 'error'} text={t(passed ? 'standby.passed' : 'standby.failed')} />
  }
  return (
    <Table<Move>
      size="small"
      rowKey="id"
      dataSource={rows}
      pagination={{ pageSize: 20, hideOnSinglePage: true }}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: t('standby.noMoves') }}
      data-testid="standby-moves"
      columns={[
        { title: t('standby.ordered'), key: 'at', render: (_, { orderedAt }) => formatTime(orderedAt, 'dateTime', lang) },
        {
          title: t('standby.kind'),
          key: 'kind',
          render: (_, { kind, drill }) => (
            <>
              {t(`standby.kind.${kind}`)} {drill && <Tag>{t('standby.drill')}</Tag>}
            </>
          ),
        },
        { title: t('standby.way'), key: 'way', render: (_, { from, to }) => `${from} → ${to}` },
        { title: t('standby.result'), key: 'result', render: (_, move) => verdict(move) },
        {
          title: t('standby.duration'),
          key: 'duration',
          align: 'right',
          render: (_, { durationMs }) => (
            <span className="num" data-testid="move-duration">
              {durationMs === null ? '—' : seconds(durationMs)}
            </span>
          ),
        },
        first(t('standby.signIn'), ({ signInAt, signIn }) => [signInAt, signIn]),
        first(t('standby.live'), ({ liveAt, live }) => [liveAt, live]),
        first(t('standby.order'), ({ orderAt, firstOrder }) => [orderAt, firstOrder]),
        {
          title: t('standby.data'),
          key: 'data',
          render: (_, { complete, missingFrom }) =>
            complete ? t('standby.complete') : t('standby.missing', { from: formatTime(missingFrom, 'dateTime', lang) }),
        },
        { title: t('standby.by'), key: 'by', render: (_, { orderedBy, reason }) => `${orderedBy}: ${reason}` },
      ]}
    />
  )
}
