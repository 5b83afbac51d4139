import { useText } from '../../../i18n/index.ts'
import { findKind } from '@twin/models/kinds'
import { CommandButtons } from '../commands/command-buttons.tsx'
import { CommandTable } from '../commands/command-table.tsx'
import type { StationTabProps } from './station-page.tsx'

export function CommandsTab({ config, feed }: StationTabProps) {
  const { t } = useText()
  const device = config.devices.find((candidate) => candidate.id === config.id)
  const kind = device ? findKind(device.kind) : undefined
  return (
    <div className="tab-scroll" data-testid="commands-tab">
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
