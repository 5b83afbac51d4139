import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'
import { standardColumns } from './standard-columns.ts'

const approval = `approver text references auth_user, opinion text`

/** Stations as assets: components and lots of purchases, installations that reserve, leases by gas and share, rent lines, sales and scrapping by unit. */
export const assetDocuments: Migration = {
  async up(db) {
    await runSql(
      db,
      `
create table installation (${standardColumns}, state text not null, document text not null, customer text not null, site text not null,
  asset text references asset, starts date, plan jsonb not null, ${approval});
create unique index installation_document_key on installation (org, document) where deleted_at is null;
create index installation_asset on installation (org, asset, id) where deleted_at is null;
create index installation_state_created_at on installation (org, state, created_at, id) where deleted_at is null;
create index installation_search on installation using gin (search);

alter table asset add net_value bigint, add missing text[] not null default '{}', add composition jsonb not null default '[]',
  add installation text references installation;
alter table asset alter missing drop default, alter composition drop default;
update asset set net_value = price;
create index asset_installation on asset (org, installation, id) where deleted_at is null;
create index asset_purchase on asset (org, purchase, id) where deleted_at is null;

alter table purchase add components jsonb not null default '[]', add lots jsonb not null default '[]', add ordered bigint, add delivered bigint;
alter table purchase alter components drop default, alter lots drop default;

alter table stock_in add kind text, add units text[] not null default '{}';
alter table stock_in alter units drop default;
update stock_in set kind = 'singleModule';

alter table lease alter rent drop not null, add kind text, add share double precision check (share > 0 and share <= 100), add site text,
  add minimum_volume double precision, add gas_price double precision, add meter text references device,
  add renewal_due boolean not null default false;
alter table lease alter renewal_due drop default;
update lease set kind = 'singleModule';

create table rent_line (${standardColumns}, state text not null, lease text not null references lease, month text not null,
  starts date not null, ends date not null, volume double precision, billed double precision, base bigint, gas bigint, amount bigint, reason text,
  check (state = 'waiting' or amount is not null));
create unique index rent_line_lease_month_key on rent_line (org, lease, month) where deleted_at is null;
create index rent_line_state_month on rent_line (org, state, month, id) where deleted_at is null;
create index rent_line_search on rent_line using gin (search);

alter table sale add kind text, add lines jsonb not null default '[]', add units text[] not null default '{}';
alter table sale alter lines drop default, alter units drop default;
update sale set kind = 'singleModule';

-- Installations were words until now; they stay readable with the recipient.
update stock_out set recipient = recipient || '（' || installation || '）' where installation is not null;
alter table stock_out drop installation;
alter table stock_out add kind text, add units text[] not null default '{}', add installation text references installation,
  add sale text references sale;
alter table stock_out alter units drop default;
update stock_out set kind = 'singleModule';
create index stock_out_installation on stock_out (org, installation, id) where deleted_at is null;

alter table asset_scrap add kind text, add decisions jsonb not null default '[]', add units text[] not null default '{}',
  add warehouse text references warehouse;
alter table asset_scrap alter decisions drop default, alter units drop default;
update asset_scrap set kind = 'singleModule';

create table unit_stock (${standardColumns}, unit_type text not null, total bigint not null, reserved bigint not null, free bigint not null,
  check (reserved >= 0 and free >= 0 and reserved + free <= total));
create unique index unit_stock_unit_type_key on unit_stock (org, unit_type) where deleted_at is null;
`,
    )
  },
}
