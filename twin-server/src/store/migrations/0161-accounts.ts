import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'

/** Kinds of accounts, their end, mobile numbers, and the age and history of passwords. */
export const accounts: Migration = {
  async up(db) {
    await runSql(
      db,
      `
alter table auth_user drop constraint if exists auth_user_role_check;
alter table auth_user add column kind text not null default 'staff' check (kind in ('staff', 'screen', 'merchant', 'member')),
  add column expires_at timestamptz, add column mobile text, add column password_set_at timestamptz;
update auth_user u set password_set_at = coalesce((select max(a.updated_at) from auth_account a where a.user_id = u.id), u.created_at);
alter table auth_user alter column password_set_at set not null, alter column password_set_at set default now();
create unique index auth_user_mobile_key on auth_user (org, kind, mobile) where deleted_at is null and mobile is not null;

create table auth_password (id text primary key, user_id text not null references auth_user on delete cascade,
  org text not null default 'main', password text not null, set_at timestamptz not null);
create index auth_password_user on auth_password (user_id, set_at);
insert into auth_password (id, user_id, org, password, set_at)
  select a.id, a.user_id, u.org, a.password, a.updated_at from auth_account a join auth_user u on u.id = a.user_id where a.password is not null;
`,
    )
  },
}
