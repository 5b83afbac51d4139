import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'

/** Runs of steps and automatic commands, projected from the station's facts in the commit that journals them. */
export const control: Migration = {
  async up(db) {
    await runSql(
      db,
      `
create table control_run (
  station text not null, id text not null, org text not null default 'main', kind text not null, by jsonb not null, reason text not null,
  started_at timestamptz not null, ended_at timestamptz, phase text not null, detail text, steps jsonb not null, primary key (station, id));
create index control_run_started on control_run (station, started_at desc);
create table joint_action (
  station text not null, id text not null, org text not null default 'main', at timestamptz not null, kind text not null, unit text,
  reason text not null, header_pressure float8, outcome text not null, ended_at timestamptz, primary key (station, id));
create index joint_action_at on joint_action (station, at desc);
`,
    )
  },
}
