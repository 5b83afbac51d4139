import ExcelJS from 'exceljs'
import { sql } from 'kysely'
import type { Label } from '@twin/models/kinds'
import { type CellValue, createSchema, externals, type Field, findRecord, fromCell, type RecordModel } from '@twin/models/records'
import { Refusal } from '../http/api-error.ts'
import { checked } from '../http/request-input.ts'
import { demand } from './access.ts'
import { parseCsv } from './csv.ts'
import type { People } from './people.ts'
import type { Turn, Values } from './types.ts'

export interface Fault {
  /** Line in the file; the header is 1. */
  readonly row: number
  readonly field: string | null
  readonly message: Label
}
export interface ImportResult {
  readonly rows: number
  readonly faults: readonly Fault[]
  readonly imported: number
}
const maxRows = 20_000

/** Undoes the transaction of a trial, or of an import with faults. */
export class Undone extends Error {
  readonly result: ImportResult
  constructor(result: ImportResult) {
    super('import undone')
    this.result = result
  }
}

/**
 * Reads a table whose header names fields in either language, and creates a row of each line by the same way as a form does.
 * A trial does everything and takes it back, so it finds what the import would find. All or nothing: one bad line and nothing stays.
 */
export async function importTable(
  turn: Turn,
  record: RecordModel,
  bytes: Uint8Array,
  trial: boolean,
  people: People,
): Promise<ImportResult> {
  demand(turn.actor, record, record.actions.create)
  const [header = [], ...lines] = await cellsOf(bytes)
  if (lines.length > maxRows)
    throw new Refusal('invalid', { field: 'file', message: { zh: `最多 ${maxRows} 行`, en: `At most ${maxRows} rows` } })
  const faults: Fault[] = []
  const columns = header.map((cell) => columnOf(record, String(cell ?? '').trim()))
  for (const [i, column] of columns.entries())
    if (!column && String(header[i] ?? '').trim() !== '')
      faults.push(fault(1, null, `没有此列：${String(header[i])}`, `No such column: ${String(header[i])}`))
  const find = await lookup(turn, columns, lines)

  let imported = 0
  for (const [i, cells] of lines.entries()) {
    const at = i + 2
    const values: Record<string, unknown> = {}
    let bad = false
    for (const [j, column] of columns.entries()) {
      if (!column) continue
      const read = fromCell(column.field, cells[j] ?? null, find)
      if (read.ok) {
        if (!(read.value === null && 'default' in column.field)) values[column.name] = read.value
      } else {
        bad = true
        faults.push({ row: at, field: column.name, message: read.why })
      }
    }
    const parsed = createSchema(record).safeParse(values)
    if (!parsed.success) {
      bad = true
      const seen = new Set(faults.filter(({ row }) => row === at).map(({ field }) => field))
      for (const issue of parsed.error.issues) {
        const field = String(issue.path[0] ?? '')
        if (seen.has(field)) continue
        seen.add(field)
        faults.push({ row: at, field, message: wordsOf(record, values, issue.path) })
      }
    }
    if (bad || faults.length > 1000) continue
    // A savepoint of its own, so that a duplicate in one line does not end the search for faults.
    await sql`savepoint line`.execute(turn.trx)
    try {
      await people.create(turn, record, values)
      await sql`release savepoint line`.execute(turn.trx)
      imported++
    } catch (error) {
      await sql`rollback to savepoint line`.execute(turn.trx)
      if (!(error instanceof Refusal)) throw error
      faults.push({
        row: at,
        field: error.options.field ?? null,
        message: error.options.message ?? { zh: '无法导入', en: 'Cannot be imported' },
      })
    }
  }
  const result = {
    rows: lines.length,
    faults: faults.toSorted((a, b) => a.row - b.row),
    imported: trial || faults.length > 0 ? 0 : imported,
  }
  if (trial || faults.length > 0) throw new Undone(result)
  return result
}

const fault = (row: number, field: string | null, zh: string, en: string): Fault => ({ row, field, message: { zh, en } })

function wordsOf(record: RecordModel, values: Values, path: readonly PropertyKey[]): Label {
  try {
    checked(createSchema(record), values, 'row')
  } catch (error) {
    if (error instanceof Refusal && error.options.field === path.map(String).join('.') && error.options.message)
      return error.options.message
  }
  const value = values[String(path[0])]
  return value === null || value === undefined ? { zh: '必填', en: 'Required' } : { zh: '值无效', en: 'Not a valid value' }
}

/** By name, or by label in either language, with or without the unit that an export adds. */
function columnOf(record: RecordModel, text: string): { readonly name: string; readonly field: Field } | undefined {
  const bare = text.replace(/\s*\([^)]*\)$/, '')
  const found = Object.entries(record.fields).find(([name, { label }]) =>
    [name, label.zh, label.en].some((word) => word === text || word === bare),
  )
  return found && !found[1].computed ? { name: found[0], field: found[1] } : undefined
}

async function cellsOf(bytes: Uint8Array): Promise<CellValue[][]> {
  // Every xlsx is a zip.
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return parseCsv(new TextDecoder().decode(bytes))
  const workbook = new ExcelJS.Workbook()
  try {
    await workbook.xlsx.load(bytes.buffer as ArrayBuffer)
  } catch {
    throw new Refusal('invalid', { field: 'file', message: { zh: '不是有效的表格文件', en: 'Not a readable spreadsheet' } })
  }
  const rows: CellValue[][] = []
  workbook.worksheets[0]?.eachRow((row) => {
    const cells: CellValue[] = []
    row.eachCell({ includeEmpty: true }, ({ value }, column) => {
      cells[column - 1] =
        value instanceof Date ? value.toISOString() : typeof value === 'object' && value !== null ? JSON.stringify(value) : (value ?? null)
    })
    rows.push(cells)
  })
  return rows
}

type Find = (to: string, text: string) => string | undefined
/** References by id, by name or by a unique code: read once per target. */
async function lookup(
  turn: Turn,
  columns: readonly ({ readonly field: Field } | undefined)[],
  lines: readonly (readonly CellValue[])[],
): Promise<Find> {
  const known = new Map<string, Map<string, string>>()
  for (const [i, column] of columns.entries()) {
    const field = column?.field
    if (field?.type !== 'reference') continue
    const target = findRecord(field.to) ?? externals[field.to]
    if (!target) continue
    const words = [...new Set(lines.flatMap((cells) => String(cells[i] ?? '').split(/[;；]/)).map((word) => word.trim()))].filter(Boolean)
    const keys = [
      ...new Set(['id', ...target.title, ...('unique' in target ? target.unique.filter((key) => key.length === 1).flat() : [])]),
    ]
    const found = known.get(field.to) ?? new Map<string, string>()
    for (const key of keys) {
      const rows = await turn.trx
        .selectFrom(target.table)
        .select(['id', `${key} as word`])
        .where('org', '=', turn.actor.org)
        .where(sql<boolean>`${sql.ref(key)}::text = any(${words}::text[])`)
        .execute()
      for (const row of rows) found.set(String(row['word']), String(row['id']))
    }
    known.set(field.to, found)
  }
  return (to, text) => known.get(to)?.get(text)
}
