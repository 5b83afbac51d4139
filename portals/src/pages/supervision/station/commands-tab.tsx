import { useText } from '../../../i18n/index.ts'
import { useStationView } from '../../../live/index.ts'
import { findKind } from '@twin/models/kinds'
import { CommandButtons } from '../commands/command-buttons.tsx'
import { JointPanel } from '../commands/joint-panel.tsx'
import { SequencePanel } from '../commands/sequence-panel.tsx'
import { CommandTable } from '../commands/command-table.tsx'
import type { StationTabProps } from './station-page.tsx'

export function CommandsTab({ config, feed }: StationTabProps) {
  const { t } = useText()
  const device = config.devices.find((candidate) => candidate.id === config.id)
  const kind = device ? findKind(device.kind) : undefined
  const { view, now } = useStationView(feed, 500)
  return (
    <div className="tab-scroll" data-testid="commands-tab">
      {feed.mode === 'live' && config.kind !== 'singleModule' ? <SequencePanel config={config} run={view?.station.run ?? null} /> : null}
      {feed.mode === 'live' && config.kind === 'centralStation' ? <JointPanel config={config} view={view} now={now} /> : null}
      {device && kind && feed.mode === 'live' ? (
        <section className="panel">
          <h2>{t('command.stationCommands')}</h2>
          <CommandButtons config={config} device={device} kind={kind} />
        </section>
      ) : null}
      <CommandTable station={config.id} />
    </div>
  )
}
