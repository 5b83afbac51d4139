import { findKind, findPoint } from '@twin/models/kinds'
import type { StationConfig } from '@twin/models/stations'
import { parseTopic, type RejectReason } from '@twin/models/wire'
import { decodePayload } from './decode.ts'
import type { Incoming, Intake } from './intake.ts'
import type { SpoolRecord } from './spool-record.ts'

/** Values a device sent for one moment, by slot of its kind. An empty map stands for any. */
export interface Sighting {
  readonly device: string
  readonly at: number
  readonly values: ReadonlyMap<number, number>
}

export interface SpoolDrainOptions {
  readonly intake: Intake
  readonly stationOf: (device: string) => StationConfig | undefined
  /** Epoch under which this process holds the station; undefined = it does not. */
  readonly epochOf: (station: string) => number | undefined
  /** Which of these are in the history, as measured. */
  readonly recorded: (sightings: readonly Sighting[]) => Promise<readonly boolean[]>
  readonly now?: () => number
}

interface Note {
  readonly from?: Exclude<Incoming['from'], 'broker'>
  readonly reason?: RejectReason
  readonly detail?: string
}

/** How often it is looked whether those that wait for their commit still can get one, ms. */
const LOOK_MS = 250
/** What was not answered by then is delivered again, ms. */
const PATIENCE_MS = 30_000

export const noteOf = (from: Incoming['from'], refused: { readonly reason: RejectReason; readonly detail: string } | undefined): string =>
  from === 'broker' && !refused ? '' : JSON.stringify({ ...(from === 'broker' ? {} : { from }), ...refused } satisfies Note)

export function incomingOf({ topic, payload, note }: SpoolRecord): { readonly incoming: Incoming; readonly note: Note } {
  const read = note === '' ? {} : (JSON.parse(note) as Note)
  return { incoming: { topic, payload, from: read.from ?? 'broker' }, note: read }
}

/**
 * Takes spooled messages as their owner: the ordinary way in, in order. Resolves true when all are durable; false = some are not ours any
 * more, and the whole may be brought again to whoever owns them. A message that the device's cursor is beyond is either on record, or was
 * overtaken because another process took newer ones meanwhile: the history says which.
 */
export function createSpoolDrain(options: SpoolDrainOptions): (records: readonly SpoolRecord[]) => Promise<boolean> {
  const { intake, stationOf, epochOf, recorded } = options

  const epochs = (records: readonly SpoolRecord[]): readonly (number | undefined)[] =>
    records.map(({ topic }) => {
      const station = stationOf(parseTopic(topic)?.device ?? '')?.id
      // What belongs to no station is buried, and anybody may do that.
      return station === undefined ? 0 : epochOf(station)
    })

  /** Undefined = nobody answered. */
  const deliver = async (records: readonly SpoolRecord[], overtaken: boolean): Promise<readonly boolean[] | undefined> => {
    const before = epochs(records)
    if (before.includes(undefined)) return undefined
    const duplicate: boolean[] = records.map(() => false)
    const left = { open: records.length }
    let wake = (): void => undefined
    for (const [i, record] of records.entries()) {
      const { incoming, note } = incomingOf(record)
      const done = (again: boolean): void => {
        duplicate[i] = again
        if (--left.open === 0) wake()
      }
      if (note.reason === undefined) intake.late(incoming, { received: record.received, overtaken }, done)
      else intake.refuse(incoming, note.reason, note.detail ?? '', () => done(false))
    }
    for (let waited = 0; left.open > 0; waited += LOOK_MS) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LOOK_MS)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      // A shard that went elsewhere answers nobody.
      if (left.open > 0 && (waited >= PATIENCE_MS || epochs(records).some((epoch, i) => epoch !== before[i]))) return undefined
    }
    return duplicate
  }

  /** Those of which nothing is on record yet. */
  const missing = async (records: readonly SpoolRecord[]): Promise<readonly SpoolRecord[]> => {
    const seen = records.map((record) => sightingsOf(record, stationOf))
    const flat = seen.flat()
    const known = flat.length === 0 ? [] : await recorded(flat)
    let at = 0
    return records.filter((_, i) => {
      const of = known.slice(at, (at += seen[i]?.length ?? 0))
      return of.length > 0 && !of.every(Boolean)
    })
  }

  return async (records) => {
    // Without a sequence a cursor tells nothing: those that were on their way when they were spooled may be on record.
    const unnumbered = new Set(records.filter((record) => !isNumbered(record)))
    const absent = new Set(unnumbered.size === 0 ? [] : await missing([...unnumbered]))
    const first = records.filter((record) => !unnumbered.has(record) || absent.has(record) || hasNoValues(record, stationOf))
    const duplicate = await deliver(first, false)
    if (!duplicate) return false
    const again = first.filter((_, i) => duplicate[i])
    if (again.length === 0) return true
    const overtaken = await missing(again)
    return overtaken.length === 0 || (await deliver(overtaken, true)) !== undefined
  }
}

const decoded = ({ topic, payload }: SpoolRecord) => (parseTopic(topic)?.channel === 't' ? decodePayload(payload, 't') : undefined)

function isNumbered(record: SpoolRecord): boolean {
  const read = decoded(record)
  return read?.ok === true && read.envelope.seq !== undefined
}

/** Nothing that could be looked for: texts alone, or what cannot be read. */
const hasNoValues = (record: SpoolRecord, stationOf: SpoolDrainOptions['stationOf']): boolean => sightingsOf(record, stationOf).length === 0

function sightingsOf(record: SpoolRecord, stationOf: SpoolDrainOptions['stationOf']): readonly Sighting[] {
  const read = decoded(record)
  const device = parseTopic(record.topic)?.device ?? ''
  const config = stationOf(device)?.devices.find(({ id }) => id === device)
  const kind = config && findKind(config.kind)
  if (!read?.ok || !kind) return []
  const { ts, body } = read.envelope
  const { p, s } = body as { readonly p?: unknown; readonly s?: unknown }
  if (typeof p === 'object' && p !== null) {
    const values = Object.entries(p).flatMap(([name, value]): [number, number][] => {
      const slot = findPoint(kind, name)
      return slot >= 0 && typeof value === 'number' ? [[slot, value]] : []
    })
    return values.length === 0 ? [] : [{ device, at: ts, values: new Map(values) }]
  }
  // Which points a row means only the birth says; its moment must do.
  const rows: readonly unknown[] = Array.isArray(s) ? s : []
  return rows.flatMap((row: unknown) =>
    Array.isArray(row) && Number.isSafeInteger(row[0]) ? [{ device, at: row[0] as number, values: new Map<number, number>() }] : [],
  )
}
