import { menuEntry, permittedHost, type PlatformName, type RowOf } from '@twin/models/records'
import { sql } from 'kysely'
import { z } from 'zod'
import { Refusal } from '../../http/api-error.ts'
import { checked } from '../../http/request-input.ts'
import { demand } from '../../records/access.ts'
import type { Records } from '../../records/engine.ts'
import { type Actor, type AnyService, defineService, type Turn } from '../../records/types.ts'
import { lockName } from '../../records/writer.ts'
import { allAudiences, allChannels } from './menu.ts'

/** The way back: if this entry could be disabled, nobody could enable it again. */
const keeper = 'record.menuEntry'
type Entry = RowOf<typeof menuEntry>

export const menuService: AnyService = defineService({
  record: menuEntry,
  async beforeSave({ turn, before, after }) {
    turn.bells.add('menu')
    // Two at once must not take the same path.
    await lockName(turn, `menu ${turn.actor.org}`)
    const parents = await ancestors(turn, after.parent)
    if (before && parents.includes(before.id))
      throw new Refusal('invalid', { field: 'parent', message: { zh: '不能移到自己之下', en: 'Cannot stand below itself' } })
    const parent =
      after.parent === null
        ? undefined
        : await turn.tables.selectFrom('menu_entry').selectAll().where('id', '=', after.parent).executeTakeFirst()
    const platforms: readonly PlatformName[] =
      after.platforms.length > 0 ? after.platforms : ((parent?.platforms as Entry['platforms']) ?? ['supervision'])
    const filled = {
      platforms,
      channels: after.channels.length > 0 ? after.channels : allChannels,
      audiences: !platforms.includes('mall') ? [] : after.audiences.length > 0 ? after.audiences : allAudiences,
    }
    await checkPath(turn, { ...after, ...filled })
    await checkHost(turn, after)
    if (before) await keep(turn, before, { ...after, ...filled })
    return filled
  },
  beforeRemove({ turn, row }) {
    if (row.builtIn)
      throw new Refusal('conflict', {
        code: 'built-in',
        message: { zh: '内置菜单不能删除，可停用', en: 'Built-in entries cannot be deleted, but disabled' },
      })
    turn.bells.add('menu')
    return Promise.resolve()
  },
})

export const permittedHostService: AnyService = defineService({
  record: permittedHost,
  async beforeSave({ before, after, turn }) {
    if (before && before.host !== after.host) await unused(turn, before.host)
  },
  async beforeRemove({ turn, row }) {
    await unused(turn, row.host)
  },
})

async function ancestors(turn: Turn, parent: string | null): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with recursive up as (select id, parent, 1 as depth from menu_entry where id = ${parent}
      union all select m.id, m.parent, up.depth + 1 from menu_entry m join up on m.id = up.parent where up.depth < 20)
    select id from up`.execute(turn.trx)
  return rows.map(({ id }) => id)
}

/** One page stands once in a menu: of the same platform, channel and, in the mall, audience. */
async function checkPath(turn: Turn, { id, path, platforms, channels, audiences }: Entry): Promise<void> {
  if (path === null) return
  const others = await turn.tables
    .selectFrom('menu_entry')
    .select(['name', 'platforms', 'channels', 'audiences'])
    .where('org', '=', turn.actor.org)
    .where('deletedAt', 'is', null)
    .where('path', '=', path)
    .$if(id !== undefined, (query) => query.where('id', '!=', id))
    .execute()
  const meets = (a: readonly string[], b: readonly string[]): boolean => a.some((each) => b.includes(each))
  const same = others.find((other) => {
    const both = platforms.filter((platform) => other.platforms.includes(platform))
    return meets(channels, other.channels) && both.some((platform) => platform !== 'mall' || meets(audiences, other.audiences))
  })
  if (same)
    throw new Refusal('conflict', {
      field: 'path',
      code: 'same-path',
      message: { zh: `此菜单已有该地址：${same.name}`, en: `This menu has that address already: ${same.name}` },
    })
}

async function checkHost(turn: Turn, { opens, url }: Entry): Promise<void> {
  if (opens !== 'link' || url === null) return
  const host = URL.canParse(url) ? new URL(url).host : ''
  const known = await turn.tables
    .selectFrom('permitted_host')
    .select('id')
    .where('org', '=', turn.actor.org)
    .where('deletedAt', 'is', null)
    .where('host', '=', host)
    .forShare()
    .executeTakeFirst()
  if (!known)
    throw new Refusal('invalid', {
      field: 'url',
      message: { zh: `不在允许的外部网址中：${host}`, en: `Not among the permitted hosts: ${host}` },
    })
}

async function unused(turn: Turn, host: string): Promise<void> {
  const links = await turn.tables
    .selectFrom('menu_entry')
    .select(['name', 'url'])
    .where('org', '=', turn.actor.org)
    .where('deletedAt', 'is', null)
    .where('opens', '=', 'link')
    .execute()
  const used = links.filter(({ url }) => url !== null && new URL(url).host === host).map(({ name }) => name)
  if (used.length > 0)
    throw new Refusal('conflict', {
      code: 'in-use',
      message: { zh: `仍有菜单指向它：${used.join('、')}`, en: `Menu entries lead to it: ${used.join(', ')}` },
    })
}

/** The menus themselves, and what they stand under, stay reachable in the supervision console. */
async function keep(turn: Turn, before: Entry, after: Entry): Promise<void> {
  const closed = after.concealed || !after.platforms.includes('supervision') || !after.channels.includes('web')
  if (!closed) return
  const kept = await turn.tables
    .selectFrom('menu_entry')
    .select(['id', 'parent'])
    .where('code', '=', keeper)
    .where('org', '=', turn.actor.org)
    .executeTakeFirst()
  const line = kept ? [kept.id, ...(await ancestors(turn, kept.parent))] : []
  if (line.includes(before.id))
    throw new Refusal('conflict', {
      field: after.concealed ? 'concealed' : 'platforms',
      code: 'keeper',
      message: { zh: '菜单管理不能停用或移走', en: 'Menu management can be neither disabled nor taken away' },
    })
}

const placing = z.strictObject({
  id: z.string(),
  parent: z.string().nullable(),
  /** The sibling that follows it; null: it is the last. */
  before: z.string().nullable(),
})

/** Puts an entry below a parent and before a sibling; the stored order numbers of the siblings follow. */
export async function placeEntry(records: Records, body: unknown, actor: Actor): Promise<{ readonly ok: true }> {
  demand(actor, menuEntry, menuEntry.actions.edit)
  const { id, parent, before } = checked(placing, body, 'body')
  await records.run(actor, async (turn) => {
    await lockName(turn, `menu ${actor.org}`)
    const row = await records.writer.lock(turn, menuEntry, id)
    if ((await ancestors(turn, parent)).includes(id))
      throw new Refusal('invalid', { field: 'parent', message: { zh: '不能移到自己之下', en: 'Cannot stand below itself' } })
    const siblings = await turn.tables
      .selectFrom('menu_entry')
      .select(['id', 'position'])
      .where('org', '=', actor.org)
      .where('deletedAt', 'is', null)
      .where(sql<boolean>`parent is not distinct from ${parent}`)
      .where('id', '!=', id)
      .orderBy('position')
      .orderBy('id')
      .execute()
    const at = before === null ? siblings.length : siblings.findIndex((each) => each.id === before)
    if (at < 0)
      throw new Refusal('invalid', { field: 'before', message: { zh: '不在同一上级之下', en: 'It does not stand below that parent' } })
    const order = [...siblings.slice(0, at), row, ...siblings.slice(at)]
    for (const [i, each] of order.entries()) {
      const position = (i + 1) * 10
      if (each.id === id) await records.writer.patch(turn, menuEntry, id, { parent, position })
      else if (Number(each.position) !== position) await records.writer.patch(turn, menuEntry, each.id, { position })
    }
    turn.bells.add('menu')
  })
  return { ok: true }
}
