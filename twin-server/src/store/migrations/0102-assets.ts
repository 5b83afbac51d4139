import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'
import { standardColumns } from './standard-columns.ts'

const nameplate = `kind text not null, model text not null, serial text not null, rated_power double precision not null,
  rated_flow double precision not null, rated_pressure double precision not null, supplier text not null, price bigint not null`
const approval = `approver text references auth_user, opinion text`

/** Machines, the documents of their lives, and the ledger of what stands in which warehouse. */
export const assets: Migration = {
  async up(db) {
    await runSql(
      db,
      `
create table purchase (${standardColumns}, state text not null, document text not null, ${nameplate}, ${approval});
create unique index purchase_document_key on purchase (org, document) where deleted_at is null;
create index purchase_state_created_at on purchase (org, state, created_at, id) where deleted_at is null;
create index purchase_search on purchase using gin (search);

create table asset (${standardColumns}, state text not null, ${nameplate}, purchase text not null references purchase,
  warehouse text references warehouse, location text, holder text, photo text, documents text[] not null, note text);
create unique index asset_serial_key on asset (org, serial) where deleted_at is null;
create index asset_state_serial on asset (org, state, serial, id) where deleted_at is null;
create index asset_model_state on asset (org, model, state, id) where deleted_at is null;
create index asset_warehouse_state on asset (org, warehouse, state, id) where deleted_at is null;
create index asset_search on asset using gin (search);

create table stock_in (${standardColumns}, state text not null, document text not null, asset text not null references asset,
  warehouse text not null references warehouse, location text not null, keeper text references auth_user, posted_at timestamptz);
create unique index stock_in_document_key on stock_in (org, document) where deleted_at is null;
create index stock_in_asset on stock_in (org, asset, id) where deleted_at is null;
create index stock_in_state_created_at on stock_in (org, state, created_at, id) where deleted_at is null;
create index stock_in_search on stock_in using gin (search);

create table lease (${standardColumns}, state text not null, document text not null, asset text not null references asset,
  customer text not null, starts date not null, ends date not null, rent bigint not null, deposit bigint not null, ${approval},
  returned_on date, inspection text);
create unique index lease_document_key on lease (org, document) where deleted_at is null;
create index lease_asset_starts on lease (org, asset, starts, id) where deleted_at is null;
create index lease_state_ends on lease (org, state, ends, id) where deleted_at is null;
create index lease_search on lease using gin (search);

create table sale (${standardColumns}, state text not null, document text not null, asset text not null references asset,
  buyer text not null, price bigint not null, ${approval});
create unique index sale_document_key on sale (org, document) where deleted_at is null;
create index sale_asset on sale (org, asset, id) where deleted_at is null;
create index sale_state_created_at on sale (org, state, created_at, id) where deleted_at is null;
create index sale_search on sale using gin (search);

create table stock_out (${standardColumns}, state text not null, document text not null, asset text not null references asset,
  lease text references lease, installation text, recipient text not null, posted_at timestamptz);
create unique index stock_out_document_key on stock_out (org, document) where deleted_at is null;
create index stock_out_asset on stock_out (org, asset, id) where deleted_at is null;
create index stock_out_state_created_at on stock_out (org, state, created_at, id) where deleted_at is null;
create index stock_out_search on stock_out using gin (search);

create table stocktake (${standardColumns}, state text not null, document text not null, asset text not null references asset,
  finding text not null, warehouse text not null references warehouse, reason text not null, ${approval});
create unique index stocktake_document_key on stocktake (org, document) where deleted_at is null;
create index stocktake_asset on stocktake (org, asset, id) where deleted_at is null;
create index stocktake_state_created_at on stocktake (org, state, created_at, id) where deleted_at is null;
create index stocktake_search on stocktake using gin (search);

create table asset_scrap (${standardColumns}, state text not null, document text not null, asset text not null references asset,
  reason text not null, photos text[] not null, ${approval});
create unique index asset_scrap_document_key on asset_scrap (org, document) where deleted_at is null;
create index asset_scrap_asset on asset_scrap (org, asset, id) where deleted_at is null;
create index asset_scrap_state_created_at on asset_scrap (org, state, created_at, id) where deleted_at is null;
create index asset_scrap_search on asset_scrap using gin (search);

create table asset_stock (${standardColumns}, model text not null, warehouse text not null references warehouse,
  quantity bigint not null check (quantity >= 0));
create unique index asset_stock_model_warehouse_key on asset_stock (org, model, warehouse) where deleted_at is null;
create index asset_stock_search on asset_stock using gin (search);

create table asset_movement (${standardColumns}, asset text not null references asset, model text not null,
  warehouse text not null references warehouse, quantity bigint not null check (quantity in (1, -1)), document text not null);
create index asset_movement_asset_created_at on asset_movement (org, asset, created_at, id) where deleted_at is null;
create index asset_movement_model_warehouse on asset_movement (org, model, warehouse, id) where deleted_at is null;
create index asset_movement_created_at on asset_movement (org, created_at, id) where deleted_at is null;
create index asset_movement_search on asset_movement using gin (search);
create trigger asset_movement_only_grows before update or delete on asset_movement for each row execute function tw_ledger_only_grows();
`,
    )
  },
}
