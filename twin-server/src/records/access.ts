import { type ExpressionBuilder, type ExpressionWrapper, sql, type SqlBool } from 'kysely'
import {
  type Action,
  allFields,
  carriesMoney,
  type Field,
  type ListQuery,
  moneyPermission,
  permissionOf,
  permissionOfWay,
  type RecordModel,
} from '@twin/models/records'
import { Refusal } from '../http/api-error.ts'
import type { Actor, AnyService, AnyTables } from './types.ts'

type Where = ExpressionBuilder<AnyTables, string>

export function mayDo(actor: Actor, record: RecordModel, action: Action): boolean {
  const { principal } = actor
  if (!principal) return true
  if (record.audience === 'everyone' && action === 'view') return true
  return principal.permissions.has(permissionOf(record, action))
}

/** Whether he may take this transition at all, whatever the state. */
export function mayTake(actor: Actor, record: RecordModel, transition: string): boolean {
  return actor.principal === null || actor.principal.permissions.has(permissionOfWay(record, transition))
}

export const seesMoney = ({ principal }: Pick<Actor, 'principal'>): boolean =>
  principal === null || principal.permissions.has(moneyPermission)

/** Whether he has the right that a field asks for, if it asks for one. */
export const holdsRight = ({ principal }: Pick<Actor, 'principal'>, { right }: Field): boolean =>
  right === undefined || principal === null || principal.permissions.has(right)

/** Fields that this person may read. */
export function readable(actor: Actor): (field: Field) => boolean {
  const money = seesMoney(actor)
  return (field) => field.sensitivity !== 'secret' && (money || field.type !== 'money') && holdsRight(actor, field)
}

/** An order or a filter by what one may not see would tell it. */
export function demandReadable(
  record: RecordModel,
  query: Pick<ListQuery, 'filters'> & Partial<Pick<ListQuery, 'sort'>>,
  actor: Actor,
): void {
  const money = seesMoney(actor)
  const fields = allFields(record)
  const asked = [...query.filters, ...(query.sort ?? [])].map(({ field }) => field)
  const hidden = asked.find((name) => fields[name] && ((!money && carriesMoney(fields[name])) || !holdsRight(actor, fields[name])))
  if (hidden !== undefined) throw new Refusal('not-permitted', { field: hidden })
}

/** The one place where a person's right to do something with a record is decided. Throws not-permitted. */
export function demand(actor: Actor, record: RecordModel, action: Action | null): void {
  if (action === null || !mayDo(actor, record, action)) throw new Refusal('not-permitted')
}

/** Rows of a record that exist for this person: organisation, scope, not deleted, not hidden by its service. Every read goes through it. */
export function visibleRows(
  record: RecordModel,
  service: AnyService | undefined,
  actor: Actor,
): (where: Where) => ExpressionWrapper<AnyTables, string, SqlBool> {
  return (where) => {
    const parts = [where(ref(record, 'org'), '=', actor.org), where(ref(record, 'deletedAt'), 'is', null)]
    if (service?.hide) parts.push(where(ref(record, service.hide.field), '!=', service.hide.value))
    const { scope } = record
    const { principal } = actor
    if (principal && scope.by === 'own') parts.push(where(ref(record, scope.field), '=', principal.id))
    if (principal?.stations && scope.by === 'station') {
      const own = [...principal.stations]
      parts.push(sql<SqlBool>`${sql.ref(ref(record, scope.field))} = any(${own}::text[])` as unknown as (typeof parts)[number])
    }
    if (principal?.stations && scope.by === 'region')
      parts.push(
        sql<SqlBool>`${sql.ref(ref(record, scope.field))} in (${regionsOf([...principal.stations])})` as unknown as (typeof parts)[number],
      )
    return where.and(parts)
  }
}

/** Regions that hold one of these stations: its district, city and province, and one's own regions in them. */
const regionsOf = (stations: readonly string[]) =>
  sql`with recursive up as (select region as id from station where id = any(${stations}::text[])
    union select r.parent from region r join up on r.id = up.id where r.parent is not null),
    own as (select id from up union select r.id from region r join own on r.parent = own.id where r.level = 'organisation') select id from own`

const ref = (record: RecordModel, column: string): string => `${record.table}.${column}`
