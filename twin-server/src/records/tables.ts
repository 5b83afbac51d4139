import { allFields, type ListQuery, type RecordModel, toCell } from '@twin/models/records'
import type { FileAnswer } from '../http/call.ts'
import { type Row as Line, tableFile } from '../http/table-file.ts'
import { readable } from './access.ts'
import type { Reader } from './reader.ts'
import type { Actor } from './types.ts'

/** A list as a file, streamed page by page: memory does not grow with it. Money in yuan, times as dates. */
export function exportTable(
  reader: Reader,
  record: RecordModel,
  query: ListQuery,
  format: 'csv' | 'xlsx',
  language: 'zh' | 'en',
  actor: Actor,
  counted: <T>(lines: AsyncIterable<T>) => AsyncIterable<T> = (lines) => lines,
): FileAnswer {
  const fields = allFields(record)
  const mayRead = readable(actor)
  const names = Object.entries(fields).flatMap(([name, field]) => (mayRead(field) ? [name] : []))
  const header = names.map((name) => {
    const field = fields[name]
    const unit = field?.type === 'money' ? ' (元)' : field?.type === 'number' && field.unit ? ` (${field.unit})` : ''
    return `${field?.label[language] ?? name}${unit}`
  })
  async function* lines(): AsyncGenerator<Line> {
    for await (const { rows, titles } of reader.each(record, query, actor))
      for (const row of rows)
        yield names.map((name) => {
          const field = fields[name]
          if (!field) return null
          const value = row[name]
          if (field.type === 'time' && typeof value === 'number') return new Date(value)
          return toCell(field, value, language, field.type === 'reference' ? titles[field.to] : titles['file'])
        })
  }
  return tableFile(record.label[language], format, header, counted(lines()))
}
