import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'
import { standardColumns } from './standard-columns.ts'

/**
 * Menus per platform, channel and audience; roles with a data scope. Whoever saw amounts of money or assigned work orders until now still
 * does: the built-in roles get the new permissions when the server starts.
 */
export const platformMenus: Migration = {
  async up(db) {
    await runSql(
      db,
      `
alter table menu_entry add column platforms text[] not null default '{supervision}', add column channels text[] not null default '{web,app}',
  add column audiences text[] not null default '{}', add column opens text not null default 'page', add column url text;
alter table menu_entry alter column platforms drop default, alter column channels drop default, alter column audiences drop default,
  alter column opens drop default;
update menu_entry set platforms = '{supervision,service,investment,mall,analytics}', audiences = '{operator}'
  where built_in and code in ('page./system/users', 'page./system/audit', 'page./system/api', 'page./help', 'messages', 'master', 'system',
    'record.message', 'record.delivery', 'record.inbox', 'record.region', 'record.role', 'record.menuEntry', 'record.file', 'record.setting',
    'record.term');
update menu_entry set audiences = '{operator,merchant,member}' where built_in and code in ('messages', 'record.inbox');
update menu_entry set platforms = '{supervision,service}' where built_in and code in ('upkeep', 'record.workOrder');

alter table access_role add column scope text not null default 'own', add column regions text[] not null default '{}';
alter table access_role alter column scope drop default, alter column regions drop default;
update access_role set permissions = permissions || '{money:view}' where not built_in and not permissions @> '{money:view}';
update access_role set permissions = permissions || '{workOrder:assign}'
  where not built_in and permissions @> '{workOrder:operate}' and not permissions @> '{workOrder:assign}';

create table permitted_host (${standardColumns}, host text not null, note text);
create unique index permitted_host_host_key on permitted_host (org, host) where deleted_at is null;
create index permitted_host_search on permitted_host using gin (search);
`,
    )
  },
}
