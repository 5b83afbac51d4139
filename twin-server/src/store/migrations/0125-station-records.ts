import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import { searchWords } from '@twin/models/records'
import { insertRegions } from '../regions.ts'
import { runSql } from './run-sql.ts'

/**
 * Stations and devices become records: what people keep about them is columns, what only the twin needs stays in `config`. Every station
 * hangs on a region, so the national tree is there from now on.
 */
export const stationRecords: Migration = {
  async up(db: Kysely<unknown>) {
    await insertRegions(db)
    await runSql(
      db,
      `
-- A code that no tree knows stays findable under itself.
insert into region (id, org, created_at, updated_at, state, code, name, level, official)
  select distinct s.region, s.org, now(), now(), 'enabled', s.region, s.region, 'organisation', false from station s
  where not exists (select from region r where r.id = s.region);

-- A city without districts counts as one.
update region r set level = 'district' where official and level = 'city' and not exists (select from region c where c.parent = r.id and c.official);

drop index station_region;
alter table station alter name_en drop not null, alter config set default '{}', alter time_zone set default 'Asia/Shanghai',
  add version bigint not null default 1, add created_at timestamptz, add created_by text, add updated_by text, add deleted_at timestamptz,
  add search tsvector not null default '', add state text not null default 'operating', add state_since date, add address text,
  add manager text, add site jsonb, add capacity float8, add opened_on date, add share_value bigint, add note text,
  add foreign key (region) references region;
update station set created_at = updated_at, deleted_at = retired_at, address = nullif(config->>'address', ''), manager = nullif(config->>'manager', ''),
  name_en = nullif(name_en, ''),
  site = case when lat is not null and lng is not null then jsonb_build_object('lat', lat, 'lng', lng) end,
  config = config - array['id', 'org', 'code', 'name', 'nameEn', 'kind', 'region', 'address', 'manager', 'position', 'timeZone'];
alter table station alter created_at set not null, alter state drop default, drop lat, drop lng, drop retired_at;
create unique index station_code_key on station (org, code) where deleted_at is null;
create index station_region_kind on station (org, region, kind, id) where deleted_at is null;
create index station_search on station using gin (search);

alter table device alter config set default '{}', alter ord set default 1000000,
  add version bigint not null default 1, add created_at timestamptz, add created_by text, add updated_by text, add deleted_at timestamptz,
  add search tsvector not null default '', add state text not null default 'active', add variants text[] not null default '{}',
  add manufacturer text, add model text, add serial text, add made_on date, add rated_power float8, add rated_flow float8,
  add rated_pressure float8, add volume float8, add gateway text references device, add unit_group text, add customer text,
  add points jsonb not null default '[]', add note text;
update device set created_at = updated_at, deleted_at = retired_at,
  variants = case when variant is null then '{}' else string_to_array(variant, '+') end,
  rated_power = (config->'settings'->>'ratedPower')::float8, rated_flow = (config->'settings'->>'ratedFlow')::float8,
  rated_pressure = (config->'settings'->>'ratedPressure')::float8, volume = (config->'settings'->>'volume')::float8,
  customer = config->'texts'->>'customer',
  config = jsonb_build_object('placement', config->'placement',
    'settings', (config->'settings') - array['ratedPower', 'ratedFlow', 'ratedPressure', 'volume'])
    || case when config ? 'texts' then jsonb_build_object('texts', (config->'texts') - 'customer') else '{}' end;
alter table device alter created_at set not null, alter state drop default, alter variants drop default, alter points drop default,
  drop variant, drop retired_at;
create unique index device_station_code_key on device (org, station, code) where deleted_at is null;
create unique index device_serial_key on device (org, serial) where deleted_at is null;
create index device_station_kind on device (org, station, kind, id) where deleted_at is null;
create index device_gateway on device (org, gateway, id) where deleted_at is null;
create index device_search on device using gin (search);
`,
    )
    await words(db, 'station', ['code', 'name', 'name_en', 'address', 'manager'])
    await words(db, 'device', ['code', 'name', 'customer'])
  },
}

/** What rows that are there already are found by. */
async function words(db: Kysely<unknown>, table: string, columns: readonly string[]): Promise<void> {
  const { rows } = await sql<{ id: string; text: string }>`
    select id, concat_ws(' ', ${sql.join(columns.map((name) => sql.ref(name)))}) as text from ${sql.table(table)}`.execute(db)
  for (const { id, text } of rows)
    await sql`update ${sql.table(table)} set search = array_to_tsvector(${searchWords(text)}::text[]) where id = ${id}`.execute(db)
}
