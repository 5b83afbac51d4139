import { PrinterOutlined } from '@ant-design/icons'
import { asset } from '@twin/models/records'
import { Button, QRCode } from 'antd'
import { useSearchParams } from 'react-router'
import { useText } from '../../../i18n/index.ts'
import { plain } from '../../../records/plain.ts'
import { type Row, useList } from '../../../records/record-api.ts'
import { Await, Page } from '../../../ui/widgets/index.ts'
import './labels.css'

/** Labels to print and stick on machines: the code opens the asset's page. `?ids=` those, else any filter of the list; at most 500. */
export function LabelsPage() {
  const { t } = useText()
  const [address] = useSearchParams()
  const { ids, ...filter } = Object.fromEntries(address)
  const query = useList(asset, { ...filter, ...(ids ? { id: ids } : {}), size: '500', sort: 'serial' })
  const rows = query.data?.rows ?? []
  return (
    <Page
      title={t('asset.labels')}
      hint={t('asset.labelsHint')}
      testId="asset-labels-page"
      extra={
        <Button type="primary" icon={<PrinterOutlined />} disabled={rows.length === 0} onClick={() => window.print()}>
          {t('asset.print')}
        </Button>
      }
    >
      <Await query={query}>
        <div className="asset-labels">
          {rows.map((row) => (
            <Label key={row.id} row={row} />
          ))}
        </div>
      </Await>
    </Page>
  )
}

function Label({ row }: { readonly row: Row }) {
  const { label } = useText()
  const words = asset.fields.unitType.options[plain(row['unitType']) as keyof typeof asset.fields.unitType.options]
  const kind = asset.fields.kind.options[plain(row['kind']) as keyof typeof asset.fields.kind.options]
  const address = `${window.location.origin}/records/asset/${row.id}`
  return (
    <div className="asset-label" data-testid="asset-label" data-address={address}>
      <QRCode type="svg" value={address} size={96} bordered={false} color="#000" bgColor="#fff" errorLevel="M" />
      <div>
        <strong>{plain(row['serial'])}</strong>
        <small>{plain(row['model'])}</small>
        <small>{[kind, words].flatMap((each) => (each ? [label(each)] : [])).join(' · ')}</small>
        <small>{plain(row['supplier'])}</small>
      </div>
    </div>
  )
}
