import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { nanoid } from 'nanoid'

/** An order that was given and is being carried out. */
export interface Order {
  readonly id: string
  readonly kind: 'site' | 'network'
  readonly drill: boolean
  readonly reason: string
  readonly by: { readonly id: string; readonly name: string }
  /** Epoch ms. */
  readonly at: number
  /** The old site is not asked. */
  readonly force: boolean
}

/** What a site must not forget, beside its database and not in it: a copy of the database must not bring it along. */
export interface SiteFile {
  readonly site: string
  readonly role: 'serving' | 'standby' | 'moved'
  /** Raised by each change of site; the higher one is right. */
  readonly epoch: number
  /** Pages of the site the service moved to: for the other site, and for people. */
  readonly movedTo: { readonly desk: string; readonly url: string } | null
  /** It ended without the other site's word: since when (epoch ms) it had acknowledged alone; null: it never had. */
  readonly aloneSince: number | null
  /** Another site has had a copy: from then on it is asked before anything is served. */
  readonly paired: boolean
  /** Which of the networks serves. */
  readonly network: 0 | 1
  readonly order: Order | null
}

const fileOf = (dataDir: string): string => join(dataDir, 'site.json')

export function readSite(dataDir: string): SiteFile | null {
  const file = fileOf(dataDir)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as SiteFile) : null
}

/** On disk when it returns; an interrupted write leaves the old file. */
export function writeSite(dataDir: string, site: SiteFile): SiteFile {
  mkdirSync(dataDir, { recursive: true })
  const file = fileOf(dataDir)
  const handle = openSync(`${file}.new`, 'w', 0o600)
  writeSync(handle, `${JSON.stringify(site, null, 2)}\n`)
  fsyncSync(handle)
  closeSync(handle)
  renameSync(`${file}.new`, file)
  const folder = openSync(dataDir, 'r')
  fsyncSync(folder)
  closeSync(folder)
  return site
}

export function newSite(role: 'serving' | 'standby'): SiteFile {
  return {
    site: nanoid(12),
    role,
    epoch: role === 'serving' ? 1 : 0,
    movedTo: null,
    aloneSince: null,
    paired: false,
    network: 0,
    order: null,
  }
}

/** One sentence when this folder's database must not be served from here; undefined when it may. */
export function notServed(dataDir: string): string | undefined {
  const site = readSite(dataDir)
  if (site === null || site.role === 'serving') return undefined
  return site.role === 'standby'
    ? `数据目录 ${dataDir} 属于备用站点，请用 npm run standby 启动。 The data folder ${dataDir} is a standby's: start it with npm run standby.`
    : `服务已切换到 ${site.movedTo?.url}，本站点不再写入。 The service moved to ${site.movedTo?.url}: this site writes no more.`
}
