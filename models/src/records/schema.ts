import { z } from 'zod'
import type { Field, Fields } from './field-types.ts'
import type { RecordModel } from './record-types.ts'

export const idPattern = /^[0-9a-z]{1,40}$/i
const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'YYYY-MM-DD')
  .refine(isDay, 'no such day')

function isDay(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`)
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(text)
}

/** One value, neither empty nor a list. */
function single(field: Field): z.ZodType {
  switch (field.type) {
    case 'text': {
      const trimmed = z
        .string()
        .trim()
        .max(field.max ?? (field.multiline ? 4000 : 200))
      const filled = field.required ? trimmed.min(1) : trimmed
      return field.pattern
        ? filled.regex(new RegExp(field.pattern.expression), `${field.pattern.say.zh} / ${field.pattern.say.en}`)
        : filled
    }
    case 'number': {
      const base = field.integer ? z.number().int() : z.number()
      return base.min(field.min ?? -1e15).max(field.max ?? 1e15)
    }
    case 'money':
      return z
        .number()
        .int()
        .min(field.min ?? 0)
        .max(Number.MAX_SAFE_INTEGER)
    case 'date':
      return day
    case 'time':
      return z.number().int().min(0).max(8.64e15)
    case 'flag':
      return z.boolean()
    case 'choice':
      return z.enum(Object.keys(field.options))
    case 'reference':
    case 'file':
    case 'image':
      return z.string().regex(idPattern, 'an id')
    case 'geo':
      return z.strictObject({ lat: z.number().min(-90).max(90), lng: z.number().min(-180).max(180) })
    case 'rows':
      return inputSchema(field.fields)
  }
}

export const isMany = (field: Field): boolean => field.type === 'rows' || ('many' in field && field.many)

/** Value of a field as stored and as answered. */
export function fieldSchema(field: Field): z.ZodType {
  if (isMany(field)) {
    const list = z.array(single(field)).max(field.type === 'rows' ? (field.max ?? 500) : 1000)
    return (field.required ? list.min(1) : list).meta(meta(field))
  }
  const filled = single(field)
  return (field.required || field.type === 'flag' ? filled : filled.nullable()).meta(meta(field))
}

const meta = ({ label, help }: Field) => ({
  title: `${label.zh} / ${label.en}`,
  ...(help ? { description: `${help.zh} / ${help.en}` } : {}),
})

/** What a field holds when nothing was said; undefined = it must be said. */
export function emptyValue(field: Field): unknown {
  if ('default' in field && field.default !== undefined) return field.default
  if (field.type === 'flag') return false
  if (isMany(field)) return field.required ? undefined : []
  return field.required ? undefined : null
}

/** Whether a field counts in a row, by its `when`. */
export const appliesIn = ({ when }: Field, row: Readonly<Record<string, unknown>>): boolean =>
  !when || when.is.includes(String(row[when.field]))
export const isEmpty = (value: unknown): boolean => value === null || value === undefined || (Array.isArray(value) && value.length === 0)

/** Everything asked for at once, unsaid values filled in: a new row, a sub-row, the input of a transition. */
export function inputSchema(fields: Fields): z.ZodObject {
  return z.strictObject(
    Object.fromEntries(
      Object.entries(fields)
        .filter(([, field]) => !field.computed)
        .map(([name, field]) => {
          const empty = emptyValue(field)
          const schema = fieldSchema(field)
          return [name, empty === undefined ? schema : schema.default(empty as never)]
        }),
    ),
  )
}
export const createSchema = (record: RecordModel): z.ZodObject => inputSchema(record.fields)

/** A change: any of the fields that may be edited, and nothing else. */
export function changeSchema(record: RecordModel): z.ZodObject {
  return z.strictObject(
    Object.fromEntries(
      Object.entries(record.fields)
        .filter(([, field]) => !field.computed && !field.fixed)
        .map(([name, field]) => [name, fieldSchema(field).optional()]),
    ),
  )
}

/** A row as answered. */
export function rowSchema(record: RecordModel): z.ZodObject {
  const time = z.number().int()
  return z.object({
    id: z.string(),
    org: z.string(),
    version: z.number().int(),
    ...(record.lifecycle ? { state: z.enum(Object.keys(record.lifecycle.states)) } : {}),
    createdAt: time,
    createdBy: z.string().nullable(),
    updatedAt: time,
    updatedBy: z.string().nullable(),
    deletedAt: time.nullable(),
    ...Object.fromEntries(
      Object.entries(record.fields)
        .filter(([, { sensitivity }]) => sensitivity !== 'secret')
        .map(([name, field]) => [name, field.type === 'money' ? fieldSchema(field).optional() : fieldSchema(field)]),
    ),
  })
}
