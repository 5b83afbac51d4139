import type { Action, RecordModel, Transition } from './record-types.ts'

export const actions = ['view', 'operate', 'approve', 'administer'] as const
export const actionLabels = {
  view: { zh: '查看', en: 'View' },
  operate: { zh: '操作', en: 'Operate' },
  approve: { zh: '审批', en: 'Approve' },
  administer: { zh: '管理', en: 'Administer' },
} as const
export const permissionOf = (record: RecordModel, action: Action): string => `${record.name}:${action}`
/** What a transition needs: its action's permission, or one of its own. */
export function permissionOfWay(record: RecordModel, name: string): string {
  const way = record.lifecycle?.transitions[name]
  return way?.ownRight || !way ? `${record.name}:${name}` : permissionOf(record, way.action)
}
/** Permissions of transitions that have their own. */
export const ownRights = (record: RecordModel): readonly (readonly [permission: string, way: Transition])[] =>
  Object.entries(record.lifecycle?.transitions ?? {}).flatMap(([name, way]) =>
    way.ownRight ? [[permissionOfWay(record, name), way] as const] : [],
  )

/** Actions that mean something for this record. */
export function actionsOf(record: RecordModel): readonly Action[] {
  const used = new Set<Action>(['view'])
  for (const action of Object.values(record.actions)) if (action) used.add(action)
  for (const { action } of Object.values(record.lifecycle?.transitions ?? {})) used.add(action)
  return actions.filter((action) => used.has(action))
}

const ranks: Readonly<Record<string, readonly Action[]>> = {
  viewer: ['view'],
  operator: ['view', 'operate'],
  engineer: ['view', 'operate', 'approve'],
  administrator: actions,
}
/** What a built-in role gets of a record until somebody edits the role. */
export function defaultPermissions(role: string, record: RecordModel): readonly string[] {
  const granted =
    record.audience === 'administration' && role !== 'administrator'
      ? []
      : (ranks[role] ?? []).filter((action) => actionsOf(record).includes(action))
  // Their own inbox is for everyone to act on.
  const all = record.audience === 'everyone' && record.scope.by === 'own' ? actionsOf(record) : granted
  return [
    ...all.map((action) => permissionOf(record, action)),
    ...ownRights(record).flatMap(([permission, { action }]) => (all.includes(action) ? [permission] : [])),
  ]
}
