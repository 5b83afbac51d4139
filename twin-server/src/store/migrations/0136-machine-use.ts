import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'

/** How machines spend their hours and days. What is there already is rolled up again from its minutes. */
export const machineUse: Migration = {
  async up(db) {
    await runSql(
      db,
      `
alter table rollup_1h add use int[] not null default '{}';
alter table rollup_1d add use int[] not null default '{}';
insert into rollup_dirty (org, tier, due, devices, buckets)
  select org, 1, now(), array_agg(device), array_agg((extract(epoch from bucket) * 1000)::bigint) from rollup_1h group by org, bucket;
`,
    )
  },
}
