const HEADER = 19

/** Rows of `copy … to stdout (format binary)`, each a list of its columns' bytes; null is null. Throws where the stream ends inside one. */
export async function* tuples(stream: AsyncIterable<Buffer>): AsyncGenerator<(Buffer | null)[]> {
  let held: Buffer[] = []
  let size = 0
  let needed = HEADER
  let started = false
  let ended = false
  for await (const chunk of stream) {
    // Read to its end: a stream that is left before closes the connection.
    if (ended) continue
    held.push(chunk)
    size += chunk.length
    if (size < needed) continue
    let bytes = held.length === 1 && held[0] ? held[0] : Buffer.concat(held)
    if (!started) {
      bytes = bytes.subarray(HEADER)
      started = true
    }
    for (;;) {
      const row = read(bytes)
      if (row === 'end') {
        ended = true
        break
      }
      if (typeof row === 'number') {
        needed = row
        break
      }
      yield row.columns
      bytes = bytes.subarray(row.length)
    }
    held = [bytes]
    size = bytes.length
  }
  if (!ended) throw new Error('the copy of the server ended in the middle')
}

/** A row, the end, or how many bytes it takes at least. */
function read(bytes: Buffer): { columns: (Buffer | null)[]; length: number } | number | 'end' {
  if (bytes.length < 2) return 2
  const count = bytes.readInt16BE(0)
  if (count === -1) return 'end'
  const columns: (Buffer | null)[] = []
  let at = 2
  for (let i = 0; i < count; i++) {
    if (bytes.length < at + 4) return at + 4
    const length = bytes.readInt32BE(at)
    at += 4
    if (length === -1) {
      columns.push(null)
      continue
    }
    if (bytes.length < at + length) return at + length
    columns.push(bytes.subarray(at, at + length))
    at += length
  }
  return { columns, length: at }
}
