const POSTGRES_EPOCH = Date.UTC(2000, 0, 1)
const HEADER = 19

/** One row of a binary `copy … to stdout`, read field by field in order. Views into the stream's buffer: use it before the next row. */
export class BinaryRow {
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  readonly #array = new BinaryArray()

  /** Points to a row after its field count. */
  open(bytes: Buffer, at: number): this {
    this.#bytes = bytes
    this.#at = at
    return this
  }

  text(): string {
    const length = this.#length()
    return this.#bytes.toString('utf8', this.#skip(length), this.#at)
  }

  /** bigint, as a number. */
  int8(): number {
    const at = this.#skip(this.#length())
    return this.#bytes.readInt32BE(at) * 2 ** 32 + this.#bytes.readUInt32BE(at + 4)
  }

  /** timestamptz as epoch ms. */
  time(): number {
    return this.int8() / 1000 + POSTGRES_EPOCH
  }

  bytes(): Buffer {
    const length = this.#length()
    return this.#bytes.subarray(this.#skip(length), this.#at)
  }

  /** float8[] or int4[]. Take all its elements before the next field. */
  array(): BinaryArray {
    const length = this.#length()
    return this.#array.open(this.#bytes, this.#skip(length))
  }

  /** The same with a callback per element. */
  each(use: (value: number, index: number) => void): void {
    const array = this.array()
    for (let i = 0; i < array.length; i++) use(array.next(), i)
  }

  #length(): number {
    this.#at += 4
    return this.#bytes.readInt32BE(this.#at - 4)
  }

  /** Start of the field, moving behind it. */
  #skip(length: number): number {
    this.#at += length
    return this.#at - length
  }
}

/** Elements of an array in their order; NaN for null. */
export class BinaryArray {
  length = 0
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0

  open(bytes: Buffer, at: number): this {
    this.#bytes = bytes
    // Without dimensions it is empty.
    this.length = bytes.readInt32BE(at) === 0 ? 0 : bytes.readInt32BE(at + 12)
    this.#at = at + 20
    return this
  }

  next(): number {
    const at = this.#at
    const size = this.#bytes.readInt32BE(at)
    this.#at = at + 4 + (size > 0 ? size : 0)
    return size === 8 ? this.#bytes.readDoubleBE(at + 4) : size === 4 ? this.#bytes.readInt32BE(at + 4) : Number.NaN
  }
}

/** Reads a binary `copy … to stdout` row by row as it streams in. */
export async function readRows(stream: AsyncIterable<Buffer>, use: (row: BinaryRow) => void): Promise<void> {
  const row = new BinaryRow()
  let rest: Buffer = Buffer.alloc(0)
  let started = false
  for await (const chunk of stream) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    if (!started) {
      if (bytes.length < HEADER) {
        rest = bytes
        continue
      }
      at = HEADER
      started = true
    }
    for (let end = endOf(bytes, at); end > 0; end = endOf(bytes, at)) {
      use(row.open(bytes, at + 2))
      at = end
    }
    rest = bytes.subarray(at)
  }
}

/** Where the row at `at` ends; 0 if it is not complete, or is the trailer. */
function endOf(bytes: Buffer, at: number): number {
  if (at + 2 > bytes.length) return 0
  const fields = bytes.readInt16BE(at)
  if (fields < 0) return 0
  let end = at + 2
  for (let i = 0; i < fields; i++) {
    if (end + 4 > bytes.length) return 0
    end += 4 + Math.max(0, bytes.readInt32BE(end))
  }
  return end <= bytes.length ? end : 0
}
