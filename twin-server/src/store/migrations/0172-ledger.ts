import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'
import { standardColumns } from './standard-columns.ts'

/** Money of investors and stations: a double-entry ledger that only grows, income per station and month once, withdrawals. */
export const ledger: Migration = {
  async up(db) {
    await runSql(
      db,
      `
create table posting (${standardColumns}, document text not null, kind text not null, cause text not null, key text not null,
  total bigint not null check (total > 0));
create unique index posting_document_key on posting (org, document) where deleted_at is null;
create unique index posting_key_key on posting (org, key) where deleted_at is null;
create index posting_cause on posting (org, cause, id) where deleted_at is null;
create index posting_kind_created_at on posting (org, kind, created_at, id) where deleted_at is null;
create index posting_search on posting using gin (search);

create table ledger_entry (${standardColumns}, posting text not null references posting, account text not null,
  investor text references investor, station text references station, debit bigint not null check (debit >= 0),
  credit bigint not null check (credit >= 0), check ((debit = 0) <> (credit = 0)));
create index ledger_entry_posting on ledger_entry (org, posting, id) where deleted_at is null;
create index ledger_entry_account_investor on ledger_entry (org, account, investor, id) where deleted_at is null;
create index ledger_entry_station_account on ledger_entry (org, station, account, id) where deleted_at is null;
create index ledger_entry_investor_created_at on ledger_entry (org, investor, created_at, id) where deleted_at is null;

create function tw_ledger_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger is append-only' using errcode = 'TW002';
end $$;
create trigger posting_append_only before update or delete on posting for each row execute function tw_ledger_append_only();
create trigger ledger_entry_append_only before update or delete on ledger_entry for each row execute function tw_ledger_append_only();
create function tw_ledger_balanced() returns trigger language plpgsql as $$
begin
  if (select sum(debit) - sum(credit) from ledger_entry where posting = new.posting) <> 0 then
    raise exception 'posting % does not add up', new.posting using errcode = 'TW003';
  end if;
  return null;
end $$;
create constraint trigger ledger_entry_balanced after insert on ledger_entry deferrable initially deferred
  for each row execute function tw_ledger_balanced();

create table station_income (${standardColumns}, station text not null references station, month text not null,
  region text not null references region, volume double precision not null, amount bigint not null check (amount >= 0),
  operator_part bigint not null, investor_part bigint not null, platform_part bigint not null,
  check (operator_part + investor_part + platform_part = amount));
create unique index station_income_station_month_key on station_income (org, station, month) where deleted_at is null;
create index station_income_region_month on station_income (org, region, month, id) where deleted_at is null;
create index station_income_search on station_income using gin (search);

create table withdrawal (${standardColumns}, state text not null, document text not null, investor text not null references investor,
  amount bigint not null check (amount > 0), approver text references auth_user, reason text, payout text, paid_on date, note text);
create unique index withdrawal_document_key on withdrawal (org, document) where deleted_at is null;
create unique index withdrawal_payout_key on withdrawal (org, payout) where deleted_at is null;
create index withdrawal_investor_state on withdrawal (org, investor, state, id) where deleted_at is null;
create index withdrawal_state_created_at on withdrawal (org, state, created_at, id) where deleted_at is null;
create index withdrawal_search on withdrawal using gin (search);
`,
    )
  },
}
