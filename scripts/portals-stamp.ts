import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const stampOf = (root: string): string => join(root, 'portals', 'dist', '.built-from')

/** Names, sizes and contents of everything a build reads. */
function sources(root: string): string {
  const hash = createHash('sha256')
  const visit = (path: string): void => {
    if (statSync(path).isDirectory()) {
      for (const entry of readdirSync(path).toSorted()) if (!['node_modules', 'dist'].includes(entry)) visit(join(path, entry))
    } else if (!path.endsWith('.test.ts')) hash.update(path.slice(root.length)).update(readFileSync(path))
  }
  for (const part of ['portals', 'models/src', 'package-lock.json']) visit(join(root, part))
  return hash.digest('hex')
}

export function portalsAreStale(root: string): boolean {
  return !existsSync(stampOf(root)) || readFileSync(stampOf(root), 'utf8') !== sources(root)
}

export function rememberPortals(root: string): void {
  writeFileSync(stampOf(root), sources(root))
}
