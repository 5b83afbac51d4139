import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'

/** Backups, checks of them and restores into a copy, with what they said; of all servers on this database one is under way at most. */
export const backup: Migration = {
  async up(db) {
    await runSql(
      db,
      `create table backup_run (
         id text primary key, org text not null default 'main', kind text not null check (kind in ('backup', 'verify', 'restore')),
         state text not null check (state in ('running', 'done', 'failed')), by_user text, inc text not null,
         started_at timestamptz not null, ended_at timestamptz, beat_at timestamptz not null, target timestamptz, place text,
         bytes bigint not null default 0, total_bytes bigint not null default 0, steps jsonb not null default '[]');
       create unique index backup_run_one on backup_run (org) where state = 'running';
       create index backup_run_started on backup_run (org, started_at desc);`,
    )
  },
}
