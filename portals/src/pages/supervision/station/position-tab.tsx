import { operations } from '@twin/models/api'
import { Descriptions, Select, Table, Tag, type TableColumnsType } from 'antd'
import { lazy, Suspense, useMemo, useState } from 'react'
import type { schemas } from '@twin/models/api'
import type { z } from 'zod'
import { useCall } from '../../../api/index.ts'
import { useMay } from '../../../console/session.ts'
import { useText } from '../../../i18n/index.ts'
import { serverNow, useStationView } from '../../../live/index.ts'
import { formatNumber, formatTime } from '../../../ui/format.ts'
import { Await, HelpTip, lastPeriod, Loading, PeriodPicker, type Period } from '../../../ui/widgets/index.ts'
import { OutlineEditor } from './outline-editor.tsx'
import { CorrectButton, FenceButton, MoveSiteButton } from './position-buttons.tsx'
import type { StationTabProps } from './station-page.tsx'

const PositionMap = lazy(() => import('./position-map.tsx').then((module) => ({ default: module.PositionMap })))
export type Fix = z.output<typeof schemas.position>
const minute = (): number => Math.ceil(serverNow() / 60_000) * 60_000

/** Where the station and its devices are: last fix with its source, track, fence, site, and the plan of the plant. */
export function PositionTab({ config, feed }: StationTabProps) {
  const { t, lang } = useText()
  const operate = useMay('station:operate')
  const administer = useMay('station:administer')
  const { view } = useStationView(feed, 1000)
  const located = config.devices.filter((device) => view?.devices[device.id]?.position)
  const [device, setDevice] = useState<string | null>(null)
  const chosen = device ?? located[0]?.id ?? config.id
  const [period, setPeriod] = useState<Period>(() => lastPeriod(7 * 86_400_000, minute()))
  const found = useCall(
    operations.position,
    { params: { device: chosen }, query: { from: period.from, to: period.to } },
    { keep: true, every: 5000 },
  )
  const live = view?.devices[chosen]?.position ?? null
  const current = live ?? found.data?.current ?? null
  const track = useMemo(() => found.data?.track ?? [], [found.data])
  const gcj = found.data?.gcj02 ?? null
  const coordinates = (lat: number, lng: number): string => `${formatNumber(lat, 6)}, ${formatNumber(lng, 6)}`
  return (
    <div className="tab-scroll" data-testid="position-tab">
      <div className="tool-row">
        <Select
          style={{ minWidth: 190 }}
          aria-label={t('common.device')}
          value={chosen}
          onChange={setDevice}
          options={config.devices.map((one) => ({ value: one.id, label: one.name }))}
        />
        <PeriodPicker value={period} onChange={setPeriod} now={minute} shortest={86_400_000} />
        {operate ? <CorrectButton device={chosen} current={current} /> : null}
        {operate ? <FenceButton config={config} /> : null}
        {administer ? <MoveSiteButton config={config} /> : null}
        <HelpTip term="fence" />
      </div>
      <Await query={found}>
        <div className="position-grid">
          <div className="position-map panel">
            <Suspense fallback={<Loading />}>
              <PositionMap site={config.position} fenceRadius={config.fenceRadius} current={current} track={track} />
            </Suspense>
          </div>
          <div className="panel">
            <h2>{t('position.current')}</h2>
            {current ? (
              <Descriptions
                size="small"
                column={1}
                data-testid="current-position"
                items={[
                  {
                    key: 'wgs',
                    label: t('position.wgs84'),
                    children: <span className="num">{coordinates(current.lat, current.lng)}</span>,
                  },
                  ...(gcj
                    ? [{ key: 'gcj', label: t('position.gcj02'), children: <span className="num">{coordinates(gcj.lat, gcj.lng)}</span> }]
                    : []),
                  { key: 'at', label: t('common.time'), children: formatTime(current.at, 'full', lang) },
                  { key: 'source', label: t('position.source'), children: <Source fix={current} /> },
                ]}
              />
            ) : (
              <Tag data-testid="no-position">{t('position.none')}</Tag>
            )}
            {config.position ? (
              <Descriptions
                size="small"
                column={1}
                data-testid="site-position"
                items={[
                  {
                    key: 'site',
                    label: `${t('position.site')} (${t('position.wgs84')})`,
                    children: <span className="num">{coordinates(config.position.lat, config.position.lng)}</span>,
                  },
                ]}
              />
            ) : null}
            {view?.station.fence ? (
              <Tag color="red">{t('station.fenceOutside', { distance: formatNumber(view.station.fence.distance, 0) })}</Tag>
            ) : null}
            <h2>
              {t('position.track')} <span className="muted">{t('position.trackCount', { n: track.length })}</span>
            </h2>
            <TrackTable track={track} />
          </div>
        </div>
      </Await>
      <OutlineEditor config={config} editable={operate} />
    </div>
  )
}

function Source({ fix }: { readonly fix: Fix }) {
  const { t } = useText()
  return (
    <>
      {t(`position.source.${fix.source}`)}
      {fix.accuracy === null ? '' : ` · ${t('position.accuracy', { n: formatNumber(fix.accuracy, 0) })}`}
      {fix.by ? ` · ${t('position.author', { by: fix.by })}` : ''}
    </>
  )
}

function TrackTable({ track }: { readonly track: readonly Fix[] }) {
  const { t, lang } = useText()
  const columns: TableColumnsType<Fix> = [
    { title: t('common.time'), key: 'at', render: (_, fix) => <span className="num">{formatTime(fix.at, 'dateTime', lang)}</span> },
    { title: t('position.lat'), key: 'lat', align: 'right', render: (_, fix) => formatNumber(fix.lat, 5) },
    { title: t('position.lng'), key: 'lng', align: 'right', render: (_, fix) => formatNumber(fix.lng, 5) },
    { title: t('position.source'), key: 'source', render: (_, fix) => <Source fix={fix} /> },
  ]
  return (
    <Table<Fix>
      size="small"
      rowKey={(fix) => `${fix.at}-${fix.source}`}
      columns={columns}
      dataSource={track.toReversed()}
      pagination={{ pageSize: 8, hideOnSinglePage: true, showSizeChanger: false }}
      scroll={{ x: 'max-content' }}
    />
  )
}
