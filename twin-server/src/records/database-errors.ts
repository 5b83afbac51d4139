import type { RecordModel } from '@twin/models/records'
import { snakeCase } from '@twin/models/records'
import { Refusal } from '../http/api-error.ts'
import { uniqueIndexName } from './columns.ts'

interface PostgresError {
  readonly code: string
  readonly constraint_name?: string
}

/** What the database's own constraints say, in words; anything else stays the error it is. */
export function refusalOf(error: unknown, record: RecordModel): unknown {
  const { code, constraint_name: name } = (error ?? {}) as Partial<PostgresError>
  if (code === '23505') {
    const fields = record.unique.find((key) => uniqueIndexName(record, key) === name) ?? []
    const words = fields.map((field) => record.fields[field]?.label)
    return new Refusal('conflict', {
      code: 'duplicate',
      ...(fields[0] === undefined ? {} : { field: fields[0] }),
      message: {
        zh: `${words.map((label) => label?.zh ?? '').join('、')}已存在`,
        en: `This ${words.map((label) => label?.en.toLowerCase() ?? '').join(', ')} is taken`,
      },
    })
  }
  if (code === '23503') {
    const field = Object.keys(record.fields).find((candidate) => name === `${record.table}_${snakeCase(candidate)}_fkey`)
    return field === undefined
      ? new Refusal('conflict', { code: 'in-use', message: { zh: '仍被其他记录引用', en: 'Other records still refer to it' } })
      : new Refusal('invalid', { field, message: { zh: '引用的记录不存在', en: 'What it refers to does not exist' } })
  }
  if (code === '23514') return new Refusal('conflict', { code: 'rule', message: { zh: '违反数据规则', en: 'Against a rule of the data' } })
  return error
}
