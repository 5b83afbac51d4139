import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'
import { standardColumns } from './standard-columns.ts'

/**
 * What installations cost, and where machines stood at any time: a line for every change of what an analysis needs of an asset, device,
 * station or warehouse, written by the database in the transaction of the change, whoever makes it. Lines are never changed.
 */
export const analysis: Migration = {
  async up(db) {
    await runSql(
      db,
      `
create table installation_cost (${standardColumns}, state text not null, document text not null, asset text not null references asset,
  installation text references installation, what text not null, amount bigint not null check (amount > 0), incurred_on date not null,
  booked_at timestamptz, note text);
create unique index installation_cost_document_key on installation_cost (org, document) where deleted_at is null;
create index installation_cost_state_booked_at on installation_cost (org, state, booked_at, id) where deleted_at is null;
create index installation_cost_asset on installation_cost (org, asset, id) where deleted_at is null;
create index installation_cost_search on installation_cost using gin (search);

create table dated_row (
  n bigint generated always as identity primary key, org text not null default 'main', source text not null, id text not null,
  at timestamptz not null, "row" jsonb);
create index dated_row_id_at on dated_row (org, source, id, at);

create function tw_dated(p_row jsonb) returns jsonb language sql immutable as $$
  select case when p_row->>'deleted_at' is null then jsonb_object_agg(key, value) end from jsonb_each(p_row)
  where key in ('kind', 'unit_type', 'state', 'station', 'warehouse', 'region', 'device', 'model', 'serial', 'code', 'name')
$$;
create function tw_keep_dated() returns trigger language plpgsql as $$
declare before jsonb; after jsonb;
begin
  if current_setting('twin.restoring', true) = 'on' then return null; end if;
  if tg_op <> 'INSERT' then before := tw_dated(to_jsonb(old)); end if;
  if tg_op <> 'DELETE' then after := tw_dated(to_jsonb(new)); end if;
  if before is not distinct from after then return null; end if;
  insert into dated_row (org, source, id, at, "row") values (coalesce(to_jsonb(new), to_jsonb(old))->>'org', tg_table_name,
    coalesce(to_jsonb(new), to_jsonb(old))->>'id', case when tg_op = 'DELETE' then now() else new.updated_at end, after);
  return null;
end $$;
insert into dated_row (org, source, id, at, "row")
  select org, 'station', id, created_at, tw_dated(to_jsonb(t)) from station t where deleted_at is null
  union all select org, 'device', id, created_at, tw_dated(to_jsonb(t)) from device t where deleted_at is null
  union all select org, 'asset', id, created_at, tw_dated(to_jsonb(t)) from asset t where deleted_at is null
  union all select org, 'warehouse', id, created_at, tw_dated(to_jsonb(t)) from warehouse t where deleted_at is null;
create trigger station_dated after insert or update or delete on station for each row execute function tw_keep_dated();
create trigger device_dated after insert or update or delete on device for each row execute function tw_keep_dated();
create trigger asset_dated after insert or update or delete on asset for each row execute function tw_keep_dated();
create trigger warehouse_dated after insert or update or delete on warehouse for each row execute function tw_keep_dated();
create trigger dated_row_only_grows before update or delete on dated_row for each row execute function tw_ledger_only_grows();
`,
    )
  },
}
