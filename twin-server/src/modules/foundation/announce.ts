import { message } from '@twin/models/records'
import type { Turn, Writer } from '../../records/types.ts'
import { lockName } from '../../records/writer.ts'

export interface Announcement {
  readonly title: string
  readonly body: string
  readonly users?: readonly string[]
  readonly roles?: readonly string[]
  /** What it is about: of the same occasion people hear once, however often it is announced. Absent = every time. */
  readonly occasion?: string
}

/** A message of the installation itself, delivered at once. False when nobody would get it or it was announced before. */
export async function announce(turn: Turn, records: Writer, announcement: Announcement): Promise<boolean> {
  const { title, body, users = [], roles = [], occasion = null } = announcement
  if (users.length + roles.length === 0) return false
  if (occasion !== null) {
    await lockName(turn, `announce ${turn.actor.org} ${occasion}`)
    // Also one that was deleted since has been heard of.
    const known = await turn.trx
      .selectFrom('message')
      .select('id')
      .where('org', '=', turn.actor.org)
      .where('occasion', '=', occasion)
      .executeTakeFirst()
    if (known) return false
  }
  const { id } = await records.create(turn, message, { title: title.slice(0, 120), body, users: [...users], roles: [...roles], occasion })
  await records.transit(turn, message, id, 'publish')
  return true
}
