import { operations, type schemas } from '@twin/models/api'
import { App, Badge, Button, Table, type TableColumnsType } from 'antd'
import type { z } from 'zod'
import { useAction, useCall } from '../../api/index.ts'
import { useText } from '../../i18n/index.ts'
import { formatBytes, formatNumber, formatTime } from '../../ui/format.ts'
import { Await, KpiStrip, Page } from '../../ui/widgets/index.ts'
import { HotStationsTable } from './hot-stations-table.tsx'
import { QuarantineTable } from './quarantine-table.tsx'

type Node = z.output<typeof schemas.clusterNode>
const badges = { live: 'success', draining: 'processing', gone: 'error' } as const

/** Which nodes there are, who holds the shards, and whether anything piles up. */
export function ClusterPage() {
  const { t, lang } = useText()
  const { modal } = App.useApp()
  const status = useCall(operations.cluster, {}, { every: 2000 })
  const drain = useAction(operations.drainNode, { done: t('cluster.drainAsked'), refresh: [operations.cluster] })
  const { data } = status
  const ask = ({ node, address, state }: Node): void => {
    const on = state !== 'draining'
    modal.confirm({
      title: t(on ? 'cluster.drainConfirm' : 'cluster.undrainConfirm', { name: address }),
      okText: t(on ? 'cluster.drain' : 'cluster.undrain'),
      cancelText: t('common.cancel'),
      onOk: () => drain.mutate({ params: { node }, body: { on } }),
    })
  }
  const number = (title: string, of: (node: Node) => number): TableColumnsType<Node>[number] => ({
    title,
    key: title,
    align: 'right',
    render: (_, node) => <span className="num">{formatNumber(of(node), 0)}</span>,
  })
  const columns: TableColumnsType<Node> = [
    { title: t('cluster.node'), key: 'node', render: (_, node) => <span className="mono">{node.address || node.node}</span> },
    {
      title: t('common.state'),
      key: 'state',
      render: (_, node) => <Badge status={badges[node.state]} text={t(`cluster.${node.state}`)} />,
    },
    number(t('cluster.shards'), (node) => node.shards),
    number(t('cluster.stations'), (node) => node.stations),
    number(t('cluster.devices'), (node) => node.devices),
    number(t('cluster.load'), (node) => node.load),
    number(t('cluster.viewers'), (node) => node.viewers),
    number(t('cluster.pending'), (node) => node.pending),
    number(t('cluster.unacknowledged'), (node) => node.sessions.unacknowledged),
    {
      title: t('cluster.sessions'),
      key: 'sessions',
      align: 'right',
      render: (_, { sessions }) => (
        <span className="num">
          {sessions.connected} / {sessions.all}
        </span>
      ),
    },
    number(t('cluster.commitP99'), (node) => node.commitP99Ms),
    number(t('cluster.lag'), (node) => node.loopLagP99Ms),
    number(t('cluster.skew'), (node) => node.skewMs),
    { title: t('cluster.memory'), key: 'memory', align: 'right', render: (_, node) => formatBytes(node.rssBytes) },
    {
      title: t('cluster.spool'),
      key: 'spool',
      align: 'right',
      render: (_, { spool: { messages, bytes, oldest } }) =>
        messages === 0 ? (
          <span className="num">0</span>
        ) : (
          <span className="num" title={t('cluster.spoolSince', { time: formatTime(oldest ?? 0, 'dateTime', lang) })}>
            {formatNumber(messages, 0)} · {formatBytes(bytes)}
          </span>
        ),
    },
    number(t('cluster.moves'), (node) => node.claimed + node.handedOver),
    number(t('cluster.fenced'), (node) => node.fenced + node.selfFenced),
    {
      title: t('common.actions'),
      key: 'actions',
      render: (_, node) => (
        <Button
          size="small"
          disabled={!data?.clustered || node.state === 'gone'}
          onClick={() => ask(node)}
          data-testid={`drain-${node.node}`}
        >
          {t(node.state === 'draining' ? 'cluster.undrain' : 'cluster.drain')}
        </Button>
      ),
    },
  ]
  return (
    <Page title={t('cluster.title')} hint={t(data?.clustered === false ? 'cluster.single' : 'cluster.hint')} testId="cluster-page">
      <Await query={status}>
        <KpiStrip
          testId="cluster-kpi"
          items={[
            {
              key: 'nodes',
              title: t('cluster.nodes'),
              term: 'nodesAlive',
              value: formatNumber(data?.nodes.filter(({ state }) => state !== 'gone').length ?? 0, 0),
            },
            {
              key: 'owned',
              title: t('cluster.owned'),
              term: 'shardsOwned',
              value: `${data?.shards.owned ?? 0} / ${data?.shards.all ?? 0}`,
            },
            { key: 'moving', title: t('cluster.moving'), term: 'shardsMoving', value: formatNumber(data?.shards.moving ?? 0, 0) },
            {
              key: 'orphaned',
              title: t('cluster.orphaned'),
              term: 'shardsOrphaned',
              value: formatNumber(data?.shards.orphaned ?? 0, 0),
              tone: data?.shards.orphaned ? 'alarm' : 'running',
            },
            { key: 'careful', title: t('cluster.careful'), term: 'shardsCareful', value: formatNumber(data?.careful ?? 0, 0) },
          ]}
        />
        <Table<Node>
          size="small"
          rowKey="node"
          columns={columns}
          dataSource={data?.nodes ?? []}
          pagination={false}
          scroll={{ x: 'max-content' }}
          data-testid="cluster-table"
        />
        {data?.clustered && <HotStationsTable rows={data.hottest} />}
        <QuarantineTable rows={data?.quarantine ?? []} />
      </Await>
    </Page>
  )
}
