import { operations } from '@twin/models/api'
import type { DeviceConfig, StationConfig } from '@twin/models/stations'
import type { JointControl } from '@twin/models/twin'
import { Checkbox, Form, InputNumber } from 'antd'
import { useAction } from '../../../api/index.ts'
import { useText } from '../../../i18n/index.ts'
import { ControlDialog } from './control-dialog.tsx'

interface JointDialogProps {
  readonly config: StationConfig
  readonly joint: JointControl | null
  /** Offered: those in a group. */
  readonly units: readonly DeviceConfig[]
  readonly onClose: () => void
}
interface Values {
  readonly low: number
  readonly high: number
  readonly rotateAfterH: number
  readonly units: string[]
}

/** Band, units and rotation of joint control; its units stay while it is active. */
export function JointDialog({ config, joint, units, onClose }: JointDialogProps) {
  const { t, name } = useText()
  const engage = useAction(operations.engageJoint, { quiet: true, refresh: [operations.control] })
  const { targetPressure = 7, pressureBand = 0.5 } = config.devices.find(({ id }) => id === config.id)?.settings ?? {}
  const band = joint?.band ?? { low: targetPressure - pressureBand / 2, high: targetPressure + pressureBand / 2 }
  const active = joint?.phase === 'active'
  const initial: Values = {
    ...band,
    rotateAfterH: joint?.rotateAfterH ?? 24,
    units: joint ? [...joint.members] : units.map(({ id }) => id),
  }
  const required = [{ required: true, message: t('common.required') }]
  return (
    <ControlDialog<Values>
      title={`${t(active ? 'control.change' : 'control.engage')} · ${name(config)}`}
      code={config.code}
      ok={t(active ? 'control.change' : 'control.engage')}
      initial={initial}
      onClose={onClose}
      onSubmit={({ low, high, rotateAfterH, units: chosen }, asked) =>
        engage.mutateAsync({
          params: { station: config.id },
          body: { low, high, rotateAfterH, ...(active ? {} : { units: chosen }), ...asked },
        })
      }
    >
      <div className="tool-row">
        <Form.Item name="low" label={t('control.low')} rules={required}>
          <InputNumber min={3} max={15} step={0.05} suffix="bar" data-testid="joint-low" />
        </Form.Item>
        <Form.Item name="high" label={t('control.high')} rules={required}>
          <InputNumber min={3} max={15} step={0.05} suffix="bar" data-testid="joint-high" />
        </Form.Item>
        <Form.Item name="rotateAfterH" label={t('control.rotateAfter')} tooltip={t('control.rotateHint')} rules={required}>
          <InputNumber min={0.1} max={8760} suffix="h" />
        </Form.Item>
      </div>
      {active ? null : (
        <Form.Item name="units" label={t('control.members')} rules={required}>
          <Checkbox.Group options={units.map((unit) => ({ value: unit.id, label: `${unit.code} ${name(unit)}` }))} />
        </Form.Item>
      )}
    </ControlDialog>
  )
}
