import { readFile, stat } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.txt': 'text/plain; charset=utf-8',
}
const encodings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const

/**
 * A built portal file, or its index page for any address of the single-page app. Files under `assets/` carry a hash in their name and
 * never change; everything else is asked for again. undefined = nothing built, or a file that is not there.
 */
export async function staticFile(folder: string, path: string, headers: Headers): Promise<Response | undefined> {
  const wanted = decode(path)
  if (wanted === undefined) return undefined
  const file = join(folder, normalize(`/${wanted}`))
  if (!file.startsWith(folder + sep) && file !== folder) return undefined
  if (/\.(br|gz)$/.test(file)) return undefined
  const known = await timeOf(file)
  if (known !== undefined) return answer(file, known, headers, wanted.startsWith('/assets/'))
  if (extname(wanted) !== '') return undefined
  const index = join(folder, 'index.html')
  const modified = await timeOf(index)
  return modified === undefined ? undefined : answer(index, modified, headers, false)
}

async function answer(file: string, modified: string, request: Headers, immutable: boolean): Promise<Response> {
  const headers = new Headers({
    'content-type': types[extname(file)] ?? 'application/octet-stream',
    'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
    etag: `"${modified}"`,
  })
  if (request.get('if-none-match') === headers.get('etag')) return new Response(null, { status: 304, headers })
  const accepted = request.get('accept-encoding') ?? ''
  for (const [encoding, ending] of encodings) {
    if (!accepted.includes(encoding)) continue
    const packed = await readFile(file + ending).catch(() => undefined)
    if (!packed) continue
    headers.set('content-encoding', encoding)
    return new Response(packed, { headers })
  }
  return new Response(await readFile(file), { headers })
}

/** Size and time as a tag; undefined when it is not a file. */
async function timeOf(file: string): Promise<string | undefined> {
  const found = await stat(file).catch(() => undefined)
  return found?.isFile() ? `${found.size.toString(36)}-${Math.trunc(found.mtimeMs).toString(36)}` : undefined
}

function decode(path: string): string | undefined {
  try {
    const text = decodeURIComponent(path)
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}
