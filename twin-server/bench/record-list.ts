/**
 * List of 50 rows of a million, filtered and sorted, and an export of 100,000, measured at the API. Run: `node twin-server/bench/record-list.ts [rows]`.
 * Starts a database of its own and removes it.
 */
import { sql } from 'kysely'
import { startRecordWorld } from '../src/records/test-records.ts'

const rows = Number(process.argv[2] ?? 1_000_000)
const world = await startRecordWorld()
try {
  const began = performance.now()
  await sql`insert into warehouse (id, created_at, updated_at, code, name) values ('w', now(), now(), 'w', 'w')`.execute(world.db)
  await sql`
    insert into part (id, created_at, updated_at, state, code, name, unit, supplier, minimum, models, on_hand, value, short, search)
    select 'p' || lpad(i::text, 11, '0'), now() - i * interval '1 s', now(), case when i % 10 = 0 then 'disabled' else 'enabled' end,
      'P-' || lpad(i::text, 8, '0'), 'part ' || (i * 7919 % 1000003), '只', 'supplier ' || i % 50, 5, '{}', i % 100, i, i % 20 = 0,
      array_to_tsvector(array['p', lpad(i::text, 8, '0'), 'part', (i * 7919 % 1000003)::text])
    from generate_series(1::bigint, ${sql.lit(rows)}::bigint) i`.execute(world.db)
  await sql`vacuum analyze part`.execute(world.db)
  console.log(`${rows} rows in ${((performance.now() - began) / 1000).toFixed(1)} s`)

  const queries = {
    'filter + sort by an index': '/api/records/part?short=true&sort=-code&size=50',
    'sort by another index': '/api/records/part?sort=name&size=50',
    'filter without an index of its own': '/api/records/part?supplier=supplier%207&sort=-code&size=50',
    'full text': '/api/records/part?q=00654321&size=50',
    'page 2 000 by number': '/api/records/part?sort=code&size=50&page=2000',
  }
  for (const [name, path] of Object.entries(queries)) {
    const times: number[] = []
    for (let i = 0; i < 20; i++) {
      const at = performance.now()
      const response = await world.call('GET', path, 'admin')
      await response.text()
      if (response.status !== 200) throw new Error(`${path}: ${response.status}`)
      times.push(performance.now() - at)
    }
    times.sort((a, b) => a - b)
    console.log(`${name}: median ${times[10]?.toFixed(1)} ms, worst ${times.at(-1)?.toFixed(1)} ms`)
  }

  const at = performance.now()
  const response = await world.call('GET', '/api/records/part/export?format=csv&code.lte=P-00100000', 'admin')
  let [bytes, peak] = [0, 0]
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    bytes += chunk.length
    peak = Math.max(peak, process.memoryUsage().heapUsed)
  }
  console.log(
    `export of ${response.headers.get('x-total-rows')} rows: ${(bytes / 1e6).toFixed(1)} MB in ${((performance.now() - at) / 1000).toFixed(1)} s, heap at most ${(peak / 1e6).toFixed(0)} MB`,
  )
} finally {
  await world.stop()
}
