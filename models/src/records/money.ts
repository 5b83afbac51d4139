import { allFields } from './define.ts'
import type { Field } from './field-types.ts'
import type { RecordModel } from './record-types.ts'

/** Without it amounts leave the server nowhere: not in rows, lists, statistics, exports, histories or the audit log. */
export const moneyPermission = 'money:view'

/** An amount itself, or sub-rows with one among them. */
export const carriesMoney = (field: Field): boolean =>
  field.type === 'money' || (field.type === 'rows' && Object.values(field.fields).some(carriesMoney))

type Values = Readonly<Record<string, unknown>>
const without = (fields: Readonly<Record<string, Field>>, values: Values): Values =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]): readonly (readonly [string, unknown])[] => {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined
      if (field?.type === 'money') return []
      if (field?.type === 'rows' && Array.isArray(value) && carriesMoney(field))
        return [[name, value.map((row: Values) => without(field.fields, row))]]
      return [[name, value]]
    }),
  )

/** A row, or the part of one that a log line holds, without its amounts. */
export function withoutMoney<V extends Values>(record: RecordModel, values: V): V {
  // Inputs of transitions stand in log lines under their own names.
  const inputs = Object.values(record.lifecycle?.transitions ?? {}).map(({ input }) => input ?? {})
  return without(Object.assign({}, ...inputs, allFields(record)) as Readonly<Record<string, Field>>, values) as V
}
