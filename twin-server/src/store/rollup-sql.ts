import { type Tx, rawSql } from './connection.ts'

/** Qualities that were measured: good, uncertain, substituted. Stale and bad values count nowhere. */
const measured = `octet_length(s.quality) >= i then case when get_byte(s.quality, i::int - 1) in (0, 1, 4) then v end`

/** Aggregates of one slot over raw values; `v` is null where nothing was measured. */
const fromRaw = `
  count(v)::int as n, coalesce(min(v), 'NaN') as vmin, coalesce(max(v), 'NaN') as vmax, coalesce(sum(v), 'NaN') as vsum,
  coalesce((array_agg(v order by s.at, s.seq) filter (where v is not null))[1], 'NaN') as vfirst,
  coalesce((array_agg(v order by s.at desc, s.seq desc) filter (where v is not null))[1], 'NaN') as vlast`

/** The same over finer buckets. */
const fromBuckets = `
  coalesce(sum(u.n), 0)::int as n, coalesce(min(u.vmin) filter (where u.n > 0), 'NaN') as vmin,
  coalesce(max(u.vmax) filter (where u.n > 0), 'NaN') as vmax, coalesce(sum(u.vsum) filter (where u.n > 0), 'NaN') as vsum,
  coalesce((array_agg(u.vfirst order by r.bucket) filter (where u.n > 0))[1], 'NaN') as vfirst,
  coalesce((array_agg(u.vlast order by r.bucket desc) filter (where u.n > 0))[1], 'NaN') as vlast`

const slots = `array_agg(n order by i) as n, array_agg(vmin order by i) as vmin, array_agg(vmax order by i) as vmax,
  array_agg(vsum order by i) as vsum, array_agg(vfirst order by i) as vfirst, array_agg(vlast order by i) as vlast`
const columns = 'device, bucket, last_at, n, vmin, vmax, vsum, vfirst, vlast'
const upsert = `on conflict (device, bucket) do update set last_at = excluded.last_at, n = excluded.n, vmin = excluded.vmin, vmax = excluded.vmax,
  vsum = excluded.vsum, vfirst = excluded.vfirst, vlast = excluded.vlast`

/** Minutes as (device, bucket start) pairs recomputed from raw rows. Bounds in the text let the planner leave out other days. */
export function recomputeMinutes(tx: Tx, org: string, devices: readonly string[], buckets: readonly number[]): Promise<unknown> {
  const from = Math.min(...buckets)
  const to = Math.max(...buckets) + 60_000
  return tx`
    with d as (select * from unnest(${[...devices]}::text[], ${[...buckets]}::timestamptz[]) as x(device, bucket)),
    slot as (
      select d.device, d.bucket, u.i, max(s.at) as last_at, ${rawSql(fromRaw)}
      from d
      join sample s on s.device = d.device and s.at >= d.bucket and s.at < d.bucket + interval '1 minute'
        and s.at >= ${rawSql(literal(from))} and s.at < ${rawSql(literal(to))}
      cross join lateral (
        select i, case when v <> 'NaN' and ${rawSql(measured)} end as v from unnest(s."values") with ordinality as u(v, i)) u
      group by d.device, d.bucket, u.i)
    insert into rollup_1m (org, ${rawSql(columns)})
    select ${org}, device, bucket, max(last_at), ${rawSql(slots)} from slot group by device, bucket ${rawSql(upsert)}`
}

/** Hours from their minutes. */
export function recomputeHours(tx: Tx, org: string, devices: readonly string[], buckets: readonly number[]): Promise<unknown> {
  const from = Math.min(...buckets)
  const to = Math.max(...buckets) + 3_600_000
  return tx`
    with d as (
      select device, bucket, bucket + interval '1 hour' as till from unnest(${[...devices]}::text[], ${[...buckets]}::timestamptz[]) as x(device, bucket))
    ${rawSql(coarser('rollup_1m', `and r.bucket >= ${literal(from)} and r.bucket < ${literal(to)}`))}
    insert into rollup_1h (org, ${rawSql(columns)})
    select ${org}, device, bucket, max(last_at), ${rawSql(slots)} from slot group by device, bucket ${rawSql(upsert)}`
}

/** Days of the station's zone from their hours. `buckets` are starts of local days. */
export function recomputeDays(tx: Tx, org: string, devices: readonly string[], buckets: readonly number[]): Promise<unknown> {
  return tx`
    with d as (
      select x.device, x.bucket,
        ((x.bucket at time zone coalesce(s.time_zone, 'Asia/Shanghai')) + interval '1 day') at time zone coalesce(s.time_zone, 'Asia/Shanghai') as till
      from unnest(${[...devices]}::text[], ${[...buckets]}::timestamptz[]) as x(device, bucket)
      left join device v on v.id = x.device left join station s on s.id = v.station)
    ${rawSql(coarser('rollup_1h', ''))}
    insert into rollup_1d (org, ${rawSql(columns)})
    select ${org}, device, bucket, max(last_at), ${rawSql(slots)} from slot group by device, bucket ${rawSql(upsert)}`
}

function coarser(table: 'rollup_1m' | 'rollup_1h', bounds: string): string {
  return `, slot as (
      select d.device, d.bucket, u.i, max(r.last_at) as last_at, ${fromBuckets}
      from d
      join ${table} r on r.device = d.device and r.bucket >= d.bucket and r.bucket < d.till ${bounds}
      cross join lateral unnest(r.n, r.vmin, r.vmax, r.vsum, r.vfirst, r.vlast) with ordinality as u(n, vmin, vmax, vsum, vfirst, vlast, i)
      group by d.device, d.bucket, u.i)`
}

const literal = (ms: number): string => `'${new Date(ms).toISOString()}'::timestamptz`
