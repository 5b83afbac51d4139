import type { CommitBatch, DeadLetter } from '@twin/actors/runtime'
import type { Tx } from './connection.ts'
import { clean, iso } from './text.ts'

const MAX_PAYLOAD = 64 * 1024

/** Keeps at most `perMinute` letters per device and reason a minute; a flood must not fill the disk. All are counted elsewhere. */
export class LetterThinner {
  readonly #perMinute: number
  #minute = 0
  readonly #kept = new Map<string, number>()

  constructor(perMinute: number) {
    this.#perMinute = perMinute
  }

  thin(letters: readonly DeadLetter[], now: number): DeadLetter[] {
    const minute = Math.floor(now / 60_000)
    if (minute !== this.#minute) this.#kept.clear()
    this.#minute = minute
    return letters.filter(({ device, reason }) => {
      const key = `${device ?? ''} ${reason}`
      const kept = this.#kept.get(key) ?? 0
      if (kept >= this.#perMinute) return false
      this.#kept.set(key, kept + 1)
      return true
    })
  }
}

export function insertLetters(tx: Tx, org: string, letters: readonly DeadLetter[]): Promise<unknown>[] {
  if (letters.length === 0) return []
  return [
    tx`insert into dead_letter (org, device, station, topic, reason, detail, payload, received)
      select ${org}, x.device, d.station, x.topic, x.reason, x.detail, decode(x.payload, 'hex'), x.received
      from unnest(${letters.map((l) => (l.device === null ? null : clean(l.device)))}::text[], ${letters.map((l) => clean(l.topic))}::text[],
        ${letters.map((l) => l.reason)}::text[], ${letters.map((l) => clean(l.detail))}::text[],
        ${letters.map((l) => Buffer.from(l.payload.subarray(0, MAX_PAYLOAD)).toString('hex'))}::text[],
        ${letters.map((l) => iso(l.received))}::timestamptz[])
        as x(device, topic, reason, detail, payload, received)
      left join device d on d.id = x.device`,
  ]
}

/**
 * Counts per device and reason. Letters of no known device are counted under '' unless the batch counts them itself.
 */
export function countRejects(tx: Tx, org: string, batch: CommitBatch, now: number): Promise<unknown>[] {
  const counts = new Map<string, { device: string; reason: string; count: number }>()
  const add = (device: string, reason: string, count: number): void => {
    const key = `${device}\0${reason}`
    const known = counts.get(key)
    if (known) known.count += count
    else counts.set(key, { device, reason, count })
  }
  for (const { device, reason, count } of batch.rejects) add(clean(device), reason, count)
  const counted = new Set(batch.rejects.filter(({ device }) => device === '').map(({ reason }) => reason))
  for (const { device, reason } of batch.deadLetters) if (device === null && !counted.has(reason)) add('', reason, 1)
  const rows = [...counts.values()]
  if (rows.length === 0) return []
  return [
    tx`insert into reject_count as r (org, device, reason, count, last_at)
      select ${org}, x.device, x.reason, x.count, ${now}
      from unnest(${rows.map((r) => r.device)}::text[], ${rows.map((r) => r.reason)}::text[], ${rows.map((r) => r.count)}::bigint[])
        as x(device, reason, count)
      on conflict (device, reason) do update set count = r.count + excluded.count, last_at = excluded.last_at`,
  ]
}
