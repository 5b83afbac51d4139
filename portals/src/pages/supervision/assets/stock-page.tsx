import { asset, assetStock, unitStock } from '@twin/models/records'
import { Card, Col, Row, Tabs } from 'antd'
import { useSearchParams } from 'react-router'
import { useText } from '../../../i18n/index.ts'
import { RecordTable } from '../../../records/record-table.tsx'
import { Page } from '../../../ui/widgets/index.ts'

const set = { kind: 'smartStation', state: 'purchased,inStock' }

/** What stands in the warehouses: machines by model, packaged stations complete and incomplete, units of central stations by type. */
export function StockPage() {
  const { t } = useText()
  const [address, setAddress] = useSearchParams()
  return (
    <Page title={t('asset.stock')} hint={t('asset.stockHint')} testId="asset-stock-page">
      <Tabs
        activeKey={address.get('of') ?? 'single'}
        onChange={(of) => setAddress({ of }, { replace: true })}
        items={[
          { key: 'single', label: t('asset.single'), children: <RecordTable record={assetStock} /> },
          {
            key: 'smart',
            label: t('asset.smart'),
            children: (
              <Row gutter={[16, 16]}>
                <Col xs={24} xl={12}>
                  <Card size="small" title={t('asset.complete')} data-testid="stock-complete">
                    <RecordTable
                      record={asset}
                      fixed={{ ...set, 'missing.empty': 'true' }}
                      columns={['serial', 'model', 'warehouse', 'location']}
                    />
                  </Card>
                </Col>
                <Col xs={24} xl={12}>
                  <Card size="small" title={t('asset.incomplete')} data-testid="stock-incomplete">
                    <RecordTable
                      record={asset}
                      fixed={{ ...set, 'missing.empty': 'false' }}
                      columns={['serial', 'model', 'missing', 'state']}
                    />
                  </Card>
                </Col>
              </Row>
            ),
          },
          { key: 'central', label: t('asset.central'), children: <RecordTable record={unitStock} /> },
        ]}
      />
    </Page>
  )
}
