/** One segment of an HLS playlist with its wall-clock time, epoch ms. */
export interface Segment {
  readonly file: string
  readonly at: number
  readonly seconds: number
}

/** Segments of a media playlist (RFC 8216) that carries EXT-X-PROGRAM-DATE-TIME. */
export function segmentsOf(playlist: string): Segment[] {
  const segments: Segment[] = []
  let at = Number.NaN
  let seconds = 0
  for (const line of playlist.split('\n')) {
    if (line.startsWith('#EXTINF:')) seconds = Number.parseFloat(line.slice(8))
    else if (line.startsWith('#EXT-X-PROGRAM-DATE-TIME:')) at = Date.parse(line.slice(25).trim())
    else if (line !== '' && !line.startsWith('#')) {
      segments.push({ file: line.trim(), at, seconds })
      at += seconds * 1000
    }
  }
  return segments.filter((segment) => Number.isFinite(segment.at))
}
