import type { DeviceConfig, StationConfig } from '@twin/models/stations'
import type { Sql } from './connection.ts'
import { json } from './text.ts'

export interface StationStore {
  /** Stations in service, by id, with their devices in order. */
  list(): Promise<readonly StationConfig[]>
  get(id: string): Promise<StationConfig | undefined>
  /** Creates or replaces; devices no longer named are retired. Throws if a device belongs to another station. */
  save(config: StationConfig): Promise<void>
  /** Takes a station and its devices out of service; history stays. */
  retire(id: string): Promise<void>
}

interface Row {
  readonly config: Omit<StationConfig, 'devices'>
  readonly devices: readonly DeviceConfig[]
}

export function openStations(sql: Sql): StationStore {
  const read = async (id: string | null): Promise<StationConfig[]> => {
    const rows = await sql<Row[]>`
      select s.config, coalesce(d.devices, '[]'::jsonb) as devices
      from station s
      left join lateral (
        select jsonb_agg(config order by ord) as devices from device where station = s.id and retired_at is null) d on true
      where s.retired_at is null and (${id}::text is null or s.id = ${id}) order by s.id`
    return rows.map((row) => ({ ...row.config, devices: row.devices }))
  }
  return {
    list: () => read(null),
    async get(id) {
      const [found] = await read(id)
      return found
    },
    save: (config) => save(sql, config),
    async retire(id) {
      await sql.begin(async (tx) => {
        await tx`update station set retired_at = now(), updated_at = now() where id = ${id} and retired_at is null`
        await tx`update device set retired_at = now(), updated_at = now() where station = ${id} and retired_at is null`
        await tx`delete from timer where station = ${id}`
      })
    },
  }
}

async function save(sql: Sql, station: StationConfig): Promise<void> {
  const { devices, ...config } = station
  await sql.begin(async (tx) => {
    await tx`insert into station (id, org, code, name, name_en, kind, region, lat, lng, time_zone, config, retired_at, updated_at)
      values (${station.id}, ${station.org}, ${station.code}, ${station.name}, ${station.nameEn}, ${station.kind}, ${station.region},
        ${station.position?.lat ?? null}, ${station.position?.lng ?? null}, ${station.timeZone}, ${json(config)}::text::jsonb, null, now())
      on conflict (id) do update set org = excluded.org, code = excluded.code, name = excluded.name, name_en = excluded.name_en,
        kind = excluded.kind, region = excluded.region, lat = excluded.lat, lng = excluded.lng, time_zone = excluded.time_zone,
        config = excluded.config, retired_at = null, updated_at = excluded.updated_at`
    const ids = devices.map((device) => device.id)
    const [foreign] = await tx<{ id: string; station: string }[]>`
      select id, station from device where id = any(${ids}::text[]) and station <> ${station.id} and retired_at is null limit 1`
    if (foreign) throw new Error(`device ${foreign.id} belongs to station ${foreign.station}`)
    await tx`insert into device (id, org, station, kind, variant, code, name, ord, config, retired_at, updated_at)
      select x.id, ${station.org}, ${station.id}, x.kind, x.variant, x.code, x.name, x.ord, x.config::jsonb, null, now()
      from unnest(${ids}::text[], ${devices.map((d) => d.kind)}::text[], ${devices.map((d) => d.variant)}::text[],
        ${devices.map((d) => d.code)}::text[], ${devices.map((d) => d.name)}::text[], ${devices.map((_, i) => i)}::int[],
        ${devices.map(json)}::text[]) as x(id, kind, variant, code, name, ord, config)
      on conflict (id) do update set org = excluded.org, station = excluded.station, kind = excluded.kind, variant = excluded.variant,
        code = excluded.code, name = excluded.name, ord = excluded.ord, config = excluded.config, retired_at = null,
        updated_at = excluded.updated_at`
    await tx`update device set retired_at = now(), updated_at = now()
      where station = ${station.id} and not (id = any(${ids}::text[])) and retired_at is null`
  })
}
