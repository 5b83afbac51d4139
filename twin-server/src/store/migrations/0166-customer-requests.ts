import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'
import { standardColumns } from './standard-columns.ts'

/** What customers ask for, and which department serves a region. */
export const customerRequests: Migration = {
  async up(db) {
    await runSql(
      db,
      `
alter table region add service_department text;
create table customer_request (${standardColumns}, state text not null,
  number text not null, customer text not null, phone text not null, region text not null references region, department text,
  department_region text references region, subject text not null, source text not null, station text references station,
  asset text references asset, accepted_by text references auth_user, accepted_at timestamptz, result text, closed_at timestamptz);
create unique index customer_request_number_key on customer_request (org, number) where deleted_at is null;
create index customer_request_state_created_at on customer_request (org, state, created_at, id) where deleted_at is null;
create index customer_request_region on customer_request (org, region, id) where deleted_at is null;
create index customer_request_department_state on customer_request (org, department, state, id) where deleted_at is null;
create index customer_request_search on customer_request using gin (search);
`,
    )
  },
}
