import { sql } from 'kysely'
import { delivery, inbox, message } from '@twin/models/records'
import { Refusal } from '../../http/api-error.ts'
import { type AnyService, defineService, type Turn } from '../../records/types.ts'
import { regionsBelow } from './region-tree.ts'

export const messageService: AnyService = defineService({
  record: message,
  effects: {
    async deliver({ turn, row, records }) {
      const receivers = await receiversOf(turn, row)
      if (receivers.length === 0)
        throw new Refusal('invalid', {
          field: 'users',
          message: { zh: '没有接收人：请按用户、角色或区域选择', en: 'Nobody would get it: choose users, roles or regions' },
        })
      for (const receiver of receivers) {
        await records.create(turn, delivery, { message: row.id, receiver, title: row.title, body: row.body })
        turn.bells.add(`user:${receiver}`)
      }
      return { publishedAt: turn.now, receivers: receivers.length, readers: 0 }
    },
    async recall({ turn, row, records }) {
      const sent = await turn.trx
        .selectFrom('delivery')
        .select(['id', 'receiver'])
        .where('message', '=', row.id)
        .where('deletedAt', 'is', null)
        .execute()
      for (const each of sent) {
        await records.remove(turn, delivery, String(each['id']))
        turn.bells.add(`user:${String(each['receiver'])}`)
      }
    },
  },
})

export const inboxService: AnyService = defineService({
  record: inbox,
  effects: {
    async noteReading({ turn, row, records }) {
      const { id, readers } = await records.lock(turn, message, row.message)
      await records.patch(turn, message, id, { readers: (readers ?? 0) + 1 })
      turn.bells.add(`user:${row.receiver}`)
      turn.bells.add('record:delivery')
      return { readAt: turn.now }
    },
  },
})

interface Audience {
  readonly users: readonly string[]
  readonly roles: readonly string[]
  readonly regions: readonly string[]
}
/** Users named, users of the roles, and users who may see a station of the regions; never a disabled one, nobody twice. */
async function receiversOf(turn: Turn, { users, roles, regions }: Audience): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select u.id from auth_user u
    where u.org = ${turn.actor.org} and not u.disabled and (
      u.id = any(${[...users]}::text[])
      or exists (select from access_role r where r.id = any(${[...roles]}::text[]) and r.deleted_at is null
        and (r.code = u.role or u.id = any(r.members)))
      or exists (select from station s where s.region in (${regionsBelow(regions)})
        and s.org = u.org and s.deleted_at is null and (u.stations is null or s.id = any(u.stations))))
    order by u.id`.execute(turn.trx)
  return rows.map(({ id }) => id)
}
