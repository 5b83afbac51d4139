import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'
import { standardColumns } from './standard-columns.ts'

/** Time-of-use prices of electricity. */
export const tariffs: Migration = {
  async up(db) {
    await runSql(
      db,
      `
create table tariff (${standardColumns}, name text not null, valid_from date not null, stations text[] not null, bands jsonb not null,
  note text);
create unique index tariff_name_key on tariff (org, name) where deleted_at is null;
create index tariff_valid_from on tariff (org, valid_from, id) where deleted_at is null;
create index tariff_search on tariff using gin (search);
`,
    )
  },
}
