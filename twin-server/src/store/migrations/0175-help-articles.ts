import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'
import { standardColumns } from './standard-columns.ts'

/** Help articles that administrators corrected, one per page. */
export const helpArticles: Migration = {
  async up(db) {
    await runSql(
      db,
      `
create table help_article (${standardColumns},
  key text not null, title text not null, title_en text not null, body text not null, body_en text not null);
create unique index help_article_key_key on help_article (org, key) where deleted_at is null;
create index help_article_search on help_article using gin (search);
`,
    )
  },
}
