import { appliesTo, type CommandDefinition, type DeviceKind } from '@twin/models/kinds'
import type { DeviceConfig, StationConfig } from '@twin/models/stations'
import { Button, Tooltip } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { permits, useMe } from '../../../console/session.ts'
import { useText } from '../../../i18n/index.ts'

const CommandDialog = lazy(() => import('./command-dialog.tsx').then((module) => ({ default: module.CommandDialog })))

interface CommandButtonsProps {
  readonly config: StationConfig
  readonly device: DeviceConfig
  readonly kind: DeviceKind
}

/** Commands of the device's kind that apply to it and that this person may issue; whoever may issue none sees none. */
export function CommandButtons({ config, device, kind }: CommandButtonsProps) {
  const { t, label } = useText()
  const { permissions } = useMe()
  const [open, setOpen] = useState<CommandDefinition | null>(null)
  const commands = kind.commands.filter(
    (command) => appliesTo(kind, command, device.variant) && permits(permissions, `command:${command.code}`),
  )
  if (commands.length === 0) return <span className="muted">{t('station.noCommands')}</span>
  return (
    <div className="tool-row" data-testid="command-buttons">
      {commands.map((command) => (
        <Tooltip key={command.code} title={`${command.riskClass} · ${t(`command.risk.${command.riskClass}`)}`}>
          <Button size="small" danger={command.riskClass === 'R4'} data-testid={`command-${command.code}`} onClick={() => setOpen(command)}>
            {label(command.label)}
          </Button>
        </Tooltip>
      ))}
      {open ? (
        <Suspense fallback={null}>
          <CommandDialog config={config} device={device} command={open} onClose={() => setOpen(null)} />
        </Suspense>
      ) : null}
    </div>
  )
}
