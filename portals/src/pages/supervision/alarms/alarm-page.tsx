import { operations } from '@twin/models/api'
import { Popover, Slider, Button } from 'antd'
import { SettingOutlined } from '@ant-design/icons'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { useCall } from '../../../api/index.ts'
import { useText } from '../../../i18n/index.ts'
import { serverNow } from '../../../live/index.ts'
import { formatNumber, formatPercent } from '../../../ui/format.ts'
import { usePreferences } from '../../../ui/preferences.ts'
import { playTone, unlockSound } from '../../../ui/shell/sound.ts'
import { KpiStrip, Page } from '../../../ui/widgets/index.ts'
import { AlarmFilters, openFilter, type AlarmFilter } from './alarm-filters.tsx'
import { AlarmTable } from './alarm-table.tsx'

/** The alarm console; a filter may come with the address, as from the statistics. */
export function AlarmPage() {
  const { t } = useText()
  const [search] = useSearchParams()
  const [filter, setFilter] = useState<AlarmFilter>(() => filterFrom(search))
  return (
    <Page title={t('alarm.title')} testId="alarm-page" extra={<SoundSettings />}>
      <AlarmKpi />
      <AlarmFilters value={filter} onChange={setFilter} />
      <AlarmTable filter={filter} />
    </Page>
  )
}

function filterFrom(search: URLSearchParams): AlarmFilter {
  const filter = search.get('filter')
  if (!filter) return openFilter
  try {
    return { historical: 'with', ...(JSON.parse(filter) as Partial<AlarmFilter>) }
  } catch {
    return openFilter
  }
}

/** ISA-18.2 performance of the last 24 hours. */
function AlarmKpi() {
  const { t } = useText()
  const [to] = useState(() => Math.ceil(serverNow() / 60_000) * 60_000)
  const kpi = useCall(operations.alarmKpi, { query: { from: to - 86_400_000, to } }, { every: 15_000, keep: true })
  const data = kpi.data
  const share = (value: number | undefined): string => formatPercent(value, 0)
  return (
    <KpiStrip
      testId="alarm-kpi"
      compact
      items={[
        { key: 'open', title: t('alarm.open'), term: 'notClosed', value: formatNumber(data?.open, 0) },
        {
          key: 'unacked',
          title: t('alarm.unacked'),
          term: 'unacked',
          value: formatNumber(data?.unacked, 0),
          ...(data && data.unacked > 0 ? { tone: 'alarm' as const } : {}),
        },
        { key: 'perTen', title: t('kpi.perTen'), term: 'perTen', value: formatNumber(data?.perTenMinutes, 2) },
        { key: 'peak', title: t('kpi.peakTen'), term: 'peakTen', value: formatNumber(data?.peakTenMinutes, 0) },
        {
          key: 'flood',
          title: t('kpi.floodShare'),
          term: 'floodShare',
          value: formatPercent(data?.floodShare),
        },
        { key: 'topTen', title: t('kpi.topTen'), term: 'topTenShare', value: share(data?.topTenShare) },
        { key: 'stale', title: t('kpi.stale'), term: 'staleAlarms', value: formatNumber(data?.stale, 0) },
        {
          key: 'chattering',
          title: t('kpi.chattering'),
          term: 'chattering',
          value: formatNumber(data?.chattering.length, 0),
        },
        {
          key: 'hidden',
          title: t('kpi.hidden'),
          term: 'hiddenAlarms',
          value: data ? `${data.shelved} / ${data.suppressed} / ${data.outOfService}` : '—',
        },
        {
          key: 'priorities',
          title: 'P1 / P2 / P3 %',
          term: 'priorityShare',
          value: data
            ? [data.priorityShare.P1, data.priorityShare.P2, data.priorityShare.P3].map((part) => formatNumber(part * 100, 0)).join(' / ')
            : '—',
        },
      ]}
    />
  )
}

function SoundSettings() {
  const { t } = useText()
  const { volume, set } = usePreferences()
  return (
    <Popover
      trigger="click"
      title={t('alarm.sound')}
      content={
        <div style={{ width: 220 }}>
          {t('alarm.volume')}
          <Slider
            min={0}
            max={1}
            step={0.1}
            value={volume}
            onChange={(value) => set({ volume: value })}
            ariaLabelForHandle={t('alarm.volume')}
          />
          <div className="tool-row">
            {(['P1', 'P2', 'P3'] as const).map((priority) => (
              <Button
                key={priority}
                size="small"
                onClick={() => {
                  unlockSound()
                  playTone(priority, volume)
                }}
              >
                {t('alarm.testSound')} {priority}
              </Button>
            ))}
          </div>
        </div>
      }
    >
      <Button icon={<SettingOutlined />}>{t('alarm.sound')}</Button>
    </Popover>
  )
}
