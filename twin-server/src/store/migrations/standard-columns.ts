/** Columns that every table of records has, beside those its model declares (and `state` where it has a lifecycle). */
export const standardColumns = `id text primary key, org text not null default 'main', version bigint not null default 1,
  created_at timestamptz not null, created_by text, updated_at timestamptz not null, updated_by text, deleted_at timestamptz,
  search tsvector not null default ''`
