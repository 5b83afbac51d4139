import { operations } from '@twin/models/api'
import { findKind } from '@twin/models/kinds'
import type { DeviceConfig } from '@twin/models/stations'
import { Alert, App, Button, Descriptions, Modal, Table, type TableColumnsType, Typography } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { useAction, useCall } from '../../api/index.ts'
import { useText } from '../../i18n/index.ts'
import { Await, Page } from '../../ui/widgets/index.ts'
import { StationSelect, useFleet } from '../supervision/index.ts'

interface Secret {
  readonly username: string
  readonly secret: string
}

/** Devices of a station and their access; a new secret is shown once and never again. */
export function DevicesPage() {
  const { t, label, name } = useText()
  const { modal } = App.useApp()
  const [search, setSearch] = useSearchParams()
  const { stations } = useFleet()
  const station = search.get('station') ?? stations?.[0]?.id
  const config = useCall(operations.station, { params: { station: station ?? '' } }, { enabled: station !== undefined })
  const [secret, setSecret] = useState<Secret | null>(null)
  const rotate = useAction(operations.rotateDeviceSecret)
  const ask = (device: DeviceConfig): void => {
    modal.confirm({
      title: t('devices.rotateConfirm', { name: name(device) }),
      okText: t('devices.rotate'),
      cancelText: t('common.cancel'),
      onOk: () => rotate.mutate({ params: { device: device.id }, body: {} }, { onSuccess: setSecret }),
    })
  }
  const columns: TableColumnsType<DeviceConfig> = [
    { title: t('common.code'), dataIndex: 'code', key: 'code' },
    { title: t('common.name'), key: 'name', render: (_, device) => name(device) },
    {
      title: t('common.kind'),
      key: 'kind',
      render: (_, device) => label(findKind(device.kind)?.label ?? { zh: device.kind, en: device.kind }),
    },
    { title: 'id', key: 'id', render: (_, device) => <span className="mono">{device.id}</span> },
    {
      title: t('common.actions'),
      key: 'actions',
      render: (_, device) => (
        <Button size="small" onClick={() => ask(device)} data-testid={`rotate-${device.id}`}>
          {t('devices.rotate')}
        </Button>
      ),
    },
  ]
  return (
    <Page
      title={t('devices.title')}
      hint={t('devices.hint')}
      testId="devices-page"
      extra={<StationSelect value={station} onChange={(id) => setSearch({ station: id }, { replace: true })} />}
    >
      <Await query={config}>
        <Table<DeviceConfig>
          size="small"
          rowKey="id"
          columns={columns}
          dataSource={[...(config.data?.devices ?? [])]}
          pagination={{ pageSize: 20, hideOnSinglePage: true }}
          scroll={{ x: 'max-content' }}
        />
      </Await>
      {secret ? (
        <Modal open title={t('devices.rotate')} onCancel={() => setSecret(null)} onOk={() => setSecret(null)} mask={{ closable: false }}>
          <Alert type="warning" showIcon title={t('devices.secretOnce')} style={{ marginBottom: 12 }} />
          <Descriptions
            column={1}
            bordered
            size="small"
            items={[
              { key: 'user', label: t('devices.username'), children: <Typography.Text copyable>{secret.username}</Typography.Text> },
              {
                key: 'secret',
                label: t('devices.secret'),
                children: (
                  <Typography.Text copyable code>
                    {secret.secret}
                  </Typography.Text>
                ),
              },
            ]}
          />
        </Modal>
      ) : null}
    </Page>
  )
}
