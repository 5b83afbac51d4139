import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const files: Readonly<Record<string, { readonly name: string; readonly type: string }>> = {
  '/desk.js': { name: 'desk.js', type: 'text/javascript; charset=utf-8' },
  '/desk.css': { name: 'desk.css', type: 'text/css; charset=utf-8' },
}
const page = { name: 'desk.html', type: 'text/html; charset=utf-8' }

/** The page for every address: a bookmark of the service leads here while it is elsewhere. */
export function deskFile(path: string): { readonly body: string; readonly type: string } {
  const { name, type } = files[path] ?? page
  return { body: readFileSync(join(import.meta.dirname, 'page', name), 'utf8'), type }
}
