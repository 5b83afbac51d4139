import type { TurnMark } from '@twin/actors/runtime'

const TEXT = 16
const ROOM = 512

/** Memory that two threads see: which turn the one is in, for the other to read while it hangs. */
export class TurnBoard {
  readonly buffer: SharedArrayBuffer
  readonly #numbers: Int32Array
  readonly #text: Buffer

  constructor(buffer = new SharedArrayBuffer(TEXT + ROOM)) {
    this.buffer = buffer
    this.#numbers = new Int32Array(buffer, 0, TEXT / 4)
    this.#text = Buffer.from(buffer, TEXT)
  }

  enter({ shard, station, key }: TurnMark): void {
    const numbers = this.#numbers
    numbers[1] = shard
    numbers[2] = this.#text.write(station)
    numbers[3] = this.#text.write(key, numbers[2])
    Atomics.add(numbers, 0, 1)
  }
  leave(): void {
    Atomics.add(this.#numbers, 0, 1)
  }

  /** Odd = a turn is under way; the same number again = it is still the same. */
  get count(): number {
    return Atomics.load(this.#numbers, 0)
  }
  /** Only while the count stands still. */
  read(): TurnMark {
    const [, shard = 0, station = 0, key = 0] = this.#numbers
    return { shard, station: this.#text.toString('utf8', 0, station), key: this.#text.toString('utf8', station, station + key) }
  }
}
