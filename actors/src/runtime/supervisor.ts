const WINDOW_MS = 60_000

/** Counts failures per actor; too many within a minute and the actor is put aside until its station is configured anew. */
export class Supervisor {
  readonly #limit: number
  readonly #failures = new Map<string, number[]>()
  readonly #quarantined = new Set<string>()
  total = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get quarantined(): readonly string[] {
    return [...this.#quarantined]
  }

  /** A message of this actor failed twice. True when that puts the actor into quarantine. */
  failed(actor: string, now: number): boolean {
    this.total++
    const recent = (this.#failures.get(actor) ?? []).filter((at) => at > now - WINDOW_MS)
    recent.push(now)
    this.#failures.set(actor, recent)
    if (recent.length < this.#limit || this.#quarantined.has(actor)) return false
    this.#quarantined.add(actor)
    return true
  }

  release(actor: string): void {
    this.#failures.delete(actor)
    this.#quarantined.delete(actor)
  }
}
