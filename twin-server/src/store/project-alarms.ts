import type { FactRow } from '@twin/actors/runtime'
import { type AlarmRow, isAlarmFact, projectAlarm } from '@twin/models/alarms'
import type { Tx } from './connection.ts'
import { clean, iso, json } from './text.ts'

/** Column and form of each field of a row. */
const fields: Readonly<Record<keyof AlarmRow, readonly [column: string, form: 'plain' | 'text' | 'time' | 'json']>> = {
  occurrence: ['occurrence', 'text'],
  code: ['code', 'text'],
  station: ['station', 'text'],
  device: ['device', 'text'],
  deviceKind: ['device_kind', 'text'],
  priority: ['priority', 'text'],
  phase: ['phase', 'text'],
  hidden: ['hidden', 'text'],
  groupedUnder: ['grouped_under', 'text'],
  historical: ['historical', 'plain'],
  chattering: ['chattering', 'plain'],
  values: ['values', 'json'],
  raisedAt: ['raised_at', 'time'],
  ackedAt: ['acked_at', 'time'],
  ackedBy: ['acked_by', 'text'],
  note: ['note', 'text'],
  clearedAt: ['cleared_at', 'time'],
  closedAt: ['closed_at', 'time'],
  shelvedUntil: ['shelved_until', 'time'],
  shelveReason: ['shelve_reason', 'text'],
  escalatedAt: ['escalated_at', 'time'],
}
const isField = (name: string): name is keyof AlarmRow => Object.hasOwn(fields, name)

interface Assignments {
  readonly columns: string[]
  readonly casts: string[]
  readonly values: (string | boolean | null)[]
}

function assignments(set: Partial<AlarmRow>): Assignments {
  const result: Assignments = { columns: [], casts: [], values: [] }
  for (const [name, value] of Object.entries(set)) {
    if (!isField(name)) continue
    const [column, form] = fields[name]
    result.columns.push(`"${column}"`)
    result.casts.push(form === 'json' ? '::text::jsonb' : '')
    if (form === 'json') result.values.push(json(value))
    else if (form === 'time') result.values.push(typeof value === 'number' ? iso(value) : null)
    else if (typeof value === 'string') result.values.push(clean(value))
    else result.values.push(typeof value === 'boolean' ? value : null)
  }
  return result
}

/** Rows of alarm_occurrence and alarm_event that these facts mean, one statement after the other in the order of the facts. */
export function projectAlarms(tx: Tx, org: string, epochOf: (shard: number) => number, facts: readonly FactRow[]): Promise<unknown>[] {
  const jobs: Promise<unknown>[] = []
  for (const row of facts) {
    const { fact, actor, station } = row
    if (!isAlarmFact(fact)) continue
    const device = actor.slice(actor.indexOf(':') + 1)
    const change = projectAlarm(fact, { station, device, deviceKind: '' })
    if (fact.kind === 'alarm.pending') continue
    if (change?.op === 'insert') jobs.push(insert(tx, org, change.row, change.again))
    else if (change) jobs.push(update(tx, change.where, change.set, device, fact.body.code))
    const occurrence = 'occurrence' in fact.body ? fact.body.occurrence : null
    const by = 'by' in fact.body ? fact.body.by : null
    jobs.push(
      tx`insert into alarm_event (shard, seq, epoch, org, occurrence, station, device, code, at, kind, by, note, body)
        values (${row.shard}, ${row.seq}, ${epochOf(row.shard)}, ${org}, coalesce(${occurrence}::text, (select occurrence from alarm_occurrence
          where device = ${device} and code = ${fact.body.code} and closed_at is null and not historical limit 1)),
          ${station}, ${device}, ${fact.body.code}, ${fact.at}, ${fact.kind}, ${by === null ? null : clean(by)}, ${noteOf(fact.body)},
          ${json(fact.body)}::text::jsonb)`,
    )
  }
  return jobs
}

function noteOf(body: object): string | null {
  for (const name of ['note', 'reason', 'workOrder']) {
    const value: unknown = Reflect.get(body, name)
    if (typeof value === 'string') return clean(value)
  }
  return null
}

/** Kinds of device and station are looked up here: facts do not carry them, and lists filter by them. */
function insert(tx: Tx, org: string, row: AlarmRow, again: Partial<AlarmRow>): Promise<unknown> {
  const { deviceKind: _, ...rest } = row
  const { columns, casts, values } = assignments(rest)
  const n = values.length
  const fresh = assignments(again).columns.map((column) => `${column} = excluded.${column}`)
  return tx.unsafe(
    `insert into alarm_occurrence (${columns.join(', ')}, org, device_kind, station_kind)
       values (${casts.map((cast, i) => `$${i + 1}${cast}`).join(', ')}, $${n + 1},
         coalesce((select kind from device where id = $${n + 2}), ''), (select kind from station where id = $${n + 3}))
       on conflict (occurrence) do update set ${fresh.join(', ')}`,
    [...values, org, row.device, row.station],
  )
}

function update(
  tx: Tx,
  where: { readonly occurrence: string } | { readonly open: true },
  set: Partial<AlarmRow>,
  device: string,
  code: string,
): Promise<unknown> {
  const { columns, casts, values } = assignments(set)
  const n = values.length
  const assign = columns.map((column, i) => `${column} = $${i + 1}${casts[i] ?? ''}`).join(', ')
  const [condition, keys] =
    'occurrence' in where
      ? [`occurrence = $${n + 1}`, [where.occurrence]]
      : [`device = $${n + 1} and code = $${n + 2} and closed_at is null and not historical`, [device, code]]
  return tx.unsafe(`update alarm_occurrence set ${assign} where ${condition}`, [...values, ...keys])
}
