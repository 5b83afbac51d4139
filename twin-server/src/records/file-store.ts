import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { syncFolder } from '../store/durable-file.ts'

/** Where bytes of uploaded files lie, by the id of their row. */
export interface FileStore {
  /** Durable when it resolves. */
  put(id: string, bytes: Uint8Array): Promise<void>
  open(id: string): ReadableStream<Uint8Array>
  remove(id: string): Promise<void>
}

export function createFolderStore(folder: string): FileStore {
  const place = (id: string): string => join(folder, id.slice(0, 2), id)
  return {
    async put(id, bytes) {
      const path = place(id)
      await mkdir(dirname(path), { recursive: true })
      // A reader never sees half a file.
      await writeFile(`${path}.part`, bytes, { flush: true })
      await rename(`${path}.part`, path)
      for (const each of [dirname(path), folder]) syncFolder(each)
    },
    open: (id) => Readable.toWeb(createReadStream(place(id))) as ReadableStream<Uint8Array>,
    remove: (id) => rm(place(id), { force: true }),
  }
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const signatures: readonly (readonly [mime: string, offset: number, bytes: readonly number[]])[] = [
  ['image/png', 0, [0x89, 0x50, 0x4e, 0x47]],
  ['image/jpeg', 0, [0xff, 0xd8, 0xff]],
  ['image/gif', 0, [0x47, 0x49, 0x46, 0x38]],
  ['image/webp', 8, [0x57, 0x45, 0x42, 0x50]],
  ['application/pdf', 0, [0x25, 0x50, 0x44, 0x46]],
]
/** Type by the first bytes where it can be told; a name or a header can lie. */
export function typeOf(bytes: Uint8Array): string | null {
  return signatures.find(([, offset, signature]) => signature.every((byte, i) => bytes[offset + i] === byte))?.[0] ?? null
}
