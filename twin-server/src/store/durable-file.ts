import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Names in a folder are on disk when this returns. Windows has no such call and needs none. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Writes a small file that must outlive a power cut: whole and on disk when this returns, or not there. */
export function writeDurably(path: string, text: string | Uint8Array, mode = 0o600): void {
  const half = `${path}.part`
  writeFileSync(half, text, { mode, flush: true })
  renameSync(half, path)
  syncFolder(dirname(path))
}
