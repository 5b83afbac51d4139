import { Table, type TableColumnsType } from 'antd'
import { useText } from '../../../i18n/index.ts'
import { formatTime, unitSign } from '../../../ui/format.ts'
import type { Reading } from '../../../ui/mapper/index.ts'
import { ReadingValue } from '../../../ui/widgets/index.ts'

/** Every point with value, unit, source time and quality. */
export function PointTable({ readings, height }: { readonly readings: readonly Reading[]; readonly height?: number }) {
  const { t, label, lang } = useText()
  const columns: TableColumnsType<Reading> = [
    {
      title: t('common.name'),
      key: 'name',
      render: (_, reading) => <span title={reading.point.name}>{label(reading.point.label)}</span>,
    },
    { title: t('common.value'), key: 'value', align: 'right', render: (_, reading) => <ReadingValue reading={reading} withUnit={false} /> },
    { title: t('common.unit'), key: 'unit', render: (_, reading) => <span className="muted">{unitSign(reading.point.unit)}</span> },
    {
      title: t('common.time'),
      key: 'time',
      render: (_, reading) => <span className="num muted">{formatTime(reading.at, 'time', lang)}</span>,
    },
    { title: t('common.quality'), key: 'quality', render: (_, reading) => t(`quality.${reading.quality}`) },
  ]
  return (
    <div ref={reachable}>
      <Table<Reading>
        size="small"
        rowKey={(reading) => reading.point.name}
        columns={columns}
        dataSource={[...readings]}
        pagination={false}
        scroll={{ x: 'max-content', ...(height ? { y: height } : {}) }}
        onRow={(reading) => ({ 'data-testid': `point-${reading.point.name}`, 'data-quality': reading.quality }) as object}
      />
    </div>
  )
}

/** What scrolls sideways must be reachable by key; antd leaves it out. */
function reachable(box: HTMLDivElement | null): void {
  box?.querySelector('.ant-table-content')?.setAttribute('tabindex', '0')
}
