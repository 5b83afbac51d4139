import { PassThrough, Readable } from 'node:stream'
import ExcelJS from 'exceljs'
import type { FileAnswer } from './call.ts'

export type Cell = string | number | boolean | Date | null
export type Row = readonly Cell[]

/** Rows as a download, written while they are read: memory does not grow with the table. Times in UTC, ISO 8601, in CSV. */
export function tableFile(name: string, format: 'csv' | 'xlsx', header: readonly string[], rows: AsyncIterable<Row>): FileAnswer {
  return format === 'csv'
    ? { name: `${name}.csv`, type: 'text/csv; charset=utf-8', body: csvBody(header, rows) }
    : {
        name: `${name}.xlsx`,
        type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        body: xlsxBody(header, rows),
      }
}

function csvBody(header: readonly string[], rows: AsyncIterable<Row>): ReadableStream<Uint8Array> {
  async function* lines(): AsyncGenerator<Buffer> {
    // The byte order mark makes spreadsheets read Chinese as UTF-8.
    let block = `\uFEFF${csvLine(header)}`
    for await (const row of rows) {
      block += csvLine(row)
      if (block.length < 32_768) continue
      yield Buffer.from(block)
      block = ''
    }
    yield Buffer.from(block)
  }
  return Readable.toWeb(Readable.from(lines(), { objectMode: false })) as ReadableStream<Uint8Array>
}

function csvLine(row: readonly Cell[]): string {
  return `${row.map(csvCell).join(',')}\r\n`
}
function csvCell(cell: Cell): string {
  if (cell === null) return ''
  if (cell instanceof Date) return cell.toISOString()
  if (typeof cell !== 'string') return String(cell)
  // A text that a spreadsheet would run as a formula is made plain.
  const plain = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}

function xlsxBody(header: readonly string[], rows: AsyncIterable<Row>): ReadableStream<Uint8Array> {
  const out = new PassThrough()
  const workbook = new ExcelJS.stream.xlsx.WorkbookWriter({ stream: out, useSharedStrings: false, useStyles: true })
  const sheet = workbook.addWorksheet('data')
  sheet.columns = header.map((text) => ({ width: Math.max(12, text.length + 4) }))
  const write = async (): Promise<void> => {
    sheet.addRow([...header]).commit()
    let count = 0
    for await (const row of rows) {
      const line = sheet.addRow([...row])
      for (const [index, cell] of row.entries()) if (cell instanceof Date) line.getCell(index + 1).numFmt = 'yyyy-mm-dd hh:mm:ss'
      line.commit()
      // The writer has no back-pressure of its own.
      if (++count % 500 !== 0) continue
      // Whoever asked has gone: the rest need not be read.
      if (out.destroyed) return
      if (out.writableNeedDrain) await Promise.race(['drain', 'close'].map((end) => new Promise((resolve) => out.once(end, resolve))))
    }
    sheet.commit()
    await workbook.commit()
  }
  write().catch((error: unknown) => out.destroy(error instanceof Error ? error : new Error('export failed')))
  return Readable.toWeb(out) as ReadableStream<Uint8Array>
}
