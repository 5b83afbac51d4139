export const recordTables = `
create table station (
  id text primary key, org text not null default 'main', code text not null, name text not null, name_en text not null,
  kind text not null, region text not null, lat float8, lng float8, time_zone text not null, config jsonb not null,
  retired_at timestamptz, updated_at timestamptz not null);
create index station_region on station (org, region);
create table device (
  id text primary key, org text not null default 'main', station text not null references station, kind text not null, variant text,
  code text not null, name text not null, ord int not null, config jsonb not null,
  retired_at timestamptz, updated_at timestamptz not null);
create index device_station on device (station, ord);
create table device_secret_generation (
  device text primary key, org text not null default 'main', generation int not null, rotated_at timestamptz not null);

create table alarm_occurrence (
  occurrence text primary key, org text not null default 'main', code text not null, station text not null, station_kind text,
  device text not null, device_kind text not null, priority text not null, phase text not null, hidden text, grouped_under text,
  historical boolean not null, chattering boolean not null default false, "values" jsonb not null, raised_at timestamptz not null,
  acked_at timestamptz, acked_by text, note text, cleared_at timestamptz, closed_at timestamptz,
  shelved_until timestamptz, shelve_reason text);
create index alarm_occurrence_raised on alarm_occurrence (raised_at desc);
create index alarm_occurrence_station on alarm_occurrence (station, raised_at desc);
create index alarm_occurrence_device on alarm_occurrence (device, code, raised_at desc);
create index alarm_occurrence_code on alarm_occurrence (code, raised_at desc);
create index alarm_occurrence_kind on alarm_occurrence (device_kind, raised_at desc);
create index alarm_occurrence_station_kind on alarm_occurrence (station_kind, raised_at desc);
create index alarm_occurrence_priority on alarm_occurrence (priority, raised_at desc);
create index alarm_occurrence_open on alarm_occurrence (raised_at desc) where closed_at is null;
create index alarm_occurrence_group on alarm_occurrence (grouped_under) where grouped_under is not null;
create table alarm_event (
  shard int not null, seq bigint not null, epoch bigint not null, org text not null default 'main', occurrence text, station text not null,
  device text not null, code text not null, at timestamptz not null, kind text not null, by text, note text, body jsonb not null,
  primary key (shard, seq, epoch));
create index alarm_event_occurrence on alarm_event (occurrence, at) where occurrence is not null;
create index alarm_event_device on alarm_event (device, code, at);
create index alarm_event_at on alarm_event (at);
create table alarm_flood (
  station text not null, since timestamptz not null, org text not null default 'main', until timestamptz, count int not null,
  primary key (station, since));
create index alarm_flood_since on alarm_flood (since);

create table command_intake (
  org text not null default 'main', idem_key text not null, hash text not null, command text not null unique, at timestamptz not null,
  primary key (org, idem_key));
create table command (
  id text primary key, org text not null default 'main', station text not null, target text not null, code text not null,
  args jsonb not null, reason text not null, requested_by jsonb not null, approved_by jsonb, phase text not null, reject_code text,
  detail text, issued_at timestamptz not null, ended_at timestamptz, deadline timestamptz, expires_at timestamptz, n bigint,
  attempts int not null, video text not null, steps jsonb not null, before jsonb not null, after jsonb not null);
create index command_issued on command (issued_at desc);
create index command_station on command (station, issued_at desc);
create index command_target on command (target, issued_at desc);

create table position_track (
  device text not null, at timestamptz not null, org text not null default 'main', station text not null, lat float8 not null,
  lng float8 not null, source text not null, accuracy float8, by text, primary key (device, at));
create index position_track_station on position_track (station, at);

create table audit_log (
  id bigint generated always as identity primary key, org text not null default 'main', at timestamptz not null, user_id text,
  user_name text, from_addr text, kind text not null, target text, result text not null, before jsonb, after jsonb,
  prev_hash text not null, hash text not null);
create index audit_log_at on audit_log (org, at desc);
create index audit_log_user on audit_log (user_id, at desc);
create index audit_log_kind on audit_log (kind, at desc);

create table setting (org text not null default 'main', key text not null, value jsonb not null, primary key (org, key));
`
