import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'
import { standardColumns } from './standard-columns.ts'

/** Warehouses, parts and their ledger. What the ledger says can't be changed, and no stock can fall below nothing: the database sees to both. */
export const spareParts: Migration = {
  async up(db) {
    await runSql(
      db,
      `
create table warehouse (${standardColumns},
  code text not null, name text not null, region text references region, address text, position jsonb, keeper text references auth_user);
create unique index warehouse_code_key on warehouse (org, code) where deleted_at is null;
create index warehouse_search on warehouse using gin (search);

create table part (${standardColumns}, state text not null,
  code text not null, name text not null, specification text, unit text not null, supplier text, minimum bigint not null,
  models text[] not null, on_hand bigint not null check (on_hand >= 0), value bigint not null check (value >= 0), average_price bigint,
  short boolean not null);
create unique index part_code_key on part (org, code) where deleted_at is null;
create index part_short_code on part (org, short, code, id) where deleted_at is null;
create index part_name on part (org, name, id) where deleted_at is null;
create index part_search on part using gin (search);

create table part_stock (${standardColumns},
  part text not null references part, warehouse text not null references warehouse, quantity bigint not null check (quantity >= 0));
create unique index part_stock_part_warehouse_key on part_stock (org, part, warehouse) where deleted_at is null;
create index part_stock_warehouse on part_stock (org, warehouse, id) where deleted_at is null;

create table part_movement (${standardColumns},
  part text not null references part, warehouse text not null references warehouse, kind text not null, quantity bigint not null,
  amount bigint not null, document text not null);
create index part_movement_part_created_at on part_movement (org, part, created_at, id) where deleted_at is null;
create index part_movement_created_at on part_movement (org, created_at, id) where deleted_at is null;
create index part_movement_warehouse on part_movement (org, warehouse, id) where deleted_at is null;
create index part_movement_search on part_movement using gin (search);
create function tw_ledger_only_grows() returns trigger language plpgsql as $$
begin
  raise exception '% only grows', tg_table_name using errcode = 'TW002';
end $$;
create trigger part_movement_only_grows before update or delete on part_movement for each row execute function tw_ledger_only_grows();

create table part_receipt (${standardColumns}, state text not null,
  document text not null, part text not null references part, warehouse text not null references warehouse, quantity bigint not null,
  price bigint not null, supplier text not null, note text);
create unique index part_receipt_document_key on part_receipt (org, document) where deleted_at is null;
create index part_receipt_state_created_at on part_receipt (org, state, created_at, id) where deleted_at is null;
create index part_receipt_part on part_receipt (org, part, id) where deleted_at is null;
create index part_receipt_search on part_receipt using gin (search);

create table part_issue (${standardColumns}, state text not null,
  document text not null, part text not null references part, warehouse text not null references warehouse, quantity bigint not null,
  "order" text not null, receiver text not null references auth_user, note text);
create unique index part_issue_document_key on part_issue (org, document) where deleted_at is null;
create index part_issue_state_created_at on part_issue (org, state, created_at, id) where deleted_at is null;
create index part_issue_part on part_issue (org, part, id) where deleted_at is null;
create index part_issue_search on part_issue using gin (search);

create table part_scrap (${standardColumns}, state text not null,
  document text not null, part text not null references part, warehouse text not null references warehouse, quantity bigint not null,
  reason text not null, photos text[] not null, value bigint, approver text references auth_user, opinion text);
create unique index part_scrap_document_key on part_scrap (org, document) where deleted_at is null;
create index part_scrap_state_created_at on part_scrap (org, state, created_at, id) where deleted_at is null;
create index part_scrap_part on part_scrap (org, part, id) where deleted_at is null;
create index part_scrap_search on part_scrap using gin (search);
`,
    )
  },
}
