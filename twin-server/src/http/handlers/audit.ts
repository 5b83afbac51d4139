import { sql } from 'kysely'
import { familyLabel, findRecord, logActionLabel } from '@twin/models/records'
import { presentedLine } from '../../records/reader.ts'
import type { Principal } from '../../security/index.ts'
import type { Handlers } from '../call.ts'
import { orderSql, pagePart } from '../paging.ts'
import type { HttpParts } from '../parts.ts'
import { refuse } from '../pipeline.ts'
import { type Row, tableFile } from '../table-file.ts'
import { filteredLines, lineTitles, valueTitles } from './audit-query.ts'

const pageRows = 2000
const mostRows = 1_000_000

export function auditHandlers({ store, security }: HttpParts): Pick<Handlers, 'audit' | 'auditVerify' | 'auditExport'> {
  const { db } = store
  return {
    audit: async ({ principal, query }) => {
      const { page, size, ...filter } = query
      const found = await filteredLines(db, principal.org, filter)
      const { total } = await found.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow()
      const part = pagePart(total, page, size)
      // Only narrow rows are skipped; the lines of the page, with all they hold, are fetched by their ids.
      const ids = await found
        .select('id')
        .orderBy(orderSql([['at', 'desc']], 'id', part.backwards))
        .limit(part.limit)
        .offset(part.offset)
        .execute()
      const rows = await db
        .selectFrom('audit_log')
        .selectAll()
        .where(sql<boolean>`id = any(${ids.map(({ id }) => id)}::bigint[])`)
        .orderBy(orderSql([['at', 'desc']], 'id', false))
        .execute()
      const titles = await lineTitles(db, rows)
      return {
        total,
        titles: await valueTitles(db, rows),
        rows: rows.map((row) => ({
          id: String(row.id),
          at: row.at,
          user: row.user_id,
          userName: row.user_name,
          from: row.from_addr,
          kind: row.kind,
          family: row.family,
          action: row.action,
          target: row.target,
          title: row.title ?? titles.get(row.target ?? '') ?? null,
          result: row.result,
          before: shownLine(row.kind, row.before, principal),
          after: shownLine(row.kind, row.after, principal),
          hash: row.hash,
        })),
      }
    },
    auditExport: async ({ principal, query, note }) => {
      const { format, lang, ...filter } = query
      const { org } = principal
      const found = await filteredLines(db, org, filter)
      const { total } = await found.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow()
      if (total > mostRows)
        refuse('invalid', { message: { zh: `最多导出 ${mostRows} 行，请缩小范围`, en: `At most ${mostRows} rows: narrow it down` } })
      note({ target: 'audit', after: { ...filter, format, rows: total } })
      async function* lines(): AsyncGenerator<Row> {
        let after: { at: number; id: number } | undefined
        for (;;) {
          const from = after
          const page = await found
            .selectAll()
            .$if(from !== undefined, (q) => q.where(sql<boolean>`(at, id) < (${new Date(from?.at ?? 0)}, ${from?.id ?? 0})`))
            .orderBy(orderSql([['at', 'desc']], 'id', false))
            .limit(pageRows)
            .execute()
          const titles = await lineTitles(db, page)
          for (const row of page)
            yield [
              new Date(row.at),
              row.user_name,
              row.from_addr,
              familyLabel(row.family)[lang],
              logActionLabel(row.family, row.action)[lang],
              row.title ?? titles.get(row.target ?? '') ?? row.target,
              row.result,
              json(shownLine(row.kind, row.before, principal)),
              json(shownLine(row.kind, row.after, principal)),
              row.hash,
            ]
          const last = page.at(-1)
          if (!last || page.length < pageRows) return
          after = last
        }
      }
      return tableFile(lang === 'zh' ? '日志' : 'log', format, headers[lang], lines())
    },
    auditVerify: () => security.audit.verify(),
  }
}

const headers = {
  zh: ['时间', '用户', '来源地址', '类别', '操作', '对象', '结果', '变更前', '变更后', '链值'],
  en: ['Time', 'User', 'From', 'Record', 'Action', 'Target', 'Result', 'Before', 'After', 'Hash'],
} as const
const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value))

/** What a line of a record holds, as its reader may see the record. */
function shownLine(kind: string, part: unknown, principal: Principal): unknown {
  const record = findRecord(kind.split('.')[0] ?? '')
  return record && typeof part === 'object' && part !== null
    ? presentedLine(record, part as Readonly<Record<string, unknown>>, { principal })
    : part
}

/** Text that `like` takes literally. */
export const escaped = (text: string): string => text.replaceAll(/[\\%_]/g, (c) => `\\${c}`)
