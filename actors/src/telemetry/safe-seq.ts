/** Stretches of numbers that came ahead of a missing one; more than this are forgotten, which only makes `safe` smaller. */
const MAX_RUNS = 32

/**
 * Up to where nothing of a device's boot is missing. Telemetry and events share their numbers but may come by two sessions of a broker,
 * each in its own order: that a number was taken says nothing of smaller ones of the other channel.
 */
export class SafeSeq {
  boot: string | null = null
  safe = 0
  /** [first, last] of each stretch beyond `safe`, ascending; made when something is missing. */
  #ahead: [number, number][] | null = null

  /** After (boot, seq) was taken; `t` and `e` are the channels' highest of this boot, 0 = none. */
  take(boot: string, seq: number, t: number, e: number): number {
    if (boot !== this.boot) {
      this.boot = boot
      this.safe = 0
      this.#ahead = null
    }
    if (seq === this.safe + 1) this.safe = seq
    else if (seq > this.safe) this.#keep(seq)
    // Each channel comes in order, so what is below both is complete.
    this.safe = Math.max(this.safe, Math.min(t, e))
    if (this.#ahead !== null) this.#absorb(this.#ahead)
    return this.safe
  }

  #keep(seq: number): void {
    const ahead = (this.#ahead ??= [])
    const after = ahead.findIndex(([first]) => first > seq)
    const place = after < 0 ? ahead.length : after
    const before = ahead[place - 1]
    const next = ahead[place]
    if (before && seq <= before[1]) return
    if (before && before[1] === seq - 1) {
      before[1] = seq
      if (next && next[0] === seq + 1) before[1] = ahead.splice(place, 1)[0]?.[1] ?? seq
    } else if (next && next[0] === seq + 1) next[0] = seq
    else if (ahead.length < MAX_RUNS) ahead.splice(place, 0, [seq, seq])
  }

  #absorb(ahead: [number, number][]): void {
    let done = 0
    for (const [first, last] of ahead) {
      if (first > this.safe + 1) break
      this.safe = Math.max(this.safe, last)
      done++
    }
    if (done === ahead.length) this.#ahead = null
    else if (done > 0) ahead.splice(0, done)
  }
}
