import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'

/** Assets form a tree: a station's units point to it. An asset knows the place it serves, whose it is and whether it is used. */
export const assetTree: Migration = {
  async up(db) {
    await runSql(
      db,
      `
alter table asset alter rated_power drop not null, alter rated_flow drop not null, alter rated_pressure drop not null,
  alter price drop not null, alter supplier drop not null, add parent text references asset, add unit_type text,
  add station text references station, add device text references device, add owner text,
  add condition text not null default 'new';
alter table asset alter condition drop default;
update asset set unit_type = 'compressor';
create unique index asset_device_key on asset (org, device) where deleted_at is null;
create index asset_parent_unit_type on asset (org, parent, unit_type, id) where deleted_at is null;
create index asset_station on asset (org, station, id) where deleted_at is null;
create index asset_kind_state on asset (org, kind, state, id) where deleted_at is null;
`,
    )
  },
}
