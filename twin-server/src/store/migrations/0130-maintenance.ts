import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'
import { standardColumns } from './standard-columns.ts'

/** Inspection rounds, repairs and services. One task per plan and day, one repair per abnormal point, one service of each round: the keys see to it. */
export const maintenance: Migration = {
  async up(db) {
    await runSql(
      db,
      `
create table inspection_plan (${standardColumns}, state text not null,
  name text not null, station text not null references station, every_days bigint not null, starts date not null, hours float8 not null,
  scan boolean not null, inspectors text[] not null, items jsonb not null, next_on date);
create unique index inspection_plan_station_name_key on inspection_plan (org, station, name) where deleted_at is null;
create index inspection_plan_state_next_on on inspection_plan (org, state, next_on, id) where deleted_at is null;
create index inspection_plan_search on inspection_plan using gin (search);

create table inspection_task (${standardColumns}, state text not null,
  name text not null, plan text not null references inspection_plan, station text not null references station, date date not null,
  due_at timestamptz not null, scan boolean not null, progress text not null, planned bigint not null, done bigint not null,
  rate float8 not null, abnormal bigint not null, deviating bigint not null, inspectors text[] not null, submitted_at timestamptz,
  submitted_by text references auth_user, late boolean not null, note text);
create unique index inspection_task_plan_date_key on inspection_task (org, plan, date) where deleted_at is null;
create index inspection_task_state_due_at on inspection_task (org, state, due_at, id) where deleted_at is null;
create index inspection_task_station_date on inspection_task (org, station, date, id) where deleted_at is null;
create index inspection_task_search on inspection_task using gin (search);

create table inspection_point (${standardColumns}, state text not null,
  name text not null, task text not null references inspection_task, station text not null references station, device text references device,
  position bigint not null, kind text not null, live_point text, unit text, low float8, high float8, mandatory boolean not null,
  photo boolean not null, value float8, live_value float8, live_at timestamptz, deviation float8, deviates boolean not null, finding text,
  code text, note text, photos text[] not null, author text references auth_user, at timestamptz, entry text);
create unique index inspection_point_task_position_key on inspection_point (org, task, position) where deleted_at is null;
create index inspection_point_device_at on inspection_point (org, device, at, id) where deleted_at is null;
create index inspection_point_state_at on inspection_point (org, state, at, id) where deleted_at is null;
create index inspection_point_deviates_at on inspection_point (org, deviates, at, id) where deleted_at is null;
create index inspection_point_search on inspection_point using gin (search);

create table repair (${standardColumns}, state text not null,
  document text not null, station text not null references station, device text not null references device, fault text not null,
  urgency text not null, point text references inspection_point, technician text references auth_user, started_at timestamptz,
  resumed_at timestamptz, ended_at timestamptz, cause text, work text, parts jsonb not null, parts_cost bigint not null, labour_hours float8,
  labour_cost bigint, cost bigint not null, held_since timestamptz, tagged_by text references auth_user, tagged_at timestamptz,
  untagged_at timestamptz, lost_capacity float8, downtime float8, lost_air float8, test_pressure float8, test_dew_point float8,
  acceptor text references auth_user, accepted_at timestamptz, opinion text);
create unique index repair_document_key on repair (org, document) where deleted_at is null;
create unique index repair_point_key on repair (org, point) where deleted_at is null;
create index repair_state_created_at on repair (org, state, created_at, id) where deleted_at is null;
create index repair_device_started_at on repair (org, device, started_at, id) where deleted_at is null;
create index repair_station_started_at on repair (org, station, started_at, id) where deleted_at is null;
create index repair_search on repair using gin (search);

create table maintenance_item (${standardColumns}, state text not null,
  name text not null, device_kind text not null, station text references station, device text references device, every_hours float8,
  every_days bigint, parts jsonb not null, labour_hours float8, instructions text);
create index maintenance_item_device_kind_name on maintenance_item (org, device_kind, name, id) where deleted_at is null;
create index maintenance_item_search on maintenance_item using gin (search);

create table maintenance_record (${standardColumns}, state text not null,
  name text not null, item text not null references maintenance_item, station text not null references station,
  device text not null references device, round bigint not null, every_hours float8, every_days float8, since_hours float8,
  since_on date not null, hours float8, remaining_hours float8, due_on date, due_by text, document text, done_at timestamptz, done_hours float8,
  late boolean not null, technician text references auth_user, parts jsonb not null, parts_cost bigint not null, labour_hours float8,
  labour_cost bigint not null, cost bigint not null, note text);
create unique index maintenance_record_item_device_round_key on maintenance_record (org, item, device, round) where deleted_at is null;
create unique index maintenance_record_document_key on maintenance_record (org, document) where deleted_at is null;
create index maintenance_record_state_due_on on maintenance_record (org, state, due_on, id) where deleted_at is null;
create index maintenance_record_station_due_on on maintenance_record (org, station, due_on, id) where deleted_at is null;
create index maintenance_record_device_done_at on maintenance_record (org, device, done_at, id) where deleted_at is null;
create index maintenance_record_search on maintenance_record using gin (search);

create table maintenance_plan (${standardColumns}, state text not null,
  document text not null, station text not null references station, planned_on date not null, services text[] not null, demand float8 not null,
  confirmed boolean not null, devices text[] not null, capacity_left float8 not null, short boolean not null, note text);
create unique index maintenance_plan_document_key on maintenance_plan (org, document) where deleted_at is null;
create index maintenance_plan_station_planned_on on maintenance_plan (org, station, planned_on, id) where deleted_at is null;
create index maintenance_plan_state_planned_on on maintenance_plan (org, state, planned_on, id) where deleted_at is null;
create index maintenance_plan_search on maintenance_plan using gin (search);
`,
    )
  },
}
