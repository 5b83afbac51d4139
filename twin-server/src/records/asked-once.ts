import { createHash } from 'node:crypto'
import type { RecordModel } from '@twin/models/records'
import { Refusal } from '../http/api-error.ts'
import { columnNames } from './columns.ts'
import type { Row, Turn } from './types.ts'
import { lockName } from './writer.ts'

const short = (text: string, length: number): string =>
  BigInt(`0x${createHash('sha256').update(text).digest('hex')}`)
    .toString(36)
    .padStart(50, '0')
    .slice(-length)

/**
 * A row asked for under a key (`Idempotency-Key`) is made once, however often and through whatever server it is asked for: whoever does not
 * know what became of a request repeats it. The row's id says who asked under which key, and for what. Answers the row when it is there,
 * else the id to make it with. Throws 422 when the key was used for something else, 409 when the row was deleted since.
 */
export async function askedOnce(
  turn: Turn,
  record: RecordModel,
  key: string,
  body: unknown,
): Promise<{ readonly id: string } | { readonly row: Row }> {
  const who = short(JSON.stringify([turn.actor.org, turn.actor.id, record.name, key]), 20)
  const id = `${who}${short(JSON.stringify(body), 10)}`
  // Those that ask at the same moment take turns, so that the second finds the row of the first.
  await lockName(turn, `asked ${who}`)
  const row = (await turn.trx
    .selectFrom(record.table)
    .select(columnNames(record))
    .where('id', 'like', `${who}%`)
    .where('org', '=', turn.actor.org)
    .executeTakeFirst()) as unknown as Row | undefined
  if (!row) return { id }
  if (row.id !== id)
    throw new Refusal('invalid', {
      field: 'Idempotency-Key',
      message: { zh: '该幂等键已用于另一请求', en: 'This key was used for another request' },
    })
  if (row['deletedAt'] !== null && row['deletedAt'] !== undefined)
    throw new Refusal('conflict', { code: 'deleted', message: { zh: '该记录已被删除', en: 'The row was deleted since' } })
  return { row }
}
