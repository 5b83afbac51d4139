/**
 * `npm run standby`: starts this machine as its settings say (the same as `npm start` with two sites), or
 *   -- --card FILE            on the serving site: settings for the other machine
 *   -- --renew                the folder of this machine becomes a fresh standby; its old data is put aside
 *   -- --restore URL          an empty machine becomes the serving site from the copy that the standby keeps
 *   -- --order site|network|alone --reason TEXT [--drill] [--force]    gives an order as TWIN_USER with TWIN_PASSWORD
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { newSite, readSite, readSiteSettings, restoreFromCopy, writeSite } from '@twin/server/standby'
import { findEmbeddedPostgres } from '@twin/server/store'

const { values } = parseArgs({
  options: {
    card: { type: 'string' },
    renew: { type: 'boolean' },
    restore: { type: 'string' },
    order: { type: 'string' },
    reason: { type: 'string' },
    drill: { type: 'boolean', default: false },
    force: { type: 'boolean', default: false },
  },
})
const data = process.env.TWIN_DATA_DIR ?? join(import.meta.dirname, '..', '.data')

function secret(variable: string, file: string): string {
  const path = join(data, 'secrets', file)
  const value = process.env[variable] ?? (existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined)
  if (value === undefined) throw new Error(`${variable} is not set, and ${path} is not there.`)
  return value
}
const settings = () => readSiteSettings({ ...process.env, TWIN_DATA_DIR: data, TWIN_AUTH_SECRET: secret('TWIN_AUTH_SECRET', 'auth') })

function card(file: string): void {
  const { replication, deskUrl } = settings()
  const url = findEmbeddedPostgres(join(data, 'postgres'))
  if (url === null || replication === null) throw new Error('Start this site first, with TWIN_REPLICATION_LISTEN set.')
  const database = new URL(url)
  database.host = `${replication.host}:${replication.port}`
  const lines = {
    TWIN_STANDBY_OF: database.href,
    TWIN_PEER_URL: deskUrl,
    TWIN_MODE: process.env.TWIN_MODE ?? 'demo',
    TWIN_DEVICE_MASTER: secret('TWIN_DEVICE_MASTER', 'device-master'),
    TWIN_AUTH_SECRET: secret('TWIN_AUTH_SECRET', 'auth'),
  }
  writeFileSync(
    file,
    `${Object.entries(lines)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n')}\n`,
    { mode: 0o600 },
  )
  console.log(`${file}: 另一台机器的设置（含密钥，请妥善保管）。 Settings for the other machine; they hold the secrets.`)
}

function renew(): void {
  const site = readSite(data)
  if (site === null || site.role === 'serving') throw new Error('Only a standby, or a site whose service moved away, can be renewed.')
  const aside = join(data, `postgres.epoch-${site.epoch}`)
  if (existsSync(join(data, 'postgres'))) renameSync(join(data, 'postgres'), aside)
  writeSite(data, { ...newSite('standby'), site: site.site })
  console.log(`旧数据在 ${aside}。 The old data is in ${aside}; \`npm run standby\` now takes a fresh copy.`)
}

async function restore(url: string): Promise<void> {
  const started = performance.now()
  const done = await restoreFromCopy(settings(), url, () => undefined)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const newest = done.newestAt === null ? '–' : new Date(done.newestAt).toISOString()
  console.log(`已恢复（${seconds} 秒），最新数据 ${newest}。 Restored in ${seconds} s, newest change ${newest}.`)
  if (done.unfetched !== null)
    console.log(`上传的文件未全部取回（TWIN_PEER_URL）。 Not all uploaded files could be fetched from TWIN_PEER_URL.`)
  console.log(
    done.protected
      ? '每个已确认的更改都在。 Every acknowledged change is there.'
      : '故障前备用站点曾不在：最后的更改可能缺失。 The standby was away before the failure: the last changes may be missing.',
  )
}

async function order(kind: string): Promise<void> {
  const { deskUrl } = settings()
  const { TWIN_USER: username, TWIN_PASSWORD: password } = process.env
  const answer = await fetch(`${deskUrl}/api/standby/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password, kind, reason: values.reason, drill: values.drill, force: values.force }),
  })
  if (!answer.ok) throw new Error(await answer.text())
  console.log(`已下达，进度见 ${deskUrl}。 Given; how it goes: ${deskUrl}`)
}

try {
  if (values.card !== undefined) card(values.card)
  else if (values.renew) renew()
  else if (values.restore !== undefined) await restore(values.restore)
  else if (values.order !== undefined) await order(values.order)
  else await import('./start.ts')
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
