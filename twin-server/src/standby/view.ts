import { openKysely } from '../store/index.ts'
import { outcomeOf, type Outcome, siteRow, type SiteRow, type SwitchOver, switchOvers } from './records.ts'
import type { SiteSettings } from './settings.ts'
import type { Site } from './site.ts'

export interface SiteView {
  readonly at: number
  readonly name: string
  readonly role: string
  readonly epoch: number
  /** Where people find the service now; null: nobody knows. */
  readonly servedAt: string | null
  readonly networks: readonly { readonly url: string; readonly serves: boolean }[]
  readonly peer: {
    readonly url: string
    readonly name: string | null
    readonly role: string | null
    readonly heardAt: number | null
  } | null
  readonly protection: object | null
  readonly receiving: object | null
  readonly known: SiteRow | null
  readonly copying: object | null
  readonly step: string | null
  readonly order: object | null
  readonly problem: string | null
  readonly moves: readonly (SwitchOver & Outcome)[]
}

/** What the page of a site shows: nothing secret, for it is shown without sign-in. */
export async function viewOf(site: Site, settings: SiteSettings): Promise<SiteView> {
  const now = Date.now()
  const { sql } = site
  const known = sql ? await siteRow(sql).catch(() => null) : null
  const moves = known && sql ? await switchOvers(openKysely(sql)).catch(() => []) : []
  return {
    at: now,
    name: settings.name,
    role: site.role,
    epoch: site.file.epoch,
    servedAt: site.servedAt,
    networks: settings.networks.map(({ url }, i) => ({ url, serves: site.role === 'serving' && i === site.file.network })),
    peer:
      settings.peerUrl === null
        ? null
        : { url: settings.peerUrl, name: site.peer?.name ?? null, role: site.peer?.role ?? null, heardAt: site.peerAt },
    protection: site.protection,
    receiving: site.receiving,
    known,
    copying: site.copying,
    step: site.step,
    order: site.order && { id: site.order.id, kind: site.order.kind, at: site.order.at, drill: site.order.drill },
    problem: site.problem,
    moves: moves.map((move) => ({ ...move, ...outcomeOf(move, now) })),
  }
}
