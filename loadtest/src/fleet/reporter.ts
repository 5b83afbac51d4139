import type { WireValue } from '@twin/models/wire'
import type { ReportedPoint } from './declared.ts'
import type { Row } from './uplink.ts'

/** Something goes out at least this often, or the device counts as silent. */
const HEARTBEAT_MS = 5_000

/** Report by exception: which values of a sample are worth sending, by deadband and longest silence. */
export class Reporter {
  readonly #points: readonly ReportedPoint[]
  readonly #sent: WireValue[]
  readonly #sentAt: Float64Array
  #last = -Infinity

  constructor(points: readonly ReportedPoint[]) {
    this.#points = points
    this.#sent = points.map(() => null)
    this.#sentAt = new Float64Array(points.length).fill(-Infinity)
  }

  get last(): readonly WireValue[] {
    return this.#sent
  }

  /** Everything goes again with the next sample, as after a birth. */
  forget(): void {
    this.#sentAt.fill(-Infinity)
    this.#last = -Infinity
  }

  /** The row to send for a sample, null when nothing in it is news. */
  row(at: number, values: readonly WireValue[]): Row | null {
    const due = at - this.#last >= HEARTBEAT_MS
    let news = false
    const out = values.map((value, i): WireValue => {
      if (value === null || !this.#worth(i, value, at, due)) return null
      news = true
      this.#sent[i] = value
      this.#sentAt[i] = at
      return value
    })
    if (!news && due) {
      const i = values.findIndex((value) => value !== null)
      out[i] = values[i] ?? null
      news = i >= 0
    }
    if (!news) return null
    this.#last = at
    return [at, out]
  }

  #worth(i: number, value: Exclude<WireValue, null>, at: number, due: boolean): boolean {
    const point = this.#points[i]
    const before = this.#sent[i]
    const age = at - (this.#sentAt[i] ?? -Infinity)
    if (!point || age === Infinity) return true
    const { deadband, maxSilenceS, sampleMs } = point.definition
    // Checked a little early: a tick late would already be stale.
    if (age >= maxSilenceS * 1000 - 600) return true
    if (value === before) return due && maxSilenceS <= 5
    if (typeof value !== 'number' || typeof before !== 'number' || deadband === null) return true
    return age >= Math.min(sampleMs, 60_000) && Math.abs(value - before) >= deadband
  }
}
