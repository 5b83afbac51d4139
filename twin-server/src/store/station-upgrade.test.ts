import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { stationOf } from '../testing/rows.ts'
import { startTestPostgres } from '../testing/postgres.ts'
import { openKysely, openPool } from './index.ts'
import { migrations } from './migrations/index.ts'
import { openStations } from './stations.ts'

it('[ST26] stations of an older database come through the upgrade as they were, and are found by their words', async () => {
  const postgres = await startTestPostgres()
  const pool = openPool(postgres.url)
  const db = openKysely(pool)
  const names = Object.keys(migrations).toSorted()
  const step = '0125-station-records'
  for (const name of names.filter((each) => each < step)) await migrations[name]?.up(db)
  const whole = { ...stationOf(), region: '310999', address: '某路 1 号' }
  const { devices, ...config } = whole
  await sql`insert into station (id, code, name, name_en, kind, region, lat, lng, time_zone, config, updated_at)
    values (${whole.id}, ${whole.code}, ${whole.name}, ${whole.nameEn}, ${whole.kind}, ${whole.region}, ${whole.position?.lat},
      ${whole.position?.lng}, ${whole.timeZone}, ${JSON.stringify(config)}::text::jsonb, now())`.execute(db)
  for (const [ord, device] of devices.entries())
    await sql`insert into device (id, station, kind, variant, code, name, ord, config, updated_at)
      values (${device.id}, ${whole.id}, ${device.kind}, ${device.variant}, ${device.code}, ${device.name}, ${ord},
        ${JSON.stringify(device)}::text::jsonb, now())`.execute(db)
  for (const name of names.filter((each) => each >= step)) await migrations[name]?.up(db)
  expect(await openStations(pool).get(whole.id)).toEqual(whole)
  const { rows } = await sql`select state from station where search @@ '一号'::tsquery and region = '310999'`.execute(db)
  expect(rows).toEqual([{ state: 'operating' }])
  await pool.end()
  await postgres.stop()
}, 60_000)
