import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'
import { standardColumns } from './standard-columns.ts'

/**
 * Tables of the foundation's records; each says in hand-written SQL what its model declares, and a test compares both.
 * Every index leaves out deleted rows and ends with the id, which makes an order of rows that lists can continue from.
 */
export const foundationRecords: Migration = {
  async up(db) {
    await runSql(
      db,
      `
create table record_outbox (
  id bigint generated always as identity primary key, org text not null default 'main', at timestamptz not null, kind text not null,
  body jsonb not null, attempts int not null default 0, error text, done_at timestamptz);
create index record_outbox_open on record_outbox (id) where done_at is null;

create table region (${standardColumns}, state text not null,
  code text not null, name text not null, name_en text, level text not null, parent text references region, note text,
  official boolean not null);
create unique index region_code_key on region (org, code) where deleted_at is null;
create index region_parent_code on region (org, parent, code, id) where deleted_at is null;
create index region_level_code on region (org, level, code, id) where deleted_at is null;
create index region_search on region using gin (search);

create table access_role (${standardColumns},
  code text not null, name text not null, name_en text, permissions text[] not null, members text[] not null, built_in boolean not null);
create unique index access_role_code_key on access_role (org, code) where deleted_at is null;
create index access_role_search on access_role using gin (search);
create table role_offer (org text not null default 'main', role text not null, permission text not null, primary key (org, role, permission));

create table menu_entry (${standardColumns},
  code text not null, name text not null, name_en text not null, parent text references menu_entry, position bigint not null,
  path text, api text, permission text, concealed boolean not null, built_in boolean not null);
create unique index menu_entry_code_key on menu_entry (org, code) where deleted_at is null;
create index menu_entry_parent_position on menu_entry (org, parent, position, id) where deleted_at is null;
create index menu_entry_search on menu_entry using gin (search);

create table message (${standardColumns}, state text not null,
  title text not null, body text not null, users text[] not null, roles text[] not null, regions text[] not null,
  published_at timestamptz, receivers bigint, readers bigint);
create index message_state_published_at on message (org, state, published_at, id) where deleted_at is null;
create index message_search on message using gin (search);

create table delivery (${standardColumns}, state text not null,
  message text not null references message, receiver text not null references auth_user, title text not null, body text not null,
  read_at timestamptz);
create unique index delivery_message_receiver_key on delivery (org, message, receiver) where deleted_at is null;
create index delivery_receiver_state_created_at on delivery (org, receiver, state, created_at, id) where deleted_at is null;
create index delivery_search on delivery using gin (search);

create table stored_file (${standardColumns},
  name text not null, mime text not null, bytes bigint not null, sha256 text not null, record text not null, field text not null,
  scan text not null);
create index stored_file_search on stored_file using gin (search);

create table setting_value (${standardColumns},
  code text not null, name text not null, name_en text not null, value double precision not null, unit text,
  standard double precision not null, least double precision not null, most double precision not null, reason text);
create unique index setting_value_code_key on setting_value (org, code) where deleted_at is null;
create index setting_value_search on setting_value using gin (search);

create table glossary_term (${standardColumns},
  name text not null, name_en text not null, meaning text not null, meaning_en text not null, picture text);
create unique index glossary_term_name_key on glossary_term (org, name) where deleted_at is null;
create index glossary_term_search on glossary_term using gin (search);
`,
    )
  },
}
