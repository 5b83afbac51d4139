import { setTimeout as delay } from 'node:timers/promises'
import type { BaseCopyProgress } from '../backup/index.ts'
import { FileCopy } from './file-copy.ts'
import { PeerLink } from './peer-link.ts'
import { siteRow } from './records.ts'
import type { SiteSettings } from './settings.ts'
import { hasDatabase, openSiteDatabase, receiving, takeCopy } from './site-database.ts'
import { newSite, readSite, writeSite } from './site-file.ts'

export interface Restored {
  readonly epoch: number
  /** Every change that was acknowledged is there, as far as the copy knows. */
  readonly protected: boolean
  /** Epoch ms of the newest change. */
  readonly newestAt: number | null
  /** Uploaded files from then on (epoch ms) could not be fetched; null: all are here. */
  readonly unfetched: number | null
}

/**
 * Makes this empty machine the serving site from the copy that its standby keeps: everything the copy had received is replayed, then the
 * database becomes writable under a new epoch. The server must not run, and the machine that served before must be gone for good.
 */
export async function restoreFromCopy(
  settings: SiteSettings,
  copyUrl: string,
  onProgress: (progress: BaseCopyProgress) => void,
): Promise<Restored> {
  if (readSite(settings.dataDir) !== null || hasDatabase(settings.dataDir))
    throw new Error(`${settings.dataDir} 不是空目录。 ${settings.dataDir} holds a site already: this is for an empty machine.`)
  await takeCopy(settings.dataDir, copyUrl, 'restore', onProgress)
  const db = await openSiteDatabase(settings, () => undefined)
  try {
    for (let before: string | null = ''; ;) {
      const { replayed } = await receiving(db.sql)
      if (replayed === before) break
      before = replayed
      await delay(1000)
    }
    const { newestAt } = await receiving(db.sql)
    const row = await siteRow(db.sql)
    const unfetched = await new FileCopy(settings.dataDir, new PeerLink(settings.authSecret, settings.peerUrl)).fetchNew(db.sql)
    await db.sql`select pg_promote(true, 120)`
    if ((await receiving(db.sql)).recovering) throw new Error('the database did not become writable')
    const epoch = (row?.epoch ?? 0) + 1
    writeSite(settings.dataDir, { ...newSite('serving'), epoch })
    return { epoch, protected: row?.protected ?? false, newestAt, unfetched }
  } finally {
    await db.stop()
  }
}
