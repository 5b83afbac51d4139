import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'
import { standardColumns } from './standard-columns.ts'

/** Cameras of station rooms and what was recorded from them. */
export const video: Migration = {
  async up(db) {
    await runSql(
      db,
      `
create table video_camera (${standardColumns},
  name text not null, station text not null references station, address text not null, username text, password text,
  ring boolean not null, transcode boolean not null, status text not null, status_since timestamptz);
create unique index video_camera_station_name_key on video_camera (org, station, name) where deleted_at is null;
create index video_camera_station_status on video_camera (org, station, status, id) where deleted_at is null;
create index video_camera_search on video_camera using gin (search);

create table video_recording (${standardColumns},
  camera text not null references video_camera, station text not null references station, reason text not null, source text,
  begins timestamptz not null, ends timestamptz not null, status text not null, seconds float8, bytes bigint, detail text);
create index video_recording_station_begins on video_recording (org, station, begins, id) where deleted_at is null;
create index video_recording_camera_begins on video_recording (org, camera, begins, id) where deleted_at is null;
create index video_recording_search on video_recording using gin (search);
`,
    )
  },
}
