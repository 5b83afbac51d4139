import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'
import { standardColumns } from './standard-columns.ts'

/** History, staff and services of stations, orders of gas, and the infrastructure of the platform with its life. */
export const stationProfiles: Migration = {
  async up(db) {
    await runSql(
      db,
      `
create table station_change (${standardColumns}, station text not null references station, what text not null, was text,
  became text not null, "on" date not null, reason text, from_region text references region, to_region text references region);
create index station_change_station_what_on on station_change (org, station, what, "on", id) where deleted_at is null;

create table station_staff (${standardColumns}, state text not null, station text not null references station, name text not null,
  post text not null, phone text, in_charge boolean not null, joined_on date, left_on date);
create index station_staff_station_state on station_staff (org, station, state, id) where deleted_at is null;
create unique index station_staff_in_charge on station_staff (org, station) where in_charge and deleted_at is null;
create index station_staff_search on station_staff using gin (search);

create table station_charge (${standardColumns}, station text not null references station, person text not null references station_staff,
  since date not null, until date check (until >= since));
create index station_charge_station_since on station_charge (org, station, since, id) where deleted_at is null;
create index station_charge_person on station_charge (org, person, id) where deleted_at is null;

create table station_offer (${standardColumns}, state text not null, station text not null references station, kind text not null,
  name text not null, price double precision not null check (price >= 0), unit text not null, valid_from date not null, valid_to date,
  note text);
create unique index station_offer_station_name_key on station_offer (org, station, name) where deleted_at is null;
create index station_offer_station_kind_state on station_offer (org, station, kind, state, id) where deleted_at is null;
create index station_offer_search on station_offer using gin (search);

create table gas_order (${standardColumns}, state text not null, document text not null, station text not null references station,
  customer text not null, offer text not null references station_offer, contract text references gas_contract,
  volume double precision not null check (volume > 0), "from" date not null, price double precision, amount bigint,
  approver text references auth_user, opinion text, reason text, note text);
create unique index gas_order_document_key on gas_order (org, document) where deleted_at is null;
create index gas_order_station_state on gas_order (org, station, state, id) where deleted_at is null;
create index gas_order_state_created_at on gas_order (org, state, created_at, id) where deleted_at is null;
create index gas_order_offer on gas_order (org, offer, id) where deleted_at is null;
create index gas_order_contract on gas_order (org, contract, id) where deleted_at is null;
create index gas_order_search on gas_order using gin (search);

create table facility (${standardColumns}, state text not null, code text not null, name text not null, kind text not null, model text,
  serial text, supplier text, price bigint not null check (price >= 0), installed_on date not null, warranty_to date, mounting text not null,
  rack text, slot bigint, height bigint, spot text, site jsonb, cost bigint, state_since date, photo text, note text);
create unique index facility_code_key on facility (org, code) where deleted_at is null;
create unique index facility_serial_key on facility (org, serial) where deleted_at is null;
create index facility_rack_slot on facility (org, rack, slot, id) where deleted_at is null;
create index facility_kind_state on facility (org, kind, state, id) where deleted_at is null;
create index facility_search on facility using gin (search);

create table facility_event (${standardColumns}, facility text not null references facility,
  ordinal bigint not null, step text not null, "on" date not null,
  detail text, part text, cost bigint not null check (cost >= 0));
create unique index facility_event_facility_ordinal_key on facility_event (org, facility, ordinal) where deleted_at is null;
create index facility_event_search on facility_event using gin (search);
`,
    )
  },
}
