/**
 * Next due times of many actors. A later due time does not move the entry: it is put back when it comes up, so an actor
 * whose silence deadline moves with every message costs one heap operation per deadline, not per message.
 */
export class DueHeap<Key> {
  readonly #at: number[] = []
  readonly #keys: Key[] = []
  readonly #entry = new Map<Key, number>()

  get size(): number {
    return this.#keys.length
  }

  /** Makes sure that `key` comes up at `at` or earlier. */
  push(key: Key, at: number): void {
    if (at === Infinity) return
    const known = this.#entry.get(key)
    if (known !== undefined && known <= at) return
    this.#entry.set(key, at)
    this.#at.push(at)
    this.#keys.push(key)
    this.#up(this.#at.length - 1)
  }

  delete(key: Key): void {
    this.#entry.delete(key)
  }

  /** The next key due at `now`, taken out; undefined = none. */
  pop(now: number): Key | undefined {
    for (;;) {
      const at = this.#at[0]
      if (at === undefined || at > now) return undefined
      const key = this.#keys[0] as Key
      this.#removeTop()
      // Entries that an earlier one overtook, or whose key was deleted, are left to come up here.
      if (this.#entry.get(key) !== at) continue
      this.#entry.delete(key)
      return key
    }
  }

  #up(start: number): void {
    let i = start
    while (i > 0) {
      const parent = (i - 1) >> 1
      if ((this.#at[parent] as number) <= (this.#at[i] as number)) return
      this.#swap(i, parent)
      i = parent
    }
  }
  #removeTop(): void {
    const last = this.#at.length - 1
    this.#swap(0, last)
    this.#at.pop()
    this.#keys.pop()
    let i = 0
    for (;;) {
      const left = 2 * i + 1
      if (left >= last) return
      const right = left + 1
      const child = right < last && (this.#at[right] as number) < (this.#at[left] as number) ? right : left
      if ((this.#at[child] as number) >= (this.#at[i] as number)) return
      this.#swap(i, child)
      i = child
    }
  }
  #swap(i: number, j: number): void {
    const at = this.#at[i] as number
    const key = this.#keys[i] as Key
    this.#at[i] = this.#at[j] as number
    this.#keys[i] = this.#keys[j] as Key
    this.#at[j] = at
    this.#keys[j] = key
  }
}
