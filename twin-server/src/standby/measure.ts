import { setTimeout as delay } from 'node:timers/promises'
import type { Sql } from '../store/index.ts'

export interface Marks {
  readonly signIn: number
  readonly live: number
  readonly command: number
  readonly workOrder: number
  readonly gasOrder: number
}

const LOOK_MS = 500
const GIVE_UP_MS = 24 * 3_600_000

/**
 * The newest of each before the new place serves, and not before the order (epoch ms): what is newer happened there, whatever the clock of
 * the old one said.
 */
export async function marksNow(sql: Sql, floor: number): Promise<Marks> {
  const [row] = await sql<Marks[]>`
    select (select max(at) from audit_log where kind = 'sign-in') as "signIn", (select max(updated_at) from device_cursor) as live,
      (select max(issued_at) from command) as command, (select max(created_at) from work_order) as "workOrder",
      (select max(created_at) from gas_order) as "gasOrder"`
  const after = (at: number | undefined): number => Math.max(at ?? 0, floor)
  return {
    signIn: after(row?.signIn),
    live: after(row?.live),
    command: after(row?.command),
    workOrder: after(row?.workOrder),
    gasOrder: after(row?.gasOrder),
  }
}

interface First {
  readonly at: number
  readonly what: string
}

/**
 * Finds the first sign-in, the first value of a device and the first order (a command, a work order or a gas order) after the marks, by the
 * times the server itself gave them, and writes them into the record.
 */
export async function measure(sql: Sql, id: string, marks: Marks, signal: AbortSignal): Promise<void> {
  const until = performance.now() + GIVE_UP_MS
  while (!signal.aborted && performance.now() < until) {
    const [open] = await sql<{ signIn: boolean; live: boolean; order: boolean }[]>`
      select sign_in_at is null as "signIn", live_at is null as live, order_at is null as "order" from switch_over where id = ${id}`
    if (!open || (!open.signIn && !open.live && !open.order)) return
    if (open.signIn) {
      const [first] = await sql<First[]>`select at, user_name as what from audit_log
        where kind = 'sign-in' and result = 'ok' and at > ${marks.signIn}::timestamptz order by at limit 1`
      if (first) await sql`update switch_over set sign_in_at = ${first.at}, sign_in = ${first.what} where id = ${id}`
    }
    if (open.live) {
      const [first] = await sql<
        First[]
      >`select s.received as at, coalesce(d.name, s.device) as what from sample s left join device d on d.id = s.device
        where s.received > ${marks.live}::timestamptz and s.origin = 0 order by s.received limit 1`
      if (first) await sql`update switch_over set live_at = ${first.at}, live = ${first.what} where id = ${id}`
    }
    if (open.order) {
      const [first] = await sql<First[]>`
        select issued_at as at, 'command ' || id as what from command where issued_at > ${marks.command}::timestamptz
        union all select created_at, 'workOrder ' || number from work_order where created_at > ${marks.workOrder}::timestamptz
        union all select created_at, 'gasOrder ' || document from gas_order where created_at > ${marks.gasOrder}::timestamptz
        order by at limit 1`
      if (first) await sql`update switch_over set order_at = ${first.at}, first_order = ${first.what} where id = ${id}`
    }
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined)
  }
}
