import type { Migration } from 'kysely/migration'
import { runSql } from './run-sql.ts'

const provinces =
  `110000:Beijing 120000:Tianjin 130000:Hebei 140000:Shanxi 150000:Inner Mongolia 210000:Liaoning 220000:Jilin 230000:Heilongjiang
310000:Shanghai 320000:Jiangsu 330000:Zhejiang 340000:Anhui 350000:Fujian 360000:Jiangxi 370000:Shandong 410000:Henan 420000:Hubei 430000:Hunan
440000:Guangdong 450000:Guangxi 460000:Hainan 500000:Chongqing 510000:Sichuan 520000:Guizhou 530000:Yunnan 540000:Tibet 610000:Shaanxi 620000:Gansu
630000:Qinghai 640000:Ningxia 650000:Xinjiang 710000:Taiwan 810000:Hong Kong 820000:Macao`
    .split(/\s+(?=\d)/)
    .map((pair) => pair.split(':'))

/**
 * A region that went into another says which. Its names are kept with their dates: the first change writes what was before it too, so that
 * thousands of regions that never change need no line. English names of provinces, which pages had themselves.
 */
export const regionHistory: Migration = {
  async up(db) {
    await runSql(
      db,
      `
alter table region add successor text references region;
update region r set name_en = p.name, search = r.search || array_to_tsvector(string_to_array(lower(p.name), ' '))
  from (values ${provinces.map(([code, name]) => `('${code}', '${name}')`).join(', ')}) as p(code, name)
  where r.id = p.code and r.name_en is null;

create function tw_region_row(r region) returns jsonb language sql immutable as $$
  select case when r.deleted_at is null then jsonb_build_object('code', r.code, 'name', r.name, 'name_en', r.name_en, 'level', r.level,
    'parent', r.parent, 'state', r.state, 'successor', r.successor) end
$$;
create function tw_keep_region() returns trigger language plpgsql as $$
begin
  if current_setting('twin.restoring', true) = 'on' or tw_region_row(old) is not distinct from tw_region_row(new) then return null; end if;
  if not exists (select from dated_row where org = old.org and source = 'region' and id = old.id) then
    insert into dated_row (org, source, id, at, "row") values (old.org, 'region', old.id, to_timestamp(0), tw_region_row(old));
  end if;
  insert into dated_row (org, source, id, at, "row") values (new.org, 'region', new.id, new.updated_at, tw_region_row(new));
  return null;
end $$;
create trigger region_dated after update on region for each row execute function tw_keep_region();
`,
    )
  },
}
