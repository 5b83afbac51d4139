const POSTGRES_EPOCH = Date.UTC(2000, 0, 1)
const header = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const FLOAT8 = 701
const INT4 = 23
/** Head of a CopyData message of the wire protocol: its letter, and a length that is filled in at the end. */
const COPY_DATA = 0x64
const HEAD = 5

/**
 * Writer of PostgreSQL's binary COPY format. A sample row costs half of what text costs on both sides: nothing is printed and parsed.
 * One buffer is reused for every COPY: what `message` gives is good until the next `begin`.
 */
export class BinaryCopy {
  #buffer = Buffer.allocUnsafe(256 * 1024)
  #view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, this.#buffer.length)
  #end = 0

  begin(): void {
    this.#end = HEAD + header.copy(this.#buffer, HEAD)
  }

  row(columns: number): void {
    this.#room(2)
    this.#view.setInt16(this.#end, columns)
    this.#end += 2
  }

  text(value: string): void {
    this.#room(4 + value.length * 3)
    const length = this.#buffer.write(value, this.#end + 4)
    this.#view.setInt32(this.#end, length)
    this.#end += 4 + length
  }

  int2(value: number): void {
    this.#room(6)
    this.#view.setInt32(this.#end, 2)
    this.#view.setInt16(this.#end + 4, value)
    this.#end += 6
  }

  int4(value: number): void {
    this.#room(8)
    this.#view.setInt32(this.#end, 4)
    this.#view.setInt32(this.#end + 4, value)
    this.#end += 8
  }

  /** A safe integer; BigInt would cost an allocation per value. */
  int8(value: number): void {
    this.#room(12)
    const high = Math.floor(value / 2 ** 32)
    this.#view.setInt32(this.#end, 8)
    this.#view.setInt32(this.#end + 4, high)
    this.#view.setUint32(this.#end + 8, value - high * 2 ** 32)
    this.#end += 12
  }

  /** Epoch ms as timestamptz. */
  time(ms: number): void {
    this.int8((ms - POSTGRES_EPOCH) * 1000)
  }

  /** The first `length` bytes. */
  bytes(value: Uint8Array, length: number): void {
    this.#room(4 + length)
    this.#view.setInt32(this.#end, length)
    const at = this.#end + 4
    for (let i = 0; i < length; i++) this.#buffer[at + i] = value[i] as number
    this.#end = at + length
  }

  floats(values: ArrayLike<number>): void {
    const n = values.length
    this.#room(24 + n * 12)
    this.#array(n, FLOAT8, n * 12)
    const view = this.#view
    let at = this.#end
    for (let i = 0; i < n; i++) {
      view.setInt32(at, 8)
      view.setFloat64(at + 4, values[i] ?? Number.NaN)
      at += 12
    }
    this.#end = at
  }

  /** float8[] of the first `n` with null wherever `present` is `never`: a third of the bytes of a device that measures few of its kind's points. */
  floatsWhere(values: ArrayLike<number>, present: ArrayLike<number>, never: number, n: number): void {
    this.#room(24 + n * 12)
    const from = this.#end
    this.#array(n, FLOAT8, 0, 1)
    if (n === 0) return
    const view = this.#view
    let at = this.#end
    for (let i = 0; i < n; i++) {
      if (present[i] === never) {
        view.setInt32(at, -1)
        at += 4
      } else {
        view.setInt32(at, 8)
        view.setFloat64(at + 4, values[i] ?? Number.NaN)
        at += 12
      }
    }
    view.setInt32(from, at - from - 4)
    this.#end = at
  }

  /** Head of a one-dimensional array. */
  #array(n: number, type: number, bytes: number, nulls: 0 | 1 = 0): void {
    const view = this.#view
    const at = this.#end
    view.setInt32(at, n === 0 ? 12 : 20 + bytes)
    view.setInt32(at + 4, n === 0 ? 0 : 1)
    view.setInt32(at + 8, n === 0 ? 0 : nulls)
    view.setInt32(at + 12, type)
    this.#end = at + 16
    if (n === 0) return
    view.setInt32(at + 16, n)
    view.setInt32(at + 20, 1)
    this.#end = at + 24
  }

  ints(values: readonly number[]): void {
    const n = values.length
    this.#room(24 + n * 8)
    this.#array(n, INT4, n * 8)
    for (const value of values) this.int4(value)
  }

  /** All that was written, as one CopyData message. */
  message(): Buffer {
    this.#room(2)
    this.#view.setInt16(this.#end, -1)
    const end = this.#end + 2
    this.#buffer[0] = COPY_DATA
    this.#view.setInt32(1, end - 1)
    return this.#buffer.subarray(0, end)
  }

  #room(bytes: number): void {
    if (this.#end + bytes <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#end + bytes))
    this.#buffer.copy(larger, 0, 0, this.#end)
    this.#buffer = larger
    this.#view = new DataView(larger.buffer, larger.byteOffset, larger.length)
  }
}
