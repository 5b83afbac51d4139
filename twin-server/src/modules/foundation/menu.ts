import {
  type AudienceName,
  audiences,
  type ChannelName,
  channels,
  type MenuSeed,
  menuEntry,
  menuSeeds,
  type PlatformName,
  platformNames,
} from '@twin/models/records'
import { sql } from 'kysely'
import { Refusal } from '../../http/api-error.ts'
import type { Gate } from '../../http/index.ts'
import { installation, type Records } from '../../records/engine.ts'
import type { Principal } from '../../security/index.ts'

export interface MenuNode {
  readonly code: string
  readonly name: string
  readonly nameEn: string
  readonly opens: 'page' | 'screen' | 'link'
  /** Page of the console; null for groups and outside links. */
  readonly path: string | null
  readonly url: string | null
  readonly children: readonly MenuNode[]
}
export interface MenuAnswer {
  readonly platform: PlatformName
  /** Platforms in which this person has something to do. */
  readonly platforms: readonly PlatformName[]
  readonly menu: readonly MenuNode[]
  /** Pages open to him in any platform of this channel. */
  readonly open: readonly string[]
}
interface Entry {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly nameEn: string
  readonly parent: string | null
  readonly position: number
  readonly platforms: readonly PlatformName[]
  readonly channels: readonly ChannelName[]
  readonly audiences: readonly AudienceName[]
  readonly opens: MenuNode['opens']
  readonly path: string | null
  readonly url: string | null
  readonly api: string | null
  readonly permission: string | null
  readonly concealed: boolean
}

export interface Menu {
  /** What a person sees of a platform; without one, or one that is not his, his first. */
  tree(principal: Principal, platform: string | undefined, channel: string | undefined): MenuAnswer
  readonly gate: Gate
  /** Reads the entries anew. */
  reload(): Promise<void>
}

/** The menus in memory: asked at every request, read again when they ring. */
export async function openMenu(engine: Records, org: string, closed: (path: string) => boolean): Promise<Menu> {
  let entries: readonly Entry[] = []
  let byId = new Map<string, Entry>()
  const reload = async (): Promise<void> => {
    entries = (await engine.db
      .selectFrom('menuEntry')
      .select(['id', 'code', 'name', 'nameEn', 'parent', 'position', 'platforms', 'channels', 'audiences', 'opens', 'path', 'url', 'api'])
      .select(['permission', 'concealed'])
      .where('org', '=', org)
      .where('deletedAt', 'is', null)
      .orderBy('position')
      .orderBy('id')
      .execute()) as unknown as Entry[]
    byId = new Map(entries.map((entry) => [entry.id, entry]))
  }
  await reload()

  /** Whether an entry stands in a platform for this person, by whose account it is: merchants and members have the mall alone. */
  const placed = (entry: Entry, principal: Principal, platform: PlatformName): boolean =>
    entry.platforms.includes(platform) &&
    (platform === 'mall' ? entry.audiences.includes(audienceOf(principal)) : audienceOf(principal) === 'operator')
  /** Neither it nor what it stands under is disabled or closed to him. */
  function open(entry: Entry, principal: Principal, depth = 0): boolean {
    if (
      entry.concealed ||
      closed(entry.api ?? entry.path ?? '') ||
      (entry.permission !== null && !principal.permissions.has(entry.permission))
    )
      return false
    const parent = entry.parent === null ? undefined : byId.get(entry.parent)
    return !parent || depth > 20 || open(parent, principal, depth + 1)
  }
  const openIn = (entry: Entry, principal: Principal): boolean =>
    platformNames.some((platform) => placed(entry, principal, platform)) && open(entry, principal)

  function children(principal: Principal, platform: PlatformName, channel: ChannelName): readonly MenuNode[] {
    const shown = entries.filter(
      (entry) => entry.channels.includes(channel) && placed(entry, principal, platform) && open(entry, principal),
    )
    const below = (parent: string | null, depth: number): MenuNode[] =>
      depth > 10
        ? []
        : shown
            .filter((entry) => entry.parent === parent)
            .map(({ id, code, name, nameEn, opens, path, url }) => ({
              code,
              name,
              nameEn,
              opens,
              path,
              url,
              children: below(id, depth + 1),
            }))
            .filter((node) => node.path !== null || node.url !== null || node.children.length > 0)
    return below(null, 0)
  }
  /** What all platforms share makes none of them his. */
  function platformsFor(principal: Principal, channel: ChannelName): readonly PlatformName[] {
    const his = entries.filter(
      (entry) =>
        (entry.path !== null || entry.url !== null) &&
        entry.channels.includes(channel) &&
        (audienceOf(principal) !== 'operator' || entry.platforms.length < platformNames.length) &&
        open(entry, principal),
    )
    const found = platformNames.filter((platform) => his.some((entry) => placed(entry, principal, platform)))
    return found.length > 0 ? found : [audienceOf(principal) === 'operator' ? 'supervision' : 'mall']
  }
  return {
    reload,
    tree(principal, asked, through) {
      const channel: ChannelName = through !== undefined && Object.hasOwn(channels, through) ? (through as ChannelName) : 'web'
      const mine = platformsFor(principal, channel)
      const platform = mine.find((each) => each === asked) ?? mine[0] ?? 'supervision'
      const reached = entries.filter((entry) => entry.channels.includes(channel) && openIn(entry, principal))
      return {
        platform,
        platforms: mine,
        menu: children(principal, platform, channel),
        open: [...new Set(reached.flatMap(({ path }) => (path === null ? [] : [path])))],
      }
    },
    gate(principal, path) {
      const covering = entries.filter(({ api }) => api !== null && (path === api || path.startsWith(`${api}/`)))
      const longest = Math.max(0, ...covering.map(({ api }) => api?.length ?? 0))
      const nearest = covering.filter(({ api }) => api?.length === longest)
      if (nearest.length > 0 && !nearest.some((entry) => openIn(entry, principal)))
        throw new Refusal('not-permitted', { code: 'menu-closed' })
    },
  }
}

const audienceOf = ({ kind }: Principal): AudienceName => (kind === 'merchant' || kind === 'member' ? kind : 'operator')

/** Adds the entries that this version knows and the database does not; people's changes stay. */
export async function seedMenu(engine: Records, org: string): Promise<void> {
  await engine.run(installation(org), async (turn) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('seed menu', 0))`.execute(turn.trx)
    const known = await turn.trx.selectFrom('menuEntry').select(['id', 'code']).where('org', '=', org).execute()
    const ids = new Map(known.map((row) => [String(row['code']), String(row['id'])]))
    for (const [i, seed] of menuSeeds().entries()) {
      if (ids.has(seed.code)) continue
      const row = await engine.writer.create(turn, menuEntry, valuesOf(seed, i, ids))
      ids.set(seed.code, row.id)
    }
  })
}
const valuesOf = (seed: MenuSeed, i: number, ids: ReadonlyMap<string, string>) => ({
  ...seed,
  channels: allChannels,
  parent: seed.parent === null ? null : (ids.get(seed.parent) ?? null),
  position: (i + 1) * 10,
  builtIn: true,
})
export const allChannels = Object.keys(channels) as readonly ChannelName[]
export const allAudiences = Object.keys(audiences) as readonly AudienceName[]
