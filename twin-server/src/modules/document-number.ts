import { sql } from 'kysely'
import type { RecordModel } from '@twin/models/records'
import type { Turn } from '../records/types.ts'
import { lockName } from '../records/writer.ts'

const days = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' })

/** The next number of a kind of document, without gaps within a day: `RK-20260131-0007`. Those who ask at once take turns. */
export function nextDocument(turn: Turn, record: RecordModel, prefix: string): Promise<string> {
  return nextNumber(turn, record, 'document', prefix)
}

/** The same in any column. */
export async function nextNumber(turn: Turn, record: RecordModel, column: string, prefix: string): Promise<string> {
  const head = `${prefix}-${days.format(turn.now).replaceAll('-', '')}-`
  await lockName(turn, `${turn.actor.org} ${head}`)
  const { n } = await turn.trx
    .selectFrom(record.table)
    .select(sql<number>`coalesce(max(substr(${sql.ref(column)}, ${sql.lit(head.length + 1)})::bigint), 0)`.as('n'))
    .where('org', '=', turn.actor.org)
    .where(sql<boolean>`starts_with(${sql.ref(column)}, ${head})`)
    .executeTakeFirstOrThrow()
  return `${head}${String(n + 1).padStart(4, '0')}`
}
