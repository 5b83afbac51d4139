import { deviceKinds, type AlarmDefinition, type CommandDefinition, type Label } from '@twin/models/kinds'

/** Catalogue of every kind by code: names, causes and responses come from the kinds alone. */
export const alarmDefinitions: ReadonlyMap<string, AlarmDefinition> = new Map(
  deviceKinds.flatMap((kind) => kind.alarms.map((alarm) => [alarm.code, alarm] as const)),
)
export const alarmLabels: ReadonlyMap<string, Label> = new Map([...alarmDefinitions].map(([code, alarm]) => [code, alarm.label]))
export const commandDefinitions: ReadonlyMap<string, CommandDefinition> = new Map(
  deviceKinds.flatMap((kind) => kind.commands.map((command) => [command.code, command] as const)),
)
export const noticeLabels: ReadonlyMap<string, Label> = new Map(
  deviceKinds.flatMap((kind) => kind.notices.map((notice) => [notice.code, notice.label] as const)),
)
