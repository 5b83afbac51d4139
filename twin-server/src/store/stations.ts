import { isDeepStrictEqual } from 'node:util'
import { device as deviceRecord, rowWords, station as stationRecord } from '@twin/models/records'
import type { StationConfig } from '@twin/models/stations'
import type { Sql, Tx } from './connection.ts'
import { type DeviceRow, deviceRowOf, stationOf, type StationRow, stationRowOf } from './station-rows.ts'
import { clean, json } from './text.ts'

export interface StationStore {
  /** Stations in service, by id, with their devices in service in order; all, or those wanted. */
  list(wanted?: (id: string) => boolean): Promise<readonly StationConfig[]>
  get(id: string): Promise<StationConfig | undefined>
  /** Creates or replaces; devices no longer named are retired. Throws if a device belongs to another station. */
  save(config: StationConfig): Promise<void>
  /** Replaces what `make` answers of the station as it is stored, under its lock; undefined = no such station. */
  change(id: string, make: (config: StationConfig) => StationConfig): Promise<StationConfig | undefined>
  /** Takes a station and its devices out of service; history stays. */
  retire(id: string): Promise<void>
}

type Row = StationRow & { readonly devices: readonly DeviceRow[] }

export function openStations(sql: Sql): StationStore {
  const read = async (ids: readonly string[] | null, from: Tx | Sql = sql): Promise<StationConfig[]> => {
    const rows = await from<Row[]>`
      select s.id, s.org, s.code, s.name, s.name_en as "nameEn", s.kind, s.region, s.address, s.manager, s.site, s.time_zone as "timeZone",
        s.config, coalesce(d.devices, '[]'::jsonb) as devices
      from station s
      left join lateral (
        select jsonb_agg(jsonb_build_object('id', id, 'kind', kind, 'variants', variants, 'code', code, 'name', name, 'ratedPower', rated_power,
          'ratedFlow', rated_flow, 'ratedPressure', rated_pressure, 'volume', volume, 'gateway', gateway, 'unitGroup', unit_group,
          'customer', customer, 'config', config) order by ord, created_at, code, id) as devices
        from device where station = s.id and deleted_at is null and state = 'active') d on true
      where s.deleted_at is null and (${ids === null} or s.id = any(${ids === null ? [] : [...ids]}::text[])) order by s.id`
    return rows.map(({ devices, ...row }) => stationOf(row, devices))
  }
  return {
    async list(wanted) {
      if (!wanted) return read(null)
      // Configurations are long, ids are not.
      const all = await sql<{ id: string }[]>`select id from station where deleted_at is null`
      const ids = all.map(({ id }) => id).filter(wanted)
      return ids.length > 0 ? read(ids) : []
    },
    async get(id) {
      const [found] = await read([id])
      return found
    },
    save: (config) => sql.begin((tx) => save(tx, config, undefined)),
    change: (id, make) =>
      sql.begin(async (tx) => {
        await tx`select 1 from station where id = ${id} for update`
        const [present] = await read([id], tx)
        if (!present) return undefined
        const next = make(present)
        await save(tx, next, present)
        return next
      }),
    async retire(id) {
      await sql.begin(async (tx) => {
        await tx`update station set deleted_at = now(), updated_at = now(), version = version + 1 where id = ${id} and deleted_at is null`
        await tx`update device set deleted_at = now(), updated_at = now(), version = version + 1 where station = ${id} and deleted_at is null`
        await tx`delete from timer where station = ${id}`
      })
    },
  }
}

/** Devices that are as in `present` are not touched, so that somebody at work on one of them is not waited for. */
async function save(tx: Tx, station: StationConfig, present: StationConfig | undefined): Promise<void> {
  const row = cleaned(stationRowOf(station))
  const same = new Map((present?.devices ?? []).map((device, ord) => [device.id, { device, ord }]))
  const rows = station.devices.flatMap((device, ord) => {
    const before = same.get(device.id)
    return before?.ord === ord && isDeepStrictEqual(before.device, device) ? [] : [{ ...cleaned(deviceRowOf(device)), ord }]
  })
  const all = station.devices.map(({ id }) => id)
  const ids = rows.map(({ id }) => id)
  const known = new Set(all)
  const list = <K extends keyof DeviceRow>(key: K): DeviceRow[K][] => rows.map((device) => device[key])
  await tx`insert into station (id, org, code, name, name_en, kind, region, address, manager, site, time_zone, config, state, search,
      created_at, updated_at)
    values (${row.id}, ${row.org}, ${row.code}, ${row.name}, ${row.nameEn}, ${row.kind}, ${row.region}, ${row.address}, ${row.manager},
      ${row.site === null ? null : json(row.site)}::text::jsonb, ${row.timeZone}, ${json(row.config)}::text::jsonb, 'operating',
      array_to_tsvector(${rowWords(stationRecord, { ...row })}::text[]), now(), now())
    on conflict (id) do update set org = excluded.org, code = excluded.code, name = excluded.name, name_en = excluded.name_en,
      kind = excluded.kind, region = excluded.region, address = excluded.address, manager = excluded.manager, site = excluded.site,
      time_zone = excluded.time_zone, config = excluded.config, search = excluded.search, deleted_at = null,
      updated_at = excluded.updated_at, version = station.version + case when
        (station.code, station.name, station.name_en, station.kind, station.region, station.address, station.manager, station.site,
          station.deleted_at) is distinct from
        (excluded.code, excluded.name, excluded.name_en, excluded.kind, excluded.region, excluded.address, excluded.manager,
          excluded.site, null::timestamptz) then 1 else 0 end`
  const [foreign] = await tx<{ id: string; station: string }[]>`
    select id, station from device where id = any(${ids}::text[]) and station <> ${row.id} and deleted_at is null limit 1`
  if (foreign) throw new Error(`device ${foreign.id} belongs to station ${foreign.station}`)
  // Before the others come: a code that goes may be taken at once.
  await tx`update device set deleted_at = now(), updated_at = now(), version = version + 1
    where station = ${row.id} and not (id = any(${all}::text[])) and deleted_at is null and (state = 'active' or code = any(${list('code')}::text[]))`
  await tx`insert into device as d (id, org, station, kind, variants, code, name, rated_power, rated_flow, rated_pressure, volume, gateway,
      unit_group, customer, config, points, ord, state, search, created_at, updated_at)
    select x.id, ${row.org}, ${row.id}, x.kind, string_to_array(x.variants, '+'), x.code, x.name, x.power, x.flow, x.pressure, x.volume,
      x.gateway, x.unit_group, x.customer, x.config::jsonb, '[]', x.ord, 'active', array_to_tsvector(string_to_array(x.words, ${'\n'})),
      now(), now()
    from unnest(${ids}::text[], ${list('kind')}::text[], ${list('variants').map((names) => names.join('+'))}::text[],
      ${list('code')}::text[], ${list('name')}::text[], ${list('ratedPower')}::float8[], ${list('ratedFlow')}::float8[],
      ${list('ratedPressure')}::float8[], ${list('volume')}::float8[],
      ${list('gateway').map((id) => (id !== null && known.has(id) ? id : null))}::text[], ${list('unitGroup')}::text[],
      ${list('customer')}::text[], ${rows.map(({ config }) => json(config))}::text[], ${rows.map(({ ord }) => ord)}::int[],
      ${rows.map((device) => rowWords(deviceRecord, { ...device }).join('\n'))}::text[])
      as x(id, kind, variants, code, name, power, flow, pressure, volume, gateway, unit_group, customer, config, ord, words)
    on conflict (id) do update set org = excluded.org, station = excluded.station, kind = excluded.kind, variants = excluded.variants,
      code = excluded.code, name = excluded.name, rated_power = excluded.rated_power, rated_flow = excluded.rated_flow,
      rated_pressure = excluded.rated_pressure, volume = excluded.volume, gateway = excluded.gateway, unit_group = excluded.unit_group,
      customer = excluded.customer, config = excluded.config, ord = excluded.ord, search = excluded.search, state = 'active',
      deleted_at = null, updated_at = excluded.updated_at, version = d.version + 1
    where (d.station, d.kind, d.variants, d.code, d.name, d.rated_power, d.rated_flow, d.rated_pressure, d.volume, d.gateway, d.unit_group,
        d.customer, d.config, d.ord, d.state, d.deleted_at) is distinct from
      (excluded.station, excluded.kind, excluded.variants, excluded.code, excluded.name, excluded.rated_power, excluded.rated_flow,
        excluded.rated_pressure, excluded.volume, excluded.gateway, excluded.unit_group, excluded.customer, excluded.config, excluded.ord,
        'active', null::timestamptz)`
}

/** Texts as Postgres takes them; what is nested is cleaned where it becomes JSON. */
function cleaned<R extends object>(row: R): R {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, typeof value === 'string' ? clean(value) : value])) as R
}
