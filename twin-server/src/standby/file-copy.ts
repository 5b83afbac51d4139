import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Sql } from '../store/index.ts'
import type { PeerLink } from './peer-link.ts'

/** As the server lays uploaded files down. */
const placeOf = (dataDir: string, id: string): string => join(dataDir, 'files', id.slice(0, 2), id)

/** Bytes of an uploaded file, for the other site; null: it is not here. */
export async function fileBytes(dataDir: string, id: string): Promise<Uint8Array | null> {
  return readFile(placeOf(dataDir, id)).catch(() => null)
}

/** Uploaded files lie beside the database, each for good under its id: what the database knows and this folder lacks is fetched. */
export class FileCopy {
  readonly #dataDir: string
  readonly #peer: PeerLink
  /** Everything made before is here; epoch ms. */
  #done = 0

  constructor(dataDir: string, peer: PeerLink) {
    this.#dataDir = dataDir
    this.#peer = peer
  }

  /** When the oldest file that could not be fetched was uploaded, epoch ms; null: all are here. */
  async fetchNew(sql: Sql): Promise<number | null> {
    const [there] = await sql<{ there: boolean }[]>`select to_regclass('public.stored_file') is not null as there`
    if (!there?.there) return null
    const rows = await sql<{ id: string; sha256: string; at: number }[]>`
      select id, sha256, created_at as at from stored_file where created_at >= ${this.#done}::timestamptz and deleted_at is null order by created_at`
    for (const { id, sha256, at } of rows) {
      const path = placeOf(this.#dataDir, id)
      if (!existsSync(path)) {
        const bytes = await this.#peer.file(id)
        if (bytes === null || createHash('sha256').update(bytes).digest('hex') !== sha256) return at
        await mkdir(dirname(path), { recursive: true })
        await writeFile(`${path}.part`, bytes, { flush: true })
        await rename(`${path}.part`, path)
      }
      this.#done = at
    }
    return null
  }
}
