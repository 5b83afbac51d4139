import type { CommandDefinition } from '@twin/models/kinds'
import type { BuiltInRole } from './principal.ts'

const viewer = ['station:view', 'alarm:view', 'money:view']
const operator = [...viewer, 'station:operate', 'alarm:operate', 'deadLetter:view']
const engineer = [...operator, 'alarm:administer', 'alarm:escalation', 'device:administer', 'audit:view', 'command:approve']
const administrator = [...engineer, 'station:administer', 'cluster:administer', 'backup:administer', 'user:view', 'user:administer']

/**
 * What each role may do. Commands come from the catalogue's `roles`; an administrator may issue what an operator or engineer may,
 * commands of automation alone (`optimizer`, `system`) belong to no person.
 */
export function rolePermissions(commands: readonly CommandDefinition[]): Readonly<Record<BuiltInRole, ReadonlySet<string>>> {
  const of = (...names: readonly CommandDefinition['roles'][number][]): string[] =>
    commands.filter((command) => names.some((name) => command.roles.includes(name))).map((command) => `command:${command.code}`)
  return {
    viewer: new Set([...viewer, ...of('viewer')]),
    operator: new Set([...operator, ...of('viewer', 'operator')]),
    engineer: new Set([...engineer, ...of('viewer', 'operator', 'engineer')]),
    administrator: new Set([...administrator, ...of('viewer', 'operator', 'engineer')]),
  }
}
