/**
 * The log searched over a million lines, measured at the API. Run: `node twin-server/bench/audit-search.ts [lines]`.
 * Starts a database of its own and removes it. Every search must stay under 3 s, the last page included.
 */
import { sql } from 'kysely'
import { startRecordWorld } from '../src/records/test-records.ts'

const lines = Number(process.argv[2] ?? 1_000_000)
const limitMs = 3000
const world = await startRecordWorld()
try {
  const began = performance.now()
  const year = 365 * 86_400_000
  const now = Date.now()
  const start = now - 3 * year
  // Three years, one step apart: sign-ins, changes of orders, rules, exports, as a busy installation would have them.
  await sql`
    insert into audit_log (org, at, user_id, user_name, from_addr, kind, target, result, before, after, prev_hash, hash, title)
    select 'main', to_timestamp((${sql.lit(start)} + i * (${sql.lit(now - start)}::float8 / ${sql.lit(lines)})) / 1000), 'u' || i % 200, 'person' || i % 200,
      '10.0.' || i % 250 || '.' || i % 7,
      case when i % 20 < 8 then 'sign-in' when i % 20 < 14 then 'workOrder.update' when i % 20 < 17 then 'part.update'
        when i % 200 = 18 then 'setting.update' when i % 200 = 19 then 'export.alarms' when i % 5000 = 38 then 'customerRequest.show' else 'command.issue' end,
      'row' || i % 50000, case when i % 50 = 0 then 'failed' else 'ok' end, jsonb_build_object('value', i), jsonb_build_object('value', i + 1),
      repeat('0', 64), repeat('1', 64), case when i % 20 between 8 and 13 then 'GD-' || lpad((i % 50000)::text, 8, '0') end
    from generate_series(1::bigint, ${sql.lit(lines)}::bigint) i`.execute(world.db)
  await sql`vacuum analyze audit_log`.execute(world.db)
  console.log(`${lines} lines in ${((performance.now() - began) / 1000).toFixed(1)} s`)

  const month = `from=${now - 60 * 86_400_000}&to=${now - 30 * 86_400_000}`
  const searches: Readonly<Record<string, string>> = {
    'all, first page': 'size=50',
    'all, middle page': `size=50&page=${Math.ceil(lines / 100)}`,
    'all, last page': `size=50&page=${Math.ceil(lines / 50)}`,
    'sign-ins of a person': 'record=sign-in&user=person8',
    'rule changes': 'record=setting&action=update',
    'each export': 'action=export',
    'displays of sensitive values': 'action=show',
    'one number': 'number=GD-00012008',
    'a platform': 'platform=service',
    'a platform, last page': `platform=service&size=50&page=${Math.ceil((lines * 0.7) / 50)}`,
    'a past month': month,
    'five conditions': `platform=service&record=workOrder&action=update&user=person8&result=ok&${month}`,
    'nothing fits': 'record=setting&user=person3&result=ok',
  }
  let worst = 0
  for (const [name, query] of Object.entries(searches)) {
    const times: number[] = []
    for (let i = 0; i < 10; i++) {
      const at = performance.now()
      const response = await world.call('GET', `/api/audit?${query}`, 'admin')
      const text = await response.text()
      if (response.status !== 200) throw new Error(`${query}: ${response.status} ${text.slice(0, 300)}`)
      times.push(performance.now() - at)
    }
    times.sort((a, b) => a - b)
    worst = Math.max(worst, times[9] ?? 0)
    console.log(`${name}: median ${times[5]?.toFixed(1)} ms, worst ${times[9]?.toFixed(1)} ms`)
  }
  console.log(worst < limitMs ? `all under ${limitMs} ms` : `slower than ${limitMs} ms`)
  if (worst >= limitMs) process.exitCode = 1
} finally {
  await world.stop()
}
