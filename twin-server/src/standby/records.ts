import { sql as query } from 'kysely'
import type { Db, Sql } from '../store/index.ts'
import type { Order } from './site-file.ts'

/** Which site serves, as the database has it. Times are epoch ms. */
export interface SiteRow {
  readonly site: string
  readonly name: string
  readonly address: string
  readonly epoch: number
  readonly policy: 'go-on' | 'wait'
  /** Every acknowledged change is on both sites. */
  readonly protected: boolean
  /** Since when that holds, or does not. */
  readonly since: number
}

export interface SwitchOver {
  readonly id: string
  readonly kind: 'site' | 'network'
  readonly planned: boolean
  readonly drill: boolean
  readonly reason: string
  readonly orderedBy: string
  readonly from: string
  readonly to: string
  readonly epoch: number
  readonly orderedAt: number
  /** The old place had stopped; null: it was not asked. */
  readonly stoppedAt: number | null
  readonly promotedAt: number | null
  readonly readyAt: number | null
  readonly signInAt: number | null
  readonly signIn: string | null
  readonly liveAt: number | null
  readonly live: string | null
  readonly orderAt: number | null
  readonly firstOrder: string | null
  /** All that was acknowledged is here for certain. */
  readonly complete: boolean
  /** What was acknowledged from then on may be missing; null: nothing. */
  readonly missingFrom: number | null
}

/** A new installation has no tables until its server migrated, and a copy of an older one has not these. */
async function hasTables(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ there: boolean }[]>`select to_regclass('public.tw_site') is not null as there`
  return row?.there ?? false
}

export async function siteRow(sql: Sql): Promise<SiteRow | null> {
  if (!(await hasTables(sql))) return null
  const [row] = await sql<SiteRow[]>`select site, name, address, epoch, policy, protected, since from tw_site`
  return row ?? null
}

/** False when there is no such table yet. */
export async function writeSiteRow(sql: Sql, row: Omit<SiteRow, 'since'>): Promise<boolean> {
  if (!(await hasTables(sql))) return false
  await sql.begin(async (tx) => {
    // Says whether the standby is there, so it must not wait for it.
    await tx`set local synchronous_commit = local`
    await tx`insert into tw_site as t (site, name, address, epoch, policy, protected, since)
      values (${row.site}, ${row.name}, ${row.address}, ${row.epoch}, ${row.policy}, ${row.protected}, now())
      on conflict (org) do update set site = excluded.site, name = excluded.name, address = excluded.address, epoch = excluded.epoch,
        policy = excluded.policy, protected = excluded.protected,
        since = case when t.protected = excluded.protected and t.site = excluded.site then t.since else now() end`
  })
  return true
}

export interface Move {
  readonly from: string
  readonly to: string
  readonly epoch: number
  readonly planned: boolean
  readonly stoppedAt: number | null
  readonly promotedAt: number | null
  readonly complete: boolean
  readonly missingFrom: number | null
}

export async function beginRecord(sql: Sql, order: Order, move: Move): Promise<void> {
  await sql`insert into switch_over (id, kind, planned, drill, reason, ordered_by, ordered_name, from_place, to_place, epoch, ordered_at,
      stopped_at, promoted_at, complete, missing_from)
    values (${order.id}, ${order.kind}, ${move.planned}, ${order.drill}, ${order.reason}, ${order.by.id}, ${order.by.name}, ${move.from},
      ${move.to}, ${move.epoch}, ${order.at}::timestamptz, ${move.stoppedAt}::timestamptz, ${move.promotedAt}::timestamptz, ${move.complete},
      ${move.missingFrom}::timestamptz)
    on conflict (id) do nothing`
}

/** The old site came back and said since when it had acknowledged alone (epoch ms), or that it never had. */
export async function settleLoss(sql: Sql, id: string, aloneSince: number | null): Promise<void> {
  await sql`update switch_over set complete = ${aloneSince === null}, missing_from = ${aloneSince}::timestamptz where id = ${id}`
}

const columns = query.raw(`id, kind, planned, drill, reason, ordered_name as "orderedBy", from_place as "from", to_place as "to", epoch,
  ordered_at as "orderedAt", stopped_at as "stoppedAt", promoted_at as "promotedAt", ready_at as "readyAt", sign_in_at as "signInAt",
  sign_in as "signIn", live_at as "liveAt", live, order_at as "orderAt", first_order as "firstOrder", complete, missing_from as "missingFrom"`)

export async function switchOvers(db: Db): Promise<readonly SwitchOver[]> {
  const { rows } = await query<SwitchOver>`select ${columns} from switch_over order by ordered_at desc limit 100`.execute(db)
  return rows
}

export async function switchOver(db: Db, id: string): Promise<SwitchOver | null> {
  const { rows } = await query<SwitchOver>`select ${columns} from switch_over where id = ${id}`.execute(db)
  return rows[0] ?? null
}

/** 30 min from order to service: clause 8.3.3. */
export const LIMIT_MS = 30 * 60_000

export interface Outcome {
  /** When sign-in, live data and orders all had worked once. */
  readonly servedAt: number | null
  readonly durationMs: number | null
  readonly passed: boolean | null
}

/** null: not there yet, and the time is not over. */
export function outcomeOf(move: SwitchOver, now: number): Outcome {
  const { orderedAt, signInAt, liveAt, orderAt } = move
  const servedAt = signInAt === null || liveAt === null || orderAt === null ? null : Math.max(signInAt, liveAt, orderAt)
  const durationMs = servedAt === null ? null : servedAt - orderedAt
  return { servedAt, durationMs, passed: durationMs === null ? (now - orderedAt > LIMIT_MS ? false : null) : durationMs <= LIMIT_MS }
}
