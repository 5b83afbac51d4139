import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'

/**
 * People. `auth_user`, `auth_session`, `auth_account` and `auth_verification` are better-auth's, with our columns for role, scope and
 * state; `audit_head` pins the end of each chain, so that a cut tail shows; `command_attempt` keeps what was asked until it was taken.
 */
export const auth: Migration = {
  async up(db) {
    await runSql(
      db,
      `
create table auth_user (
  id text primary key, org text not null default 'main', username text not null unique, name text not null,
  email text not null unique, email_verified boolean not null default true, image text,
  role text not null default 'viewer' check (role in ('viewer', 'operator', 'engineer', 'administrator')), stations text[],
  disabled boolean not null default false, must_change_password boolean not null default true, last_sign_in_at timestamptz,
  created_at timestamptz not null, updated_at timestamptz not null);
create table auth_session (
  id text primary key, user_id text not null references auth_user on delete cascade, token text not null unique,
  expires_at timestamptz not null, ip_address text, user_agent text, created_at timestamptz not null, updated_at timestamptz not null);
create index auth_session_user on auth_session (user_id);
create index auth_session_expires on auth_session (expires_at);
create table auth_account (
  id text primary key, user_id text not null references auth_user on delete cascade, provider_id text not null, account_id text not null,
  password text, access_token text, refresh_token text, id_token text, access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz, scope text, created_at timestamptz not null, updated_at timestamptz not null);
create unique index auth_account_provider on auth_account (user_id, provider_id);
create table auth_verification (
  id text primary key, identifier text not null, value text not null, expires_at timestamptz not null,
  created_at timestamptz not null, updated_at timestamptz not null);
create index auth_verification_identifier on auth_verification (identifier);
create table auth_attempt (
  username text primary key, org text not null default 'main', failures int not null, first_at timestamptz not null,
  last_at timestamptz not null);
create index auth_attempt_last on auth_attempt (last_at);

create table audit_head (org text primary key, rows bigint not null, hash text not null);
create index audit_log_result on audit_log (result, at desc);
create table command_attempt (
  command text primary key, org text not null default 'main', at timestamptz not null, request jsonb not null, outcome jsonb);
create index command_attempt_open on command_attempt (at) where outcome is null;
`,
    )
  },
}
