import { chownSync, closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

export interface Owner {
  readonly uid: number
  readonly gid: number
}

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

/** Writes a small file that must outlive a power cut: whole and on disk when this returns, or as it was before. `owner`: null = this process's user. */
export function writeDurably(path: string, text: string | Uint8Array, mode = 0o600, owner: Owner | null = null): void {
  const half = `${path}.part`
  writeFileSync(half, text, { mode, flush: true })
  if (owner) chownSync(half, owner.uid, owner.gid)
  renameSync(half, path)
  syncFolder(dirname(path))
}
