import { addUse, useOf } from '@twin/models/analysis'
import type { BinaryRow } from './binary-rows.ts'

const MINUTE = 60_000

/** Good, uncertain and substituted values count; stale and bad ones nowhere. */
const measured = (quality: number | undefined): boolean => quality === 0 || quality === 1 || quality === 4

/** One bucket being folded, a slot per point. First and last go by (time, sequence), so rows may come in any order. */
export class BucketFold {
  readonly device: string
  readonly bucket: number
  lastAt = -Infinity
  readonly n: number[] = []
  readonly min: number[] = []
  readonly max: number[] = []
  readonly sum: number[] = []
  readonly first: number[] = []
  readonly last: number[] = []
  /** ms loaded, unloaded and stopped; empty for kinds without a run state. The rest of the bucket is offline. */
  readonly use: number[] = []
  readonly #firstAt: number[] = []
  readonly #firstSeq: number[] = []
  readonly #lastAt: number[] = []
  readonly #lastSeq: number[] = []

  constructor(device: string, bucket: number) {
    this.device = device
    this.bucket = bucket
  }

  /** Row with fields at, seq, quality, values. Every reading there is comes by here, so nothing is made on the way. */
  addSample(row: BinaryRow): void {
    const at = row.time()
    const seq = row.int8()
    if (at > this.lastAt) this.lastAt = at
    const quality = row.bytes()
    const values = row.array()
    this.#slots(values.length)
    for (let i = 0; i < values.length; i++) {
      const value = values.next()
      if (value === value && measured(quality[i])) this.#add(i, at, seq, 1, value, value, value, value, value)
    }
  }

  /** Row of a minute: fields as of `addBucket`, then the kind of its device. */
  addMinute(row: BinaryRow): void {
    const { n, min, max, sum } = this.#addBucket(row)
    const use = useOf(row.text())
    if (!use) return
    if (this.use.length === 0) this.use.push(0, 0, 0)
    const [count, low, high, total] = [n[use.slot] ?? 0, min[use.slot] ?? NaN, max[use.slot] ?? NaN, sum[use.slot] ?? NaN]
    addUse(this.use, use, { n: count, min: low, max: high, sum: total }, MINUTE)
  }

  /** Row of an hour: fields as of `addBucket`, then its use. */
  addHour(row: BinaryRow): void {
    this.#addBucket(row)
    row.each((ms, i) => {
      this.use[i] = (this.use[i] ?? 0) + ms
    })
  }

  /** Row with fields bucket, last_at, n, vmin, vmax, vsum, vfirst, vlast of a finer tier. */
  #addBucket(row: BinaryRow): Readonly<Record<'n' | 'min' | 'max' | 'sum', readonly number[]>> {
    const at = row.time()
    const lastAt = row.time()
    if (lastAt > this.lastAt) this.lastAt = lastAt
    const columns: number[][] = []
    for (let c = 0; c < 6; c++) {
      const column: number[] = []
      row.each((value) => column.push(value))
      columns.push(column)
    }
    const [n = [], min = [], max = [], sum = [], first = [], last = []] = columns
    this.#slots(n.length)
    for (const [i, count] of n.entries()) {
      if (count > 0) this.#add(i, at, 0, count, min[i] ?? NaN, max[i] ?? NaN, sum[i] ?? NaN, first[i] ?? NaN, last[i] ?? NaN)
    }
    return { n, min, max, sum }
  }

  #slots(count: number): void {
    while (this.n.length < count) {
      this.n.push(0)
      for (const column of [this.min, this.max, this.sum, this.first, this.last]) column.push(Number.NaN)
      this.#firstAt.push(Infinity)
      this.#firstSeq.push(Infinity)
      this.#lastAt.push(-Infinity)
      this.#lastSeq.push(-Infinity)
    }
  }

  #add(i: number, at: number, seq: number, n: number, min: number, max: number, sum: number, first: number, last: number): void {
    const before = this.n[i] ?? 0
    this.n[i] = before + n
    this.min[i] = before === 0 ? min : Math.min(this.min[i] ?? min, min)
    this.max[i] = before === 0 ? max : Math.max(this.max[i] ?? max, max)
    this.sum[i] = before === 0 ? sum : (this.sum[i] ?? 0) + sum
    const firstAt = this.#firstAt[i] ?? Infinity
    if (at < firstAt || (at === firstAt && seq < (this.#firstSeq[i] ?? Infinity))) {
      this.first[i] = first
      this.#firstAt[i] = at
      this.#firstSeq[i] = seq
    }
    const lastAt = this.#lastAt[i] ?? -Infinity
    if (at > lastAt || (at === lastAt && seq >= (this.#lastSeq[i] ?? -Infinity))) {
      this.last[i] = last
      this.#lastAt[i] = at
      this.#lastSeq[i] = seq
    }
  }
}
