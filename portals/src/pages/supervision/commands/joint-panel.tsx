import { operations } from '@twin/models/api'
import type { StationView } from '@twin/models/live'
import { jointCandidates, groupOf, type DeviceConfig, type StationConfig } from '@twin/models/stations'
import { Alert, Button, Empty, Tag } from 'antd'
import { useState } from 'react'
import { useAction } from '../../../api/index.ts'
import { useMay } from '../../../console/session.ts'
import { useText } from '../../../i18n/index.ts'
import { formatNumber, formatTime } from '../../../ui/format.ts'
import { readDevice, readingOf, unitState } from '../../../ui/mapper/index.ts'
import { ReadingValue, StateText } from '../../../ui/widgets/index.ts'
import { ControlDialog } from './control-dialog.tsx'
import { JointDialog } from './joint-dialog.tsx'
import { JointLog } from './joint-log.tsx'
import { RunPhaseTag, RunSteps } from './run-steps.tsx'
import { AbortButton } from './sequence-panel.tsx'

interface JointPanelProps {
  readonly config: StationConfig
  readonly view: StationView | undefined
  readonly now: number
}

/** Joint control of a central station: its band and pressure, who leads, what was done automatically and why. */
export function JointPanel({ config, view, now }: JointPanelProps) {
  const { t, label, lang, name } = useText()
  const may = useMay('command:station.setSequencingMode')
  const [engaging, setEngaging] = useState(false)
  const [releasing, setReleasing] = useState<DeviceConfig | 'station' | null>(null)
  const release = useAction(operations.releaseJoint, { quiet: true, refresh: [operations.control] })
  const { joint = null, run = null, jointLog = [] } = view?.station ?? {}
  const own = config.devices.find(({ id }) => id === config.id)
  const pressure = own && readingOf(readDevice(own, view, now), 'headerPressure')
  const place = (unit: DeviceConfig): number => joint?.order.indexOf(unit.id) ?? -1
  // In the order of use; those out of the plan last.
  const candidates = jointCandidates(config).toSorted((a, b) => (place(a) < 0 ? 99 : place(a)) - (place(b) < 0 ? 99 : place(b)))
  const last = jointLog.at(-1)
  const jointRun = run && run.kind !== 'start' && (run.phase === 'running' || run.phase === 'failed') ? run : null
  const busy = run?.phase === 'running'
  return (
    <section className="panel" data-testid="joint-panel" data-phase={joint?.phase ?? 'off'}>
      <h2>
        {t('control.joint')}{' '}
        <Tag color={joint === null ? 'default' : joint.phase === 'active' ? 'green' : joint.phase === 'engaging' ? 'processing' : 'orange'}>
          {joint === null ? t('control.jointOff') : t(`control.jointPhase.${joint.phase}`)}
        </Tag>
      </h2>
      <p className="muted">{t('control.jointHint')}</p>
      {joint ? (
        <div className="tool-row">
          <span>
            {t('control.bandNow')}{' '}
            <strong className="num" data-testid="joint-band">
              {formatNumber(joint.band.low, 2)} – {formatNumber(joint.band.high, 2)} bar
            </strong>
          </span>
          {pressure ? (
            <span data-testid="joint-pressure">
              {label(pressure.point.label)} <ReadingValue reading={pressure} />
            </span>
          ) : null}
          <span className="muted">{t('control.since', { time: formatTime(joint.since, 'dateTime', lang), by: joint.by.name })}</span>
        </div>
      ) : null}
      {joint?.problem ? <Alert type="warning" showIcon title={joint.problem} data-testid="joint-problem" /> : null}
      {candidates.length === 0 ? <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('control.noneOffered')} /> : null}
      <ul className="joint-units">
        {candidates.map((unit) => {
          const read = readDevice(unit, view, now)
          const hours = read && readingOf(read, 'runningHours')
          const held = view?.devices[unit.id]?.held ?? []
          const at = place(unit)
          const member = joint?.members.includes(unit.id) ?? false
          return (
            <li key={unit.id} className="tool-row" data-testid="joint-unit" data-device={unit.id} data-place={at}>
              <strong>
                {unit.code} {name(unit)}
              </strong>
              <Tag>
                {t('control.group')} {groupOf(unit)}
              </Tag>
              {read ? <StateText state={unitState(read, view)} /> : null}
              {hours ? <ReadingValue reading={hours} /> : null}
              {held.map(({ kind, document }) => (
                <Tag key={`${kind}${document}`} color="orange">
                  {t(`maint.held.${kind}`)} {document}
                </Tag>
              ))}
              {member ? (
                <Tag color={at === 0 ? 'blue' : at > 0 ? 'default' : 'orange'}>
                  {at === 0 ? t('control.lead') : at > 0 ? t('control.follow', { n: at }) : t('control.outOfPlan')}
                </Tag>
              ) : null}
              {member && may && joint && joint.members.length > 1 ? (
                <Button size="small" disabled={busy} onClick={() => setReleasing(unit)} data-testid="joint-release-unit">
                  {t('control.releaseUnit')}
                </Button>
              ) : null}
            </li>
          )
        })}
      </ul>
      <div className="tool-row">
        {may && candidates.length > 0 ? (
          <Button danger disabled={busy} onClick={() => setEngaging(true)} data-testid="joint-engage">
            {t(joint?.phase === 'active' ? 'control.change' : 'control.engage')}
          </Button>
        ) : null}
        {may && joint ? (
          <Button disabled={busy} onClick={() => setReleasing('station')} data-testid="joint-release">
            {t('control.release')}
          </Button>
        ) : null}
        <AbortButton station={config.id} run={jointRun} />
      </div>
      {jointRun ? (
        <>
          <div className="section-title">
            {t(`control.kind.${jointRun.kind}`)} <RunPhaseTag phase={jointRun.phase} />
          </div>
          <RunSteps config={config} steps={jointRun.steps} />
        </>
      ) : null}
      <div className="section-title control-log">{t('control.log')}</div>
      <JointLog config={config} mark={last ? `${last.id}${jointLog.map(({ outcome }) => outcome).join()}` : ''} />
      {engaging ? <JointDialog config={config} joint={joint} units={candidates} onClose={() => setEngaging(false)} /> : null}
      {releasing ? (
        <ControlDialog
          title={releasing === 'station' ? t('control.release') : t('control.releaseUnitOf', { unit: releasing.code })}
          warn={t('control.releaseWarn')}
          code={config.code}
          ok={t('control.release')}
          onClose={() => setReleasing(null)}
          onSubmit={(_, asked) =>
            release.mutateAsync({ params: { station: config.id }, body: { unit: releasing === 'station' ? null : releasing.id, ...asked } })
          }
        />
      ) : null}
    </section>
  )
}
