import { type Cause, firstVerdict, type Verdict } from '@twin/models/reliability'
import type { Sql } from '../store/index.ts'

export interface Said {
  readonly verdict: Verdict
  readonly reason: string
  readonly by: string
  readonly at: number
}
export interface OutageRow {
  readonly id: number
  readonly from: number
  readonly to: number
  readonly cause: Cause
  readonly detail: string
  readonly node: string
  /** By its cause, before anybody looked at it. */
  readonly first: Verdict
  readonly verdict: Verdict
  /** What people said, newest first. */
  readonly said: Said[]
}

interface Stored {
  readonly id: number
  readonly from: number
  readonly to: number
  readonly cause: Cause
  readonly detail: string
  readonly node: string
  readonly said: Said[]
}
const row = (stored: Stored): OutageRow => {
  const first = firstVerdict(stored.cause)
  return { ...stored, first, verdict: stored.said[0]?.verdict ?? first }
}

/** Outages and what they count as. What was found is never changed; what people say of it is added. */
export class Verdicts {
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /** Newest first. */
  async list(page: number, size: number): Promise<{ rows: OutageRow[]; total: number }> {
    const sql = this.#sql
    const [count] = await sql<{ total: number }[]>`select count(*)::int as total from service_outage`
    const rows = await this.#select(null, size, (page - 1) * size)
    return { rows, total: count?.total ?? 0 }
  }

  async get(id: number): Promise<OutageRow | undefined> {
    return (await this.#select(id, 1, 0))[0]
  }

  /** Answers the outage as it was and as it is; undefined = there is none of this number. */
  async say(
    id: number,
    {
      verdict,
      reason,
      by,
    }: { readonly verdict: Verdict; readonly reason: string; readonly by: { readonly id: string; readonly name: string } },
  ): Promise<{ readonly before: OutageRow; readonly after: OutageRow } | undefined> {
    const before = await this.get(id)
    if (!before) return undefined
    await this.#sql`insert into service_outage_verdict (outage, verdict, reason, by_id, by_name, at)
      values (${id}, ${verdict}, ${reason}, ${by.id}, ${by.name}, (extract(epoch from clock_timestamp()) * 1000)::bigint)`
    const after = await this.get(id)
    return after && { before, after }
  }

  async #select(id: number | null, limit: number, offset: number): Promise<OutageRow[]> {
    const rows = await this.#sql<Stored[]>`select o.id, o.from_at as "from", o.to_at as "to", o.cause, o.detail, o.node,
        coalesce((select jsonb_agg(jsonb_build_object('verdict', v.verdict, 'reason', v.reason, 'by', v.by_name, 'at', v.at) order by v.id desc)
          from service_outage_verdict v where v.outage = o.id), '[]') as said
      from service_outage o where ${id}::bigint is null or o.id = ${id}::bigint order by o.from_at desc limit ${limit} offset ${offset}`
    return rows.map(row)
  }
}
