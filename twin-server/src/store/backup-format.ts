/**
 * A backup is one zstd stream of frames `[type: 1 byte][length: uint32][payload]`:
 *   M manifest (JSON), then per table T (JSON: name, columns), D (binary COPY data, repeated), E (JSON: rows, sha256), at last Z (JSON: totals).
 * A file that ends before Z is incomplete and refused.
 */
export type FrameType = 'M' | 'T' | 'D' | 'E' | 'Z'

export interface Manifest {
  readonly format: 1
  readonly createdAt: number
  readonly server: string
  /** Migrations the data belongs to, in order. */
  readonly migrations: readonly string[]
  readonly partitions: readonly { readonly parent: string; readonly day: number }[]
}
export interface TableHead {
  readonly name: string
  readonly columns: readonly string[]
}
export interface TableEnd {
  readonly rows: number
  readonly sha256: string
}
export interface Totals {
  readonly tables: number
  readonly rows: number
  readonly sha256: string
}

export class BackupError extends Error {
  override readonly name = 'BackupError'
}

export function frame(type: FrameType, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(5)
  head.write(type, 0, 'latin1')
  head.writeUInt32BE(payload.length, 1)
  return Buffer.concat([head, payload])
}

/** Frames of an uncompressed stream. Throws BackupError where the stream ends inside one. */
export async function* frames(source: AsyncIterable<Buffer>): AsyncGenerator<{ readonly type: string; readonly payload: Buffer }> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of source) {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    while (bytes.length >= 5) {
      const end = 5 + bytes.readUInt32BE(1)
      if (end > 2 ** 26)
        throw new BackupError('该文件不是本产品的备份或已损坏。 The file is not a backup of this product, or it is damaged.')
      if (bytes.length < end) break
      yield { type: bytes.toString('latin1', 0, 1), payload: bytes.subarray(5, end) }
      bytes = bytes.subarray(end)
    }
    rest = bytes
  }
  if (rest.length > 0)
    throw new BackupError('备份不完整，未写到结尾，数据未改动。 The backup ends in the middle: it was not written to its end.')
}
