/**
 * Fence, journal, history and their helpers. Partitions are made on demand (`partitions.ts`), because replays and backlogs bring any day.
 * journal's key starts (shard, seq) but carries the epoch: with the epoch a stopped owner's uncommitted row does not block the successor.
 */
export const runtimeTables = `
create table tw_node (
  inc text primary key, org text not null default 'main', addr text not null,
  hb_at timestamptz not null, hb_since timestamptz not null, commits bigint not null default 0);
create table tw_shard (
  shard int primary key, org text not null default 'main', epoch bigint not null default 0, owner text,
  state text not null default 'free' check (state in ('free', 'open', 'handoff')), target text, crashes int not null default 0);
insert into tw_shard (shard) select generate_series(0, 4095);
create table station_shard (
  station text primary key, org text not null default 'main', shard int not null references tw_shard);
create table tw_fence (
  shard int not null references tw_shard, stream text not null check (stream in ('e', 't')), org text not null default 'main',
  epoch bigint not null default 0, seq bigint not null default 0, primary key (shard, stream)) with (fillfactor = 20);
insert into tw_fence (shard, stream) select s, x from generate_series(0, 4095) s, (values ('e'), ('t')) v(x);
create table tw_partition (
  parent text not null, day timestamptz not null, org text not null default 'main', name text not null,
  last_write timestamptz not null, max_lag_ms bigint not null default 0, primary key (parent, day));

create table journal (
  org text not null default 'main', shard int not null, epoch bigint not null, seq bigint not null,
  station text not null, actor text not null, kind text not null, v int not null, at timestamptz not null, body jsonb not null,
  primary key (shard, seq, epoch, at)) partition by range (at);
create index journal_station_at on journal (station, at);

create table snapshot (
  station text not null, at timestamptz not null, org text not null default 'main', shard int not null, epoch bigint not null,
  fact_seq bigint not null, sample_seq bigint not null, v int not null, keep boolean not null, saved timestamptz not null,
  body jsonb not null, primary key (station, at));
create index snapshot_newest on snapshot (station, fact_seq desc, sample_seq desc);

create table sample (
  org text not null default 'main', shard int not null, seq bigint not null, station text not null, device text not null,
  kind text not null, at timestamptz not null, received timestamptz not null, "values" float8[] not null, quality bytea not null,
  origin smallint not null) partition by range (at);
alter table sample alter column "values" set storage main;
create index sample_device_at on sample (device, at);
create index sample_received on sample using brin (received) with (pages_per_range = 16);

create table rollup_1m (
  org text not null default 'main', device text not null, bucket timestamptz not null, last_at timestamptz not null, n int[] not null,
  vmin float8[] not null, vmax float8[] not null, vsum float8[] not null, vfirst float8[] not null, vlast float8[] not null,
  primary key (device, bucket)) partition by range (bucket);
create table rollup_1h (like rollup_1m including defaults, primary key (device, bucket));
create table rollup_1d (like rollup_1m including defaults, primary key (device, bucket));
create index rollup_1h_bucket on rollup_1h (bucket);
create table rollup_dirty (
  id bigint generated always as identity primary key, org text not null default 'main', tier smallint not null,
  due timestamptz not null, devices text[] not null, buckets bigint[] not null);
create index rollup_dirty_due on rollup_dirty (tier, due);

create table device_cursor (
  device text not null, channel text not null check (channel in ('t', 'e')), org text not null default 'main', station text,
  boot text not null, seq bigint not null, updated_at timestamptz not null, primary key (device, channel)) with (fillfactor = 50);
create index device_cursor_station on device_cursor (station);
create table dead_letter (
  id bigint generated always as identity primary key, org text not null default 'main', device text, station text,
  topic text not null, reason text not null, detail text not null, payload bytea not null, received timestamptz not null);
create index dead_letter_received on dead_letter (received desc);
create index dead_letter_device on dead_letter (device, received desc);
create index dead_letter_reason on dead_letter (reason, received desc);
create table reject_count (
  device text not null, reason text not null, org text not null default 'main', count bigint not null, last_at timestamptz not null,
  primary key (device, reason)) with (fillfactor = 50);
create table inbox (
  shard int not null, src_shard int not null, org text not null default 'main', src_seq bigint not null, primary key (shard, src_shard));
create table outbox (
  src_shard int not null, src_seq bigint not null, org text not null default 'main', dst text not null, body jsonb not null,
  at timestamptz not null, primary key (src_shard, src_seq));
create index outbox_dst on outbox (dst, src_shard, src_seq);
create table timer (
  station text primary key, org text not null default 'main', shard int not null, due timestamptz not null);
create index timer_due on timer (due);
`
