import { useQueryClient } from '@tanstack/react-query'
import { operations } from '@twin/models/api'
import { conditionLabels, deviceCondition, stationCondition, type Condition } from '@twin/models/alarms'
import { findKind } from '@twin/models/kinds'
import { device as deviceRecord, station as stationRecord } from '@twin/models/records'
import { type DeviceConfig, groupOf, jointCandidates, ratedFlowOf } from '@twin/models/stations'
import { Button, Space, Tag, Tree, type TreeDataNode } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useMay } from '../../../console/session.ts'
import { useText } from '../../../i18n/index.ts'
import { useStationView } from '../../../live/index.ts'
import { RecordForm } from '../../../records/index.ts'
import { RecordTable } from '../../../records/record-table.tsx'
import { formatWithUnit } from '../../../ui/format.ts'
import type { StationTabProps } from './station-page.tsx'

const colours: Readonly<Record<Condition, string>> = { normal: 'green', warning: 'gold', offline: 'default', fault: 'red' }

function ConditionTag({ of }: { readonly of: Condition }) {
  const { label } = useText()
  return (
    <Tag color={colours[of]} data-condition={of}>
      {label(conditionLabels[of])}
    </Tag>
  )
}

/** The station as a tree of what it is made of; it is as its worst part. What is added, moved or taken away here changes the live twin at once. */
export function CompositionTab({ config, feed }: StationTabProps) {
  const { t, label, name } = useText()
  const { view } = useStationView(feed, 500)
  const client = useQueryClient()
  const [adding, setAdding] = useState(false)
  const mayEdit = useMay('device:administer')
  const mayView = useMay('device:view')
  const states = view?.devices ?? {}
  const joint = new Set(config.kind === 'centralStation' ? jointCandidates(config).map(({ id }) => id) : [])

  const leaf = (device: DeviceConfig): TreeDataNode => {
    const [kind, state] = [findKind(device.kind), states[device.id]]
    const words = `${device.code} ${name(device)}`
    return {
      key: device.id,
      title: (
        <Space size={6} wrap data-testid={`part-${device.code}`}>
          {mayView ? <Link to={`/records/device/${device.id}`}>{words}</Link> : words}
          {kind && state ? <ConditionTag of={deviceCondition(kind, state)} /> : null}
          {joint.has(device.id) ? <Tag color="blue">{t('station.joint')}</Tag> : null}
        </Space>
      ),
    }
  }
  const parts = config.devices.filter(({ id }) => id !== config.id)
  const branches = Map.groupBy(parts, (device) => {
    const group = config.kind === 'centralStation' ? groupOf(device) : null
    return group === null ? device.kind : `group ${group}`
  })
  const tree: TreeDataNode = {
    key: config.id,
    title: (
      <Space size={6} wrap data-testid="composition-root">
        <strong>{name(config)}</strong>
        <ConditionTag of={stationCondition(config, states)} />
      </Space>
    ),
    children: [...branches].map(([key, devices]) => ({
      key,
      title: key.startsWith('group ') ? t('station.group', { group: key.slice(6) }) : label(findKind(key)?.label ?? { zh: key, en: key }),
      selectable: false,
      children: devices.map(leaf),
    })),
  }
  return (
    <div className="tab-scroll" data-testid="composition-tab">
      <div className="tool-row" style={{ marginBottom: 12 }}>
        <Tag data-testid="rated-flow">{t('station.ratedFlow', { flow: formatWithUnit(ratedFlowOf(config), 'm3/min', 1) })}</Tag>
        <Link to={`/records/${stationRecord.name}/${config.id}`}>{t('station.edit')}</Link>
        {mayEdit ? (
          <Button type="primary" size="small" onClick={() => setAdding(true)} data-testid="add-device">
            {t('station.addDevice')}
          </Button>
        ) : null}
      </div>
      {/* Built anew when parts come or go, so that new branches stand open too. */}
      <Tree key={parts.map(({ id }) => id).join()} treeData={[tree]} defaultExpandAll selectable={false} blockNode />
      {mayView ? (
        <>
          <h3>{t('station.outOfService')}</h3>
          <RecordTable record={deviceRecord} fixed={{ station: config.id, state: 'inactive' }} />
        </>
      ) : null}
      {adding ? (
        <RecordForm
          record={deviceRecord}
          row={null}
          preset={{ station: config.id }}
          titles={{ station: { [config.id]: config.name } }}
          onClose={() => {
            setAdding(false)
            // The bell of this change may have rung before this page listened.
            void client.invalidateQueries({ queryKey: [operations.station.path] })
          }}
        />
      ) : null}
    </div>
  )
}
