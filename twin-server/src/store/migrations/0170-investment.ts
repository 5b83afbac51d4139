import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'
import { standardColumns } from './standard-columns.ts'

/** Gas contracts of stations, investors, and what these hold of stations. */
export const investments: Migration = {
  async up(db) {
    await runSql(
      db,
      `
create table gas_contract (${standardColumns}, state text not null,
  document text not null, station text not null references station, customer text not null, outlet text references device,
  price double precision not null check (price >= 0), volume double precision, starts date not null, ends date not null check (ends >= starts),
  files text[] not null, approver text references auth_user, opinion text, signed_on date, ended_on date, reason text);
create unique index gas_contract_document_key on gas_contract (org, document) where deleted_at is null;
create index gas_contract_station_state on gas_contract (org, station, state, id) where deleted_at is null;
create index gas_contract_outlet_starts on gas_contract (org, outlet, starts, id) where deleted_at is null;
create index gas_contract_state_ends on gas_contract (org, state, ends, id) where deleted_at is null;
create index gas_contract_search on gas_contract using gin (search);

create table investor (${standardColumns}, state text not null,
  document text not null, name text not null, kind text not null, "user" text references auth_user, identity text, phone text, bank text,
  bank_account text, risk text, reason text, note text);
create unique index investor_document_key on investor (org, document) where deleted_at is null;
create unique index investor_user_key on investor (org, "user") where deleted_at is null;
create unique index investor_identity_key on investor (org, identity) where deleted_at is null;
create index investor_state_name on investor (org, state, name, id) where deleted_at is null;
create index investor_search on investor using gin (search);

create table investment (${standardColumns}, state text not null,
  document text not null, investor text not null references investor, station text not null references station,
  amount bigint not null check (amount > 0), share double precision, receipt text, paid_on date, held_from date, held_to date,
  reason text, note text);
create unique index investment_document_key on investment (org, document) where deleted_at is null;
create unique index investment_receipt_key on investment (org, receipt) where deleted_at is null;
create index investment_station_state on investment (org, station, state, id) where deleted_at is null;
create index investment_investor_state on investment (org, investor, state, id) where deleted_at is null;
create index investment_state_created_at on investment (org, state, created_at, id) where deleted_at is null;
create index investment_search on investment using gin (search);
`,
    )
  },
}
