import type { RecordModel } from '@twin/models/records'
import type { Values } from './record-api.ts'

/** Any value as a text. */
export function plain(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** What people call a row. */
export const titleOf = (record: RecordModel, row: Values): string =>
  record.title
    .map((name) => plain(row[name]))
    .filter(Boolean)
    .join(' ')
