import { pointIndex, pointsOf } from '@twin/models/kinds'
import { createStore } from '@twin/server/store'
import { median, type Row } from './report.ts'
import { World } from './world.ts'

const HOUR = 3_600_000
const DAYS = 30
const KIND = 'compressor'
const POINT = 'dischargePressure'

/** One point over 30 days by hour out of a filled database, against its bare rows. */
export async function benchHistory(devices: number): Promise<Row[]> {
  const world = new World()
  const store = await createStore({ url: await world.database('history') })
  try {
    const to = Date.now() - (Date.now() % HOUR)
    const from = to - DAYS * 24 * HOUR
    const ids = Array.from({ length: devices }, (_, i) => `bench${String(i).padStart(7, '0')}`)
    const [points, slot] = [pointsOf(KIND).length, pointIndex(KIND, POINT) + 1]
    await store.sql.unsafe(
      `insert into rollup_1h (device, bucket, last_at, n, vmin, vmax, vsum, vfirst, vlast)
      select d, b, b + interval '3599 seconds', array_fill(60, array[${points}]), v, v, v, v, v
      from (select d, b, array_fill(7.5::float8, array[${points}]) as v
        from unnest($1::text[]) d, generate_series(to_timestamp(${from / 1000}), to_timestamp(${(to - 1) / 1000}), interval '1 hour') b) x`,
      [ids],
    )
    await store.sql.unsafe('vacuum analyze rollup_1h')
    const timed = async (query: (device: string) => Promise<unknown>): Promise<number[]> => {
      const taken: number[] = []
      for (const device of ids) {
        const began = performance.now()
        await query(device)
        taken.push(performance.now() - began)
      }
      return taken
    }
    const query = (device: string): Promise<unknown> =>
      store.history.series({ device, kind: KIND, point: POINT, from, to, resolution: '1h', maxPoints: 1000 })
    await query(ids[0] ?? '')
    const ours = await timed(query)
    const bare = await timed((device) =>
      store.sql.unsafe(
        `select bucket, n[${slot}], vmin[${slot}], vmax[${slot}], vsum[${slot}], vlast[${slot}] from rollup_1h where device = $1 order by bucket`,
        [device],
      ),
    )
    return [
      {
        what: `history, one point × ${DAYS} days by hour, one of ${devices} devices`,
        figure: `median ${median(ours).toFixed(0)} ms, worst ${Math.max(...ours).toFixed(0)} ms`,
        baseline: `median ${median(bare).toFixed(0)} ms: its bare rows`,
        ratio: (median(ours) / median(bare)).toFixed(1),
        target: '≤ 50 ms',
        met: median(ours) <= 50,
      },
    ]
  } finally {
    await store.close()
    await world.stop()
  }
}
